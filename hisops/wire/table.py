"""What a query gives, whatever the database: names of columns and rows of cells."""

from collections.abc import Sequence
from typing import NamedTuple

from hisops.core.errors import Exit, OpsError

MOST_ROWS = 200
MOST_MESSAGE_BYTES = 1_000_000


class Table(NamedTuple):
    """Column names and rows; `is_cut` when there were more rows than were asked for."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    is_cut: bool = False


class Declined(OpsError):  # noqa: N818 - what happened, as Undelivered
    """The server understood and said no; `state` is its own code (SQLSTATE where it has one)."""

    def __init__(self, cause: str, *, fix: str = "", state: str = "") -> None:
        super().__init__(cause, fix=fix, code=Exit.REFUSED)
        self.state = state


def printable(data: bytes, most: int = 300) -> str:
    """Text of a server in one line that a terminal and a log survive."""
    text = data[: most * 4].decode(errors="replace")
    return "".join(mark if mark.isprintable() else " " for mark in text)[:most].strip()
