"""What traps mean, as data (traps.yml): their names, and the states that they set and clear."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.errors import Exit, OpsError
from hisops.core.model import Value
from hisops.monitor.profile_label import show


class By(Value, frozen=True, kw_only=True):
    """The state's name by the value of a column."""

    oid: str
    names: Mapping[str, str]


class Meaning(Value, frozen=True, kw_only=True):
    """A trap's name, and what it says of the device's state."""

    oid: str
    name: str
    sets: str | None = None
    clears: str | None = None
    by: By | None = None
    item: str = ""

    def state(self, values: Mapping[str, object]) -> tuple[str, str, int] | None:
        """Kind, part and 1 or 0; None when the trap says nothing of a state."""
        if self.sets is None and self.clears is None:
            return None
        kind = self.sets or self.clears or ""
        if self.by is not None:
            kind = self.by.names.get(_value(values, self.by.oid), "")
        return (kind, _value(values, self.item), int(self.sets is not None)) if kind else None


@cache
def shipped() -> Mapping[str, Meaning]:
    """The traps beside this file."""
    path = Path(__file__).with_name("traps.yml")
    return read(path.read_text(encoding="utf-8"), path.name)


def read(text: str, file: str) -> dict[str, Meaning]:
    """Traps by identifier from YAML; raises OpsError with the first mistake."""
    problems: list[Problem] = []
    found = config.decode(
        config.parse(text, file, problems) or [], tuple[Meaning, ...], file, problems
    )
    if found is None or problems:
        line = problems[0].line or config.locate(text, problems[0].at)
        raise OpsError(f"{file}:{line}: {problems[0].cause}", fix=problems[0].fix, code=Exit.USAGE)
    return {each.oid: each for each in found}


def _value(values: Mapping[str, object], column: str) -> str:
    """The value of a column in whatever row."""
    if not column:
        return ""
    for oid, value in values.items():
        if oid == column or oid.startswith(f"{column}."):
            return show(value)
    return ""
