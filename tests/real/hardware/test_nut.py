"""A real upsd with the driver dummy-ups: mains, battery, low battery, and what can go wrong."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.nut import Nut
from tests.real.hardware import child

_ON_LINE = {
    "ups.status": "OL",
    "battery.charge": "100",
    "battery.runtime": "1800",
    "ups.load": "40",
    "ups.realpower.nominal": "48000",
    "ambient.temperature": "23.5",
    "ambient.humidity": "45",
    "battery.date": "2022/05/01",
    "ups.test.result": "Done and passed",
}


_UNIT = Nut(timeout=Duration(2))


@dataclass
class Ups:
    """upsd and its driver; `set` changes what the driver reads."""

    port: int
    folder: Path
    upsd: object
    driver: object

    def set(self, **changes: str) -> None:
        """Give the UPS other values, names with _ for a dot."""
        values = _ON_LINE | {name.replace("_", "."): text for name, text in changes.items()}
        text = "".join(f"{name}: {value}\n" for name, value in values.items())
        fresh = self.folder / "fresh"
        fresh.write_text(text)
        fresh.replace(self.folder / "demo.dev")


@pytest.fixture(scope="module")
def ups(tmp_path_factory) -> Iterator[Ups]:
    # A unix socket lies in the folder: its path must be short.
    folder = tmp_path_factory.mktemp("nut")
    port = child.free_port()
    (folder / "ups.conf").write_text(
        "pollinterval = 1\n[demo]\ndriver = dummy-ups\nport = demo.dev\n"
    )
    (folder / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {port}\nMAXAGE 4\n")
    (folder / "upsd.users").write_text("[mon]\npassword = right\nupsmon secondary\n")
    made = Ups(port, folder, None, None)
    made.set()
    env = {name: str(folder) for name in ("NUT_CONFPATH", "NUT_STATEPATH", "NUT_ALTPIDPATH")}
    driver = ["/lib/nut/dummy-ups", "-a", "demo", "-u", "root", "-F"]
    with child.running(driver, folder / "driver.log", env) as made.driver:
        child.wait_for((folder / "dummy-ups-demo").exists)
        # Debian's /sbin/upsd is a wrapper that wants /etc/nut/nut.conf.
        upsd = ["/lib/nut/upsd", "-F", "-u", "root"]
        with child.running(upsd, folder / "upsd.log", env) as made.upsd:
            child.wait_for(lambda: child.listens(port))
            yield made


@pytest.fixture
def ask(ups, probe, series):
    """An outcome and its values."""

    def run(unit=_UNIT, port=0, name=""):
        outcome = probe(unit, f"{name}127.0.0.1:{port or ups.port}")
        return outcome, series(outcome)

    # A driver that has just started hands its variables over one by one.
    child.wait_for(lambda: 'hisops_ups_test_passed{ups="demo"}' in run()[1])
    return run


def status(values, flag):
    return values.get(f'network_ups_tools_ups_status{{ups="demo",flag="{flag}"}}')


def test_a_healthy_ups_shows_its_values(ask):
    outcome, values = ask()

    assert outcome.success, outcome.cause
    assert values['network_ups_tools_battery_runtime{ups="demo"}'] == 1800
    assert values['hisops_sensor_celsius{sensor="demo ambient",place="room"}'] == 23.5
    assert values['hisops_sensor_watts{sensor="demo",place="device"}'] == 19200
    assert status(values, "OL") == 1


def test_mains_then_battery_then_low_battery_are_followed(ups, ask):
    try:
        ups.set(ups_status="OB DISCHRG", battery_runtime="700")
        child.wait_for(lambda: status(ask()[1], "OB") == 1)
        outcome, values = ask()
        assert outcome.success
        assert (status(values, "OL"), status(values, "LB")) == (0, 0)
        assert values['network_ups_tools_battery_runtime{ups="demo"}'] == 700

        ups.set(ups_status="OB DISCHRG LB", battery_runtime="90")
        child.wait_for(lambda: status(ask()[1], "LB") == 1)
    finally:
        ups.set()
        child.wait_for(lambda: status(ask()[1], "OL") == 1)


def test_a_ups_may_be_named_as_nut_does(ask):
    assert ask(name="demo@")[0].success


def test_an_unknown_ups_is_told(ask):
    outcome, _ = ask(name="other@")

    assert not outcome.success
    assert outcome.cause == "other: upsd says UNKNOWN-UPS"


def test_a_frozen_upsd_costs_its_time_out(ups, ask):
    with child.frozen(ups.upsd):
        outcome, _ = ask(Nut(timeout=Duration(0.5)))

    assert not outcome.success
    assert outcome.cause == "no answer within 0.5 s"


def test_a_frozen_driver_is_stale_data_and_no_value(ups, ask):
    with child.frozen(ups.driver):
        child.wait_for(lambda: not ask()[0].success)
        outcome, values = ask()

    assert "DATA-STALE" in outcome.cause
    assert status(values, "OL") is None
    child.wait_for(lambda: ask()[0].success)


def test_a_port_where_nobody_listens_is_told(ask):
    outcome, _ = ask(port=child.free_port())

    assert not outcome.success
    assert outcome.cause == os.strerror(111)


@pytest.mark.parametrize(
    ("answer", "endless"),
    [
        (b"220 mail ready\n", False),
        (b"BEGIN LIST UPS\n\xff\x00\nEND LIST UPS\n", False),
        (b"A" * 65536, True),
        (b"BEGIN LIST UPS\n" + b'UPS x "y"\n' * 9000, True),
    ],
    ids=["mail", "binary", "endless line", "endless list"],
)
def test_nonsense_is_an_outcome(ask, answer, endless):
    with child.liar(answer, endless=endless) as port:
        outcome, _ = ask(port=port)

    assert not outcome.success
    assert "not understood" in outcome.cause
