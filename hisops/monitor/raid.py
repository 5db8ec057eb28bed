"""Controller RAID in one vocabulary, whatever the vendor's program is called."""

from collections.abc import Iterable
from typing import NamedTuple

from hisops.core.metric import Family, Labels, Sample


class Part(NamedTuple):
    """A controller, a volume, a drive or a battery: its labels, the vendor's word, and our verdict."""

    kind: str
    labels: Labels
    state: str
    is_good: bool


class Figure(NamedTuple):
    """A number of a drive or controller: temperature or errors."""

    family: Family
    labels: Labels
    value: float


def _good(kind: str) -> Family:
    text = f"1 while the {kind} is as it should be; state is the vendor's word."
    return Family(f"hisops_raid_{kind}_good_state", "gauge", text)


_GOOD = {kind: _good(kind) for kind in ("controller", "volume", "drive", "battery")}
DRIVE_CELSIUS = Family("hisops_raid_drive_temperature_celsius", "gauge", "Temperature of a drive.")
CONTROLLER_CELSIUS = Family(
    "hisops_raid_controller_temperature_celsius", "gauge", "Temperature of the controller's chip."
)
DRIVE_ERRORS = Family(
    "hisops_raid_drive_errors_total", "counter", "Errors of a drive that its controller counted."
)


def report(tool: str, parts: Iterable[Part], figures: Iterable[Figure] = ()) -> list[Sample]:
    """1 or 0 for each part, then the numbers."""
    label = ("tool", tool)
    samples = [
        Sample(_GOOD[part.kind], int(part.is_good), (label, *part.labels, ("state", part.state)))
        for part in parts
    ]
    return samples + [Sample(f.family, f.value, (label, *f.labels)) for f in figures]
