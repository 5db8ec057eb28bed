"""ClamAV's texts: the header of a database and the answer to VERSION."""

from collections.abc import Iterable
from datetime import UTC, datetime

from hisops.audit.facts import Database
from hisops.core.model import Value

_MAGIC = "ClamAV-VDB"
_FIELDS = 8


class Definitions(Value, frozen=True, kw_only=True):
    """A database container by its own header."""

    name: str
    version: int
    signatures: int
    built: datetime


def parse_header(database: Database) -> Definitions | None:
    """What the first 512 bytes of a container say; None when they are no such header.

    Format (libclamav, cvd.c): ClamAV-VDB:TIME:VERSION:SIGNATURES:LEVEL:MD5:SIGNATURE:BUILDER:EPOCH.
    """
    fields = database.header.split(":")
    if fields[0] != _MAGIC or len(fields) < _FIELDS:
        return None
    try:
        return Definitions(
            name=database.name,
            version=int(fields[2]),
            signatures=int(fields[3]),
            built=_built(fields),
        )
    except ValueError:  # not the header that its first word promises
        return None


def daily(databases: Iterable[Database]) -> list[Database]:
    """The containers of the daily database, the only one whose age tells whether updates arrive."""
    return [each for each in databases if each.name.startswith("daily.") and each.header]


def engine(version: str) -> str:
    """`1.4.6` of `ClamAV 1.4.6/27001/Sun Nov 22 23:27:00 2026`; empty when it is no such answer."""
    words = version.partition("/")[0].split()
    return words[1] if len(words) == 2 and words[0] == "ClamAV" else ""  # noqa: PLR2004 - two words


def loaded(version: str) -> int | None:
    """Number of the definitions that a running daemon names; None when it names none."""
    parts = version.split("/")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else None


def _built(fields: list[str]) -> datetime:
    epoch = fields[8].strip() if len(fields) > _FIELDS else ""
    if epoch:
        return datetime.fromtimestamp(int(epoch), UTC)
    return datetime.strptime(fields[1], "%d %b %Y %H-%M %z").astimezone(UTC)
