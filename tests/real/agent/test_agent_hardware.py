"""Recorded hardware, read by the agent and by the installed node_exporter: the same page."""

import signal
import subprocess

import pytest

from hisops.core import units
from hisops.io.cached import Cached
from tests.monitor.collectors import recording
from tests.real.agent.conftest import free_port, wait_for
from tests.real.agent.test_agent_values import fetch, node_families, series

# Names that node_exporter gives to its collectors; the others are the same.
_THEIR_NAMES = {"cpu_throttle": "cpu", "power_supply": "powersupplyclass"}
# node_exporter 1.5 has none of these.
_LATER = ("watchdog",)
# node_exporter 1.5 counts other operations of NFS version 4 under these names.
_WRONG_METHODS = ("RelLockOwner", "Verify", "Write")


@pytest.fixture
def tree(tmp_path):
    """A folder with every recording."""
    return recording.unfold(recording.names(), tmp_path / "tree")


@pytest.fixture
def theirs(tree):
    """The page of node_exporter on these folders."""
    port = free_port()
    argv = [
        "prometheus-node-exporter",
        "--collector.disable-defaults",
        *(f"--collector.{_THEIR_NAMES.get(name, name)}" for name in _compared()),
        f"--path.procfs={tree}/proc",
        f"--path.sysfs={tree}/sys",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    child = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, child)
        return fetch(f"http://127.0.0.1:{port}/metrics").replace(str(tree), "")
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(10)


def _compared() -> list[str]:
    return [name for name in recording.names() if name not in _LATER]


def families(tree) -> set[str]:
    """What our collectors of the recordings serve under node_exporter's names."""
    machine = Cached(proc=f"{tree}/proc", sys=f"{tree}/sys")
    readings = [
        units.load("hisops.monitor.collectors", name)().read(machine) for name in _compared()
    ]
    machine.close()
    names = {family.name for reading in readings for family, _ in reading.describe()}
    return {name for name in names if name.startswith("node_")}


def test_the_same_hardware_gives_the_same_series_types_and_values(start, tree, theirs):
    ours = start(proc=f"{tree}/proc", sys=f"{tree}/sys", also="interrupts processes").page()
    wanted = node_families(theirs)

    served = {name: kind for name, kind in node_families(ours).items() if name in families(tree)}
    found, expected = series(ours, set(served)), series(theirs, set(wanted))

    assert {name: kind for name, kind in wanted.items() if served.get(name) != kind} == {}
    assert set(found) - set(expected) == set()
    assert set(expected) - set(found) == set()
    wrong = {
        ("node_nfsd_requests_total", (("method", name), ("proto", "4"))) for name in _WRONG_METHODS
    }
    assert {k: v for k, v in found.items() if k not in wrong} == pytest.approx(
        {k: v for k, v in expected.items() if k not in wrong}, rel=1e-9
    )
    assert len(found) > 20
