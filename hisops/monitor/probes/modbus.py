"""Modbus/TCP devices: contacts (leak, door, smoke, generator) and sensors of a building.

The map of registers stands in the module:

    bms:
      probe: modbus
      points:
        - {name: leak-01, table: discrete, address: 0, kind: leak, place: room}
        - {name: aisle-1, table: input, address: 10, type: i16, scale: 0.1, unit: celsius,
           place: cold_aisle}
        - {name: aisle-1, table: input, address: 11, scale: 0.01, unit: ratio, kind: humidity}
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Literal, NamedTuple

from hisops.core.errors import OpsError
from hisops.core.metric import Labels, Sample
from hisops.core.model import Value
from hisops.monitor import vocabulary
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import modbus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hisops.core.net import Net, Stream

_FUNCTIONS = {
    "coil": modbus.COIL,
    "discrete": modbus.DISCRETE,
    "holding": modbus.HOLDING,
    "input": modbus.INPUT,
}
_FORMS = {"u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "f32": ">f"}
_LAST_ADDRESS = 0xFFFF
_LAST_BIT = 15
_MOST_POINTS = 500


class Point(Value, frozen=True, kw_only=True):
    """One value of a device: a contact when `kind` names one, else a sensor with a `unit`.

    `address` counts from 0. `words: swapped` is for devices that send the low word first. `bit`
    takes one bit of a register as a contact; `invert` is for contacts that open in alarm.
    """

    name: str
    table: Literal["coil", "discrete", "holding", "input"]
    address: int
    type: Literal["u16", "i16", "u32", "i32", "f32"] = "u16"
    words: Literal["straight", "swapped"] = "straight"
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    kind: str = ""
    place: str = "room"
    bit: int | None = None
    invert: bool = False

    def __post_init__(self) -> None:
        units, contacts = vocabulary.UNITS, vocabulary.CONTACTS
        if not 0 <= self.address <= _LAST_ADDRESS - self.size + 1:
            raise ValueError(f"address: expected 0 to {_LAST_ADDRESS}, got {self.address}")
        if self.bit is not None and not 0 <= self.bit <= _LAST_BIT:
            raise ValueError(f"bit: expected 0 to {_LAST_BIT}, got {self.bit}")
        if self.is_contact == bool(self.unit):
            raise ValueError(f"{self.name}: expected a unit, or a kind of {', '.join(contacts)}")
        if self.unit and self.unit not in units:
            raise ValueError(f"unit: expected one of {', '.join(units)}, got {self.unit!r}")
        if self.unit and self.is_bits:
            raise ValueError(f"{self.name}: a {self.table} is no sensor; expected a kind")
        if self.is_contact and not self.is_bits and self.size > 1:
            raise ValueError(f"{self.name}: a contact is one bit or one register, not {self.type}")
        if self.place not in vocabulary.PLACES:
            wish = ", ".join(vocabulary.PLACES)
            raise ValueError(f"place: expected one of {wish}, got {self.place!r}")

    @property
    def is_contact(self) -> bool:
        """Whether it is open or closed, not measured."""
        return self.kind in vocabulary.CONTACTS

    @property
    def is_bits(self) -> bool:
        """Whether its table holds bits."""
        return self.table in ("coil", "discrete")

    @property
    def size(self) -> int:
        """How many addresses it takes."""
        return 1 if self.is_bits or self.type.endswith("16") else 2

    def sample(self, words: Sequence[int]) -> Sample | None:
        """Its series from what stands at its addresses; None for a number that is none."""
        if self.is_contact:
            raw = words[0] >> self.bit & 1 if self.bit is not None else words[0]
            wire = (("contact", self.name), ("kind", self.kind), ("place", self.place))
            return Sample(vocabulary.CONTACT, int(bool(raw) != self.invert), wire)
        number = self._number(words) * self.scale + self.offset
        if not math.isfinite(number):
            return None
        labels: Labels = (("sensor", self.name), ("place", self.place))
        if self.kind:
            labels = (*labels, ("kind", self.kind))
        # 235 * 0.1 is 23.500000000000004 in binary
        return Sample(vocabulary.UNITS[self.unit], round(number, 6), labels)

    def _number(self, words: Sequence[int]) -> float:
        ordered = reversed(words) if self.words == "swapped" else words
        raw = struct.pack(f">{self.size}H", *ordered)
        return float(struct.unpack(_FORMS[self.type], raw)[0])


class Span(NamedTuple):
    """Neighbouring addresses of a table that one question reads."""

    table: str
    start: int
    size: int


class Modbus(Probe, frozen=True, kw_only=True):
    """Points of one device; success when every table of it answers."""

    port: int = modbus.PORT
    unit: int = 1
    points: tuple[Point, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < len(self.points) <= _MOST_POINTS:
            raise ValueError(f"points: expected 1 to {_MOST_POINTS} of them")
        if not 0 <= self.unit <= 255:  # noqa: PLR2004 - one byte
            raise ValueError(f"unit: expected 0 to 255, got {self.unit}")
        seen = set()
        for point in self.points:
            key = (point.name, point.unit, point.kind)
            if key in seen:
                raise ValueError(f"points: {point.name!r} stands twice with the same unit and kind")
            seen.add(key)

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the device answers for every point; what it has is kept in any case."""
        stream = await net.connect(endpoint.host, endpoint.port(self.port))
        try:
            return await self._read(stream)
        finally:
            stream.close()

    async def _read(self, stream: Stream) -> Outcome:
        found: dict[tuple[str, int], int] = {}
        causes = []
        for number, span in enumerate(plan(self.points), start=1):
            function = _FUNCTIONS[span.table]
            try:
                values = await modbus.read(
                    stream, number, self.unit, function, span.start, span.size
                )
            except OpsError as error:  # one missing register hides no leak
                causes.append(f"{span.table} {span.start} (x{span.size}): {error.cause}")
                continue
            found |= {(span.table, span.start + n): value for n, value in enumerate(values)}
        samples = describe(self.points, found)
        return Outcome(not causes, samples, "; ".join(causes[:3]))


def plan(points: Iterable[Point]) -> list[Span]:
    """The fewest questions that touch no address which nobody asked for.

    A gap is never read over: devices answer with an exception for addresses that they lack.
    """
    wanted = sorted({(p.table, p.address + n) for p in points for n in range(p.size)})
    spans: list[Span] = []
    for table, address in wanted:
        last = spans[-1] if spans else Span("", 0, 0)
        most = modbus.MOST_BITS if table in ("coil", "discrete") else modbus.MOST_REGISTERS
        if last.table == table and address == last.start + last.size and last.size < most:
            spans[-1] = last._replace(size=last.size + 1)
        else:
            spans.append(Span(table, address, 1))
    return spans


def describe(points: Iterable[Point], found: Mapping[tuple[str, int], int]) -> list[Sample]:
    """Series of the points whose addresses were all read."""
    samples = []
    for point in points:
        keys = [(point.table, point.address + n) for n in range(point.size)]
        if all(key in found for key in keys):
            samples.append(point.sample([found[key] for key in keys]))
    return [sample for sample in samples if sample is not None]
