"""What is seldom there is seldom looked for."""

import pytest

from hisops.core.errors import OpsError
from hisops.core.metric import Family
from hisops.io.cached import Cached
from hisops.monitor.rare import NOTHING, RareFile, Seldom, Sensor, Sensors, infos, join, measure

TEMP = Family("node_x_celsius", "gauge", "X.")


class Ticking(Cached):
    """A real folder, and a clock that the test moves."""

    now = 0.0

    def tick(self):
        return self.now


def values(reading):
    return {(s.family.name, *(text for _, text in s.labels)): s.value for s in reading.samples()}


@pytest.fixture
def machine(tmp_path):
    for part in ("proc", "sys"):
        (tmp_path / part).mkdir()
    machine = Ticking(proc=f"{tmp_path}/proc", sys=f"{tmp_path}/sys")
    machine.folder = tmp_path
    yield machine
    machine.close()


def test_a_search_is_repeated_after_a_minute(machine):
    calls = []
    seldom = Seldom(lambda _io: calls.append(1) or ["found"])

    for machine.now in (0, 30, 59, 60, 61):
        assert seldom.get(machine) == ["found"]

    assert len(calls) == 2


def test_a_file_that_appears_is_seen_within_a_minute(machine):
    file = RareFile("/proc/mdstat")
    assert file.read(machine) == ""

    (machine.folder / "proc/mdstat").write_text("md0")
    machine.now = 30
    early = file.read(machine)
    machine.now = 60

    assert early == ""
    assert file.read(machine) == "md0"


def test_a_file_that_is_there_is_read_every_time(machine):
    file = RareFile("/proc/mdstat")
    path = machine.folder / "proc/mdstat"
    for text in ("a", "b"):
        path.write_text(text)
        assert file.read(machine) == text


def test_a_file_that_cannot_be_read_is_a_failure(machine):
    (machine.folder / "proc/mdstat").mkdir()

    with pytest.raises(OpsError):
        RareFile("/proc/mdstat").read(machine)


@pytest.mark.parametrize(
    ("text", "value"),
    [("54500\n", 54.5), ("-4000", -4.0), ("0x3e8", 1.0), ("95.0%", None), ("", None)],
)
def test_a_sensor_has_a_number_or_nothing(machine, text, value):
    (machine.folder / "sys/temp").write_text(text)

    assert measure(machine, Sensor("/sys/temp", TEMP, (), divide=1000)) == value


def test_a_sensor_that_is_gone_costs_only_itself(machine):
    for name in "ab":
        (machine.folder / "sys" / name).write_text("7")
    sensors = Sensors(lambda _io: [Sensor(f"/sys/{n}", TEMP, (("sensor", n),)) for n in "ab"])
    first = sensors.read(machine)
    machine.close()
    (machine.folder / "sys/a").unlink()
    second = sensors.read(machine)

    assert values(first) == {(TEMP.name, "a"): 7, (TEMP.name, "b"): 7}
    assert values(second) == {(TEMP.name, "b"): 7}
    assert first.key != second.key


def test_readings_are_joined_in_their_order():
    one, two = (infos([(TEMP, (("sensor", n),))]) for n in "ab")

    assert values(join(one, NOTHING, two)) == {(TEMP.name, "a"): 1, (TEMP.name, "b"): 1}
    assert join(NOTHING, one) is one
    assert join() is NOTHING
