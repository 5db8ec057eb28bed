"""A machine that is a handful of recorded files."""

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.core.machine import Timex, Uname, Volume
from hisops.core.metric import Reading
from hisops.io.cached import Cached
from tests.monitor.collectors.bus import Bus
from tests.monitor.collectors.recording import unfold


class Recorded:
    """Answers from `files`; anything else is missing."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.written: dict[str, float] = {}
        self.sizes: dict[str, Volume] = {}
        self.clock = 1_800_000_000.0
        self.kernel_clock: Timex | None = None
        self.places: dict[str, str] = {}
        self.bus = Bus()

    def read(self, path: str) -> str:
        if path not in self.files:
            raise OpsError(f"{path}: No such file or directory", code=Exit.MISSING)
        return self.files[path]

    def attribute(self, path: str) -> str | None:
        text = self.files.get(path)
        return None if text is None else text.rstrip("\n")

    def names(self, folder: str) -> list[str]:
        inside = (p[len(folder) + 1 :] for p in self.files if p.startswith(f"{folder}/"))
        return sorted({rest.split("/")[0] for rest in inside})

    def stamp(self, path: str) -> tuple[float, int]:
        return self.written.get(path, self.clock), len(self.read(path))

    def volumes(self, mounts: list[str]) -> dict[str, Volume]:
        return {mount: self.sizes[mount] for mount in mounts if mount in self.sizes}

    def uname(self) -> Uname:
        return Uname("Linux", "his-db-1", "6.1.0-18-amd64", "#1 SMP Debian 6.1.76-1", "x86_64")

    def zone(self) -> tuple[str, int]:
        return "CST", 28800

    def timex(self) -> Timex | None:
        return self.kernel_clock

    def place(self, path: str) -> str:
        return self.places.get(path, path)

    def ask_bus(self, service, calls):
        return self.bus.ask(service, calls)

    def time(self) -> float:
        return self.clock

    def tick(self) -> float:
        return self.clock


@pytest.fixture
def machine() -> Recorded:
    """A machine without a file."""
    return Recorded()


@pytest.fixture
def recorded(tmp_path, request):
    """Opens the recording of a collector: `recorded("edac")` gives the machine."""

    def unfolded(name: str) -> Cached:
        folder = unfold([name], tmp_path)
        machine = Cached(proc=f"{folder}/proc", sys=f"{folder}/sys")
        request.addfinalizer(machine.close)
        return machine

    return unfolded


@pytest.fixture
def values():
    """Turns a reading into values by name and label values."""

    def flat(reading: Reading) -> dict[tuple[str, ...], float]:
        return {
            (sample.family.name, *(text for _, text in sample.labels)): sample.value
            for sample in reading.samples()
        }

    return flat
