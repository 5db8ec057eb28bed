"""The store in the words of Alertmanager's API v2 (api/v2/openapi.yaml), so that its clients work."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from hisops.alerting import silence
from hisops.alerting.alert import Alert
from hisops.alerting.silence import Active, Matcher, Silence
from hisops.core.store import Store


class AlertStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether an alert is told or silenced."""

    state: str
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told."""

    name: str


class GettableAlert(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An alert in an answer."""

    annotations: dict[str, str]
    labels: dict[str, str]
    starts_at: str
    ends_at: str
    updated_at: str
    fingerprint: str
    status: AlertStatus
    generator_url: str = msgspec.field(name="generatorURL")
    receivers: tuple[Receiver, ...] = (Receiver(name="hisops"),)


class SilenceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a silence is in effect."""

    state: str


class GettableSilence(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A silence in an answer."""

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: str
    ends_at: str
    updated_at: str
    created_by: str
    comment: str
    status: SilenceStatus


class PostableSilence(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A silence in a request; `id` names the one it replaces."""

    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    id: str = ""


class SilenceId(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a new silence."""

    silence_id: str = msgspec.field(name="silenceID")


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """We are no Alertmanager cluster."""

    status: str = "disabled"
    peers: tuple[str, ...] = ()


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """There is no Alertmanager configuration."""

    original: str = ""


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer to /api/v2/status."""

    version_info: dict[str, str]
    uptime: str
    cluster: Cluster = Cluster()
    config: Original = Original()


def list_alerts(
    store: Store, now: float, filters: Sequence[Matcher] = (), *, silenced: bool = True
) -> list[GettableAlert]:
    """Firing alerts that fulfil all filters."""
    silences = silence.active(store, now)
    rows = store.read(Alert, "SELECT * FROM alert WHERE status = 'firing' ORDER BY starts_at")
    found = [
        _alert(row, silences) for row in rows if all(each.matches(row.label) for each in filters)
    ]
    return [each for each in found if silenced or not each.status.silenced_by]


def list_silences(store: Store, now: float) -> list[GettableSilence]:
    """Silences that are in effect or to come."""
    return [show_silence(row, now) for row in silence.list_silences(store, now)]


def show_silence(row: Silence, now: float) -> GettableSilence:
    """One silence."""
    state = "expired" if row.ends_at <= now else "pending" if row.starts_at > now else "active"
    return GettableSilence(
        id=row.id,
        matchers=row.conditions,
        starts_at=stamp(row.starts_at),
        ends_at=stamp(row.ends_at),
        updated_at=stamp(row.updated_at),
        created_by=row.author,
        comment=row.reason,
        status=SilenceStatus(state=state),
    )


def status(version: str, started: float) -> Status:
    """What we are, and since when."""
    parts = ("branch", "buildDate", "buildUser", "goVersion", "revision")
    return Status(
        version_info={"version": version, **dict.fromkeys(parts, "hisops")}, uptime=stamp(started)
    )


def stamp(seconds: float) -> str:
    """A moment as RFC 3339 has it."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _alert(row: Alert, silences: Sequence[Active]) -> GettableAlert:
    labels = row.label
    by = tuple(each.id for each in silences if each.covers(labels))
    return GettableAlert(
        annotations=row.annotation,
        labels=labels,
        starts_at=stamp(row.starts_at),
        ends_at=stamp(row.ends_at or row.seen_at + 300),
        updated_at=stamp(row.seen_at),
        fingerprint=row.fingerprint,
        status=AlertStatus(state="suppressed" if by else "active", silenced_by=by),
        generator_url=row.url,
    )
