"""Every collector: valid and unique names, help, type, units, and one test file."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hisops.agent.exposition import Owners, Part
from hisops.core import units
from hisops.core.metric import Family
from hisops.core.metric_text import is_label, is_name
from hisops.io.cached import Cached
from hisops.monitor.collector import Collector
from tests.monitor.collectors import recording
from tests.monitor.collectors.bus import Bus

_PACKAGE = "hisops.monitor.collectors"
_NAMES = units.names(_PACKAGE)
_HERE = Path(__file__).resolve().parents[1]
# Taken over from node_exporter and the Prometheus client libraries; tests/real compares them.
_COPIED = ("namedprocess_", "node_", "process_")
_UNITS = ("_bytes", "_celsius", "_info", "_ratio", "_seconds", "_timestamp_seconds", "_total")
# A kernel without these files is broken.
_EVERYWHERE = ("arp", "interrupts", "processes", "softnet", "stat")
# 1 or 0, with the word that is true.
_STATES = ("_bad", "_passed", "_present", "_stale", "_state", "_success", "_up")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A machine with all the hardware that recordings have."""
    folder = recording.unfold(recording.names(), tmp_path_factory.mktemp("recorded"))
    cached = Cached(proc=f"{folder}/proc", sys=f"{folder}/sys")
    yield cached
    cached.close()


class Live(Cached):
    """The machine that the tests run on, with a recorded systemd."""

    folder = ""

    def ask_bus(self, service, calls):
        return Bus().ask(service, calls)

    def stamp(self, path):
        return (0.0, 0) if path == "/run/systemd/system" else super().stamp(path)


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """The machine that the tests run on."""
    folder = tmp_path_factory.mktemp("metrics")
    (folder / "jobs.prom").write_text("hisops_job_max_age_seconds 1\n")
    cached = Live()
    cached.folder = str(folder)
    yield cached
    cached.close()


@pytest.fixture
def machine(name, live, recorded):
    """Where the collector surely finds something."""
    return recorded if name in recording.names() else live


def collector(name: str, machine) -> Collector:
    unit = units.load(_PACKAGE, name)()
    options = {
        "textfile": {"folder": getattr(machine, "folder", "")},
        "process_group": {"groups": (("all", "."),)},
        "service_health": {"services": ("dbus",)},
    }
    for option, value in options.get(name, {}).items():
        setattr(unit, option, value)
    return unit


def faults(family: Family, labels: tuple[tuple[str, str], ...]) -> list[str]:
    """What is wrong with a family and its labels."""
    found = []
    if not is_name(family.name) or not all(is_label(name) for name, _ in labels):
        found.append("name")
    if family.kind not in ("counter", "gauge", "untyped"):
        found.append("kind")
    if not family.help.endswith("."):
        found.append("help is no sentence")
    if not family.name.startswith(_COPIED):
        if not family.name.endswith(_UNITS + _STATES):
            found.append("no unit")
        if (family.kind == "counter") != family.name.endswith("_total"):
            found.append("a counter ends in _total, and nothing else does")
    return found


@pytest.mark.parametrize("name", _NAMES)
def test_names_labels_types_and_units_are_as_prometheus_wants(name, machine):
    reading = collector(name, machine).read(machine)
    wrong = {f.name: faults(f, labels) for f, labels in reading.describe() if faults(f, labels)}

    assert reading.values
    assert wrong == {}


@pytest.mark.parametrize("name", _NAMES)
def test_no_series_is_given_twice(name, machine):
    series = [(s.family.name, s.labels) for s in collector(name, machine).collect(machine)]

    assert len(set(series)) == len(series)


@pytest.mark.parametrize("name", _NAMES)
def test_a_family_has_one_type_and_one_help(name, machine):
    families = {sample.family for sample in collector(name, machine).collect(machine)}

    assert len({family.name for family in families}) == len(families)


def test_no_family_belongs_to_two_collectors(live, recorded):
    owners: dict[str, set[str]] = {}
    for name in _NAMES:
        machine = recorded if name in recording.names() else live
        for sample in collector(name, machine).collect(machine):
            owners.setdefault(sample.family.name, set()).add(name)

    assert {family: names for family, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("name", _NAMES)
def test_the_page_holds_the_same_samples(name, machine):
    reading = collector(name, machine).read(machine)

    text = Part(name, Owners()).fill(reading)

    expected = {(s.family.name, s.labels): float(s.value) for s in reading.samples()}
    assert {
        (sample.name, tuple(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    } == expected


@pytest.mark.parametrize("name", _NAMES)
def test_the_same_shape_is_described_in_the_same_way(name, machine):
    unit = collector(name, machine)
    first, second = unit.read(machine), unit.read(machine)

    if first.key == second.key:
        assert list(first.describe()) == list(second.describe())


@pytest.mark.parametrize("name", [n for n in recording.names() if n not in _EVERYWHERE])
def test_a_machine_without_the_hardware_has_no_series_and_no_failure(name, tmp_path):
    bare = Cached(proc=f"{tmp_path}/proc", sys=f"{tmp_path}/sys")

    assert collector(name, bare).read(bare).samples() == []


@pytest.mark.parametrize("name", _NAMES)
def test_a_collector_has_a_test_file_of_its_own(name):
    assert (_HERE / "monitor" / "collectors" / f"test_{name}.py").is_file()


def test_a_fault_would_be_found():
    assert faults(Family("hisops_disk", "gauge", "Disks."), ()) == ["no unit"]
    assert faults(Family("hisops_x_total", "gauge", "X."), ())
    assert faults(Family("hisops x_bytes", "gauge", "X."), ()) == ["name"]
    assert faults(Family("node_load1", "gauge", "X"), ()) == ["help is no sentence"]
