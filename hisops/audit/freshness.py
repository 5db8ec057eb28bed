"""Whether the indexes on a host may be believed: whole, in date, and with a security archive."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hisops.audit.apt import Release, parse_release
from hisops.audit.facts import Index, IndexFile
from hisops.audit.finding import Finding, Reason, unknown
from hisops.core.text import span

_CLOCK = timedelta(hours=1)


def doubts(index: Index, now: datetime, limit: timedelta) -> list[Finding]:
    """Why a missing update might not show; empty when the indexes can be believed.

    An index without an end date (Valid-Until) of a security archive counts for `limit`.
    """
    if not index.files:
        return [unknown(Reason.NO_INDEX, "no package index on this host: run apt-get update")]
    found = [finding for file in index.files for finding in _incomplete(file)]
    for name, stands in index.releases.items():
        release = parse_release(stands.head)
        age = now - (release.date or datetime.fromtimestamp(stands.modified, UTC))
        found += _out_of_date(name, release, age, now, limit)
    if not any(release.is_security for release in releases(index)):
        text = "no security archive among the package indexes: security updates cannot be seen"
        found.append(unknown(Reason.NO_INDEX, text))
    return found


def releases(index: Index) -> list[Release]:
    """The archives whose package indexes are on this host, or have none to offer."""
    named = {file.release for file in index.files if file.release}
    named |= {name for name, file in index.releases.items() if file.is_empty}
    return [parse_release(index.releases[name].head) for name in sorted(named)]


def newest(index: Index) -> datetime | None:
    """When the newest security archive on this host was made; None when there is none."""
    dates = [release.date for release in releases(index) if release.is_security and release.date]
    return max(dates, default=None)


def _incomplete(file: IndexFile) -> Iterable[Finding]:
    if file.promised_bytes is not None and file.size_bytes != file.promised_bytes:
        text = f"{file.file}: {file.size_bytes} bytes, its Release file says {file.promised_bytes}"
        yield unknown(Reason.TRUNCATED, text)


def _out_of_date(
    name: str, release: Release, age: timedelta, now: datetime, limit: timedelta
) -> Iterable[Finding]:
    shown = span(abs(age.total_seconds()))
    if age < -_CLOCK:
        yield unknown(Reason.CLOCK, f"{name}: made {shown} after this host's clock")
    elif release.valid_until is not None and release.valid_until < now:
        text = f"{name}: expired on {release.valid_until:%F}, made {shown} ago"
        yield unknown(Reason.EXPIRED, text)
    elif release.valid_until is None and release.is_security and age > limit:
        yield unknown(Reason.EXPIRED, f"{name}: made {shown} ago, without an end date")
