"""Software RAID, from /proc/mdstat and /sys/block/md*/md (Linux documentation, admin-guide/md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, RareFile, Sensor, Sensors, join

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

_SECTOR_BYTES = 512
_BLOCKS = Family("node_md_blocks", "gauge", "Size of the array in blocks of 1 KiB.")
_SYNCED = Family("node_md_blocks_synced", "gauge", "Blocks that are in step on all disks.")
_REQUIRED = Family("node_md_disks_required", "gauge", "Disks that the array needs.")
_DISKS = Family("node_md_disks", "gauge", "Disks of the array, by their state.")
_STATE = Family("node_md_state", "gauge", "1 for the state that the array is in.")
_MISMATCH = Family(
    "hisops_md_mismatch_bytes", "gauge", "What the last check found to differ between the disks."
)
_DISK_STATES = ("active", "failed", "spare")
_STATES = ("active", "inactive", "recovering", "check", "resync")
_ACTIONS = {"recovery": "recovering", "resync": "resync", "check": "check"}
# Levels without redundancy: their line has no [needed/working].
_STRIPED = ("raid0", "linear")


class Array(NamedTuple):
    """One array as the table shows it."""

    name: str
    state: str
    blocks: int
    synced: int
    required: int
    active: int
    failed: int
    spare: int


class Mdadm(Collector):
    """Size, state, rebuild and disks of each array."""

    slow = False
    path = "/proc/mdstat"
    folder = "/sys/block"

    def __init__(self) -> None:
        self._file = RareFile(self.path)
        self._mismatches = Sensors(self._search)

    def read(self, io: Machine) -> Reading:
        """Arrays of now; none where the RAID driver is not loaded."""
        text = self._file.read(io)
        return join(report(parse(text)), self._mismatches.read(io)) if text else NOTHING

    def _search(self, io: Machine) -> list[Sensor]:
        return [
            Sensor(
                f"{self.folder}/{name}/md/mismatch_cnt",
                _MISMATCH,
                (("device", name),),
                multiply=_SECTOR_BYTES,
            )
            for name in io.names(self.folder)
            if name.startswith("md")
        ]


def parse(text: str) -> list[Array]:
    """Every array of the table; raises ValueError for one whose size cannot be read."""
    arrays: list[list[str]] = []
    for line in text.splitlines():
        if line[:1].isspace():
            if arrays:
                arrays[-1].append(line)
        elif " : " in line and not line.startswith("Personalities"):
            arrays.append([line])
    return [_array(*lines) for lines in arrays]


def report(arrays: list[Array]) -> Reading:
    """Values of each array: sizes, disks by state, and 1 for its own state."""
    values: list[int] = []
    for array in arrays:
        values += (array.blocks, array.synced, array.required)
        values += (array.active, array.failed, array.spare)
        values += (int(array.state == state) for state in _STATES)
    names = [array.name for array in arrays]
    return Reading(names, values, lambda: [series for name in names for series in _describe(name)])


def _array(head: str, *rest: str) -> Array:
    name, _, description = head.partition(" : ")
    words = description.split()
    # Members are written `sda1[0]`, with (F) when failed and (S) when spare.
    members = [word for word in words if "[" in word]
    size_line = next((line for line in rest if " blocks" in line), "")
    blocks = int(size_line.split()[0]) if size_line else 0
    if any(word in _STRIPED for word in words):
        required = active = len(members)
    else:
        required, active = _needed(size_line)
    state, synced = _progress(words[0], blocks, rest)
    failed, spare = (sum(mark in word for word in members) for mark in ("(F)", "(S)"))
    return Array(name, state, blocks, synced, required, active, failed, spare)


def _needed(line: str) -> tuple[int, int]:
    """`[4/3] [UUU_]` → 4 disks needed, 3 of them working; an inactive array shows none."""
    for word in line.split():
        needed, slash, working = word.strip("[]").partition("/")
        if slash and needed.isdecimal() and working.isdecimal():
            return int(needed), int(working)
    return 0, 0


def _progress(state: str, blocks: int, lines: tuple[str, ...]) -> tuple[str, int]:
    """The state, and how many blocks are in step: while one is at work on it, fewer than all."""
    for line in lines:
        for word, action in _ACTIONS.items():
            if f"{word} =" in line:
                return action, int(line.partition("(")[2].partition("/")[0])
            if f"{word}=" in line:  # PENDING or DELAYED: not begun yet
                return action, 0
    return state, blocks


def _describe(name: str) -> list[tuple[Family, Labels]]:
    device = ("device", name)
    return [
        *((family, (device,)) for family in (_BLOCKS, _SYNCED, _REQUIRED)),
        *((_DISKS, (device, ("state", state))) for state in _DISK_STATES),
        *((_STATE, (device, ("state", state))) for state in _STATES),
    ]
