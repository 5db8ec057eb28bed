"""Power out of a real Prometheus: generator runs become events, meters a bill."""

import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import msgspec
import pytest

from hisops.core import journal
from hisops.core.event import GeneratorRan
from hisops.core.model import Class, Host, Inventory, Name, System
from hisops.core.settings import Metrics, Settings
from hisops.core.site import Site
from hisops.io.local import Local
from hisops.io.store import Sqlite
from hisops.power.settings import Generator, Meters, Power, Tariff
from hisops.workflow import power as work
from tests.real.hardware import child

_POWER = Power(
    generators={"genset-1": Generator()},
    meters=Meters(ups=("ups-1",), facility='sum(hisops_sensor_watts{sensor="building"})'),
    tariff=Tariff(price_per_kwh=1.0, co2_kg_per_kwh=0.5),
)
_STEP = 5
# Seconds after the beginning: two runs, of 40 minutes under load and of 5 minutes without.
_GOOD, _IDLE = (3600, 6000), (9000, 9300)
_SPAN = 14_400


class Clock(Local):
    """This machine at another time."""

    moment = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.moment, UTC)


def page(start: int) -> str:
    """OpenMetrics of four hours."""
    columns: dict[str, list[str]] = {}

    def put(series: str, at: int, value: float) -> None:
        columns.setdefault(series, []).append(f"{series} {value} {start + at}")

    for at in range(0, _SPAN, _STEP):
        good, running = _GOOD[0] <= at < _GOOD[1], _IDLE[0] <= at < _IDLE[1]
        contact = 'hisops_contact_state{{contact="{}",kind="{}"}}'
        put(contact.format("genset-1", "generator"), at, int(good or running))
        put(contact.format("ats-1", "mains"), at, int(not _GOOD[0] - 5 <= at < _GOOD[1]))
        put('hisops_sensor_ratio{kind="load",sensor="genset-1"}', at, 0.4 if good else 0.0)
        battery = _GOOD[0] - 5 <= at < _GOOD[0] + 5
        put('network_ups_tools_ups_status{flag="OB",ups="a"}', at, int(battery))
        put('hisops_sensor_watts{instance="ups-1",sensor="a"}', at, 1000)
        put('hisops_sensor_watts{instance="db-1",sensor="PS1"}', at, 600)
        put('hisops_sensor_watts{instance="meter",sensor="building"}', at, 1400)
    families: dict[str, list[str]] = {}
    for series, lines in columns.items():
        families.setdefault(series.partition("{")[0], []).extend(lines)
    parts = [f"# TYPE {name} gauge\n" + "\n".join(lines) for name, lines in families.items()]
    return "\n".join([*parts, "# EOF"]) + "\n"


@pytest.fixture(scope="module")
def past(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """A Prometheus whose history was written before it started."""
    root, port = tmp_path_factory.mktemp("power"), child.free_port()
    start = int(time.time()) // 7200 * 7200 - 6 * 3600
    (root / "page").write_text(page(start))
    argv = ["promtool", "tsdb", "create-blocks-from", "openmetrics", root / "page", root / "data"]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    (root / "prometheus.yml").write_text("scrape_configs: []\n")
    server = ["prometheus", f"--config.file={root}/prometheus.yml",
              f"--storage.tsdb.path={root}/data", f"--web.listen-address=127.0.0.1:{port}"]  # fmt: skip
    name = Name(zh="库", en="Database")
    inventory = Inventory(
        hosts={each: Host(name=each, address="10.0.0.1") for each in ("ups-1", "db-1")},
        systems={"his": System(name=name, class_=Class.C1, owner="dba", hosts=("db-1",))},
    )
    settings = Settings(name="Test", prometheus=Metrics(listen=f"127.0.0.1:{port}"))
    site = Site(root=str(root), settings=settings, inventory=inventory, state=str(root / "var"))
    with child.running(server, root / "log"):
        io = Clock()
        ready = f"http://127.0.0.1:{port}/-/ready"
        child.wait_for(lambda: child.listens(port) and io.http("GET", ready).is_ok)
        yield SimpleNamespace(site=site, start=start, io=io)


@pytest.fixture
def at(past, tmp_path):
    """Records as if it were so many seconds after the beginning of the history."""
    store = Sqlite(str(tmp_path / "hisops.db"))
    site = msgspec.structs.replace(past.site, state=str(tmp_path / "var"))

    def run(second: int) -> list[GeneratorRan]:
        past.io.moment = past.start + second
        return work.record(past.io, store, site, _POWER, actor="test")

    run.store = store
    yield run
    store.close()


def test_runs_become_events_and_are_judged(past, at):
    good, idle = at(_SPAN)

    assert good.passed, good.cause
    assert abs(good.started_at - past.start - _GOOD[0]) <= 2 * _STEP
    assert abs(good.seconds - 2400) <= 2 * _STEP
    assert (good.load, good.transfer_seconds) == (0.4, 10)
    assert not idle.passed
    assert "ran 5 min, not 30 min" in idle.cause
    assert len(journal.history(at.store, GeneratorRan, "genset-1")) == 2


def test_a_run_is_told_once_and_only_when_it_has_ended(at):
    found = [at(second) for second in (3700, 4800, 6100, 6200, 9100, 9400, _SPAN)]

    assert [len(events) for events in found] == [0, 0, 1, 0, 0, 1, 0]
    assert abs(found[2][0].seconds - 2400) <= 2 * _STEP
    assert found[2][0].passed, found[2][0].cause


def test_the_log_knows_when_a_test_is_overdue(past, at):
    at(_SPAN)
    entries = work.log(past.io, at.store, _POWER, 10)
    past.io.moment += 40 * 86400
    later = work.log(past.io, at.store, _POWER, 10)

    assert [(entry.passed, entry.overdue) for entry in entries] == [(False, False), (True, False)]
    assert {entry.overdue for entry in later} == {True}


def test_the_bill_adds_up_and_shows_the_rest(past):
    from hisops.core.text import Duration

    found = work.bill(past.io, past.site, _POWER, Duration(86400))
    systems = {row.name: row.watts for row in found.rows if row.level == "system"}

    assert found.total_watts == 1000
    assert found.pue == pytest.approx(1.4)
    assert systems == {"his": 600, "rest": 400}
