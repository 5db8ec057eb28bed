"""A recorded system bus: what systemd answered, from recordings/systemd.bus.

`unit` lines are rows of ListUnits, `get` lines are properties.
"""

import ast
from collections.abc import Sequence
from pathlib import Path

from hisops.core.machine import Call

_FILE = Path(__file__).parent / "recordings" / "systemd.bus"


class Bus:
    """Answers as systemd did on the recorded machine."""

    def __init__(self) -> None:
        first, *lines = _FILE.read_text().splitlines()
        assert first.startswith("# ")
        self.units = [_row(line[5:]) for line in lines if line.startswith("unit ")]
        pairs = [line[4:].split(" = ") for line in lines if line.startswith("get ")]
        self.properties = {name: ast.literal_eval(value) for name, value in pairs}
        self.asked: list[Call] = []

    def ask(self, service: str, calls: Sequence[Call]) -> list[tuple | None]:
        """One answer for each call."""
        assert service == "org.freedesktop.systemd1"
        self.asked += calls
        return [self._answer(call) for call in calls]

    def _answer(self, call: Call) -> tuple | None:
        if call.member == "ListUnits":
            return (self.units,)
        if call.member == "ListUnitsByNames":
            known = {row[0]: row for row in self.units}
            missing = ("", "not-found", "inactive", "dead", "", "/", 0, "", "/")
            return ([known.get(name, (name, *missing)) for name in call.arguments[0]],)
        interface, name = call.arguments
        key = f"{call.path} {interface.rpartition('.')[2]} {name}"
        return (self.properties[key],) if key in self.properties else None


def _row(line: str) -> tuple:
    words = [word.strip() for word in line.split("|")]
    return (*words[:7], int(words[7]), *words[8:])
