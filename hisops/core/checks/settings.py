"""site.yml: time zone, addresses and ports."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from hisops.core.config import Problem
from hisops.core.settings import Settings
from hisops.core.site import Site
from hisops.core.text import did_you_mean

FILE = "site.yml"
_PARTS = ("prometheus", "engine", "agent", "prober", "offsite")
_LAST_PORT = 65535


def check(site: Site) -> Iterator[Problem]:
    """A wrong time zone, address or port, a port that stands twice, an unknown system's objective."""
    yield from _timezone(site.settings.timezone)
    seen: dict[str, str] = {}
    for key, address in _addresses(site.settings):
        at = tuple(key.split("."))
        if key in ("mail.server", "inbox.mail", "inbox.webhook") and not _is_address(address):
            cause = f"{key}: expected ADDRESS:PORT, got {address!r}"
            yield Problem(file=FILE, at=at, cause=cause, fix="write it as 127.0.0.1:19025")
        elif key != "mail.server" and address in seen:
            cause = f"{key}: {address} is taken by {seen[address]}"
            yield Problem(file=FILE, at=at, cause=cause, fix="give each its own port")
        seen.setdefault(address, key)
    yield from _objectives(site)


def _objectives(site: Site) -> Iterator[Problem]:
    known = site.inventory.systems
    for name in site.settings.slo.systems:
        if name not in known:
            cause = f"slo.systems: there is no system {name!r}"
            at = ("slo", "systems", name)
            yield Problem(file=FILE, at=at, cause=cause, fix=did_you_mean(name, known))


def _timezone(name: str) -> Iterator[Problem]:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        fix = did_you_mean(name, available_timezones()) or "write it as Asia/Shanghai"
        cause = f"timezone: there is no time zone {name!r}"
        yield Problem(file=FILE, at=("timezone",), cause=cause, fix=fix)


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    """What a site listens on, first by part, then the inbox; and where its mail goes."""
    for part in _PARTS:
        yield f"{part}.listen", getattr(settings, part).listen
    yield "inbox.mail", settings.inbox.mail
    yield "inbox.webhook", settings.inbox.webhook
    yield "mail.server", settings.mail.server


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT
