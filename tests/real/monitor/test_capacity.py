"""Forecasts from the history of a real Prometheus."""

import json
import time

import msgspec
import pytest

from hisops.cli import capacity as command
from hisops.cli.main import run
from hisops.core.text import Duration
from hisops.monitor import prometheus
from hisops.workflow import capacity
from tests.monitor.pacs_profile import TB, archive, thin
from tests.real.monitor.conftest import IO, make_site, running, wait_for

_HOST = 'instance="pacs1",team="integration",class="C2",system="pacs",job="agent"'
_DISK = f'{_HOST},device="sda1",fstype="xfs",mountpoint="/srv"'
_NEW = f'{_HOST},device="sdb1",fstype="xfs",mountpoint="/new"'


def _history(now: float) -> str:
    """Nine weeks of an archive with an import, a database, and a disk that is a week old."""
    used = thin(archive(100, 3, import_at=96 * 24), 100 * 24)
    size = used[-1] + 20 * 0.45 * TB
    lines: dict[str, list[str]] = {}
    for age, value in enumerate(reversed(used)):
        at = now - age * 6 * 3600
        rows = [("node_filesystem_size_bytes", _DISK, size)]
        rows.append(("node_filesystem_avail_bytes", _DISK, size - value))
        rows.append(("node_filesystem_readonly", _DISK, 0))
        rows.append(("pg_database_size_bytes", f'{_HOST},datname="orthanc"', value / 1e6))
        if age < 28:
            rows.append(("node_filesystem_size_bytes", _NEW, TB))
            rows.append(("node_filesystem_avail_bytes", _NEW, TB))
            rows.append(("node_filesystem_readonly", _NEW, 0))
        for name, labels, number in rows:
            lines.setdefault(name, []).append(f"{name}{{{labels}}} {number:.0f} {at:.3f}")
    parts = [f"# TYPE {name} gauge\n" + "\n".join(reversed(found)) for name, found in lines.items()]
    return "\n".join(parts) + "\n# EOF\n"


@pytest.fixture(scope="module")
def remembering(tmp_path_factory, store):
    """A site whose Prometheus has that history."""
    root = tmp_path_factory.mktemp("capacity")
    made = make_site(root, 9)
    longer = msgspec.structs.replace(made.settings.prometheus, retention=Duration(90 * 86400))
    settings = msgspec.structs.replace(made.settings, prometheus=longer)
    made = msgspec.structs.replace(made, settings=settings)
    (root / "history").write_text(_history(time.time()))
    data = f"{prometheus.folder(made)}/data"
    argv = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q"]
    done = IO.run([*argv, str(root / "history"), data], timeout=60)
    assert done.code == 0, done.err
    prometheus.apply(IO, made, store)
    with running(prometheus.argv(made), root / "log"):
        wait_for(lambda: prometheus.is_ready(IO, made))
        yield made


def test_an_archive_is_foretold_its_import_is_told_and_the_new_disk_is_unknown(remembering):
    found = {(each.kind, each.name): each for each in capacity.read(IO, remembering)}

    disk = found["filesystem", "/srv"].forecast
    assert disk.days.mid == pytest.approx(20, rel=0.12)
    assert disk.days.low < disk.days.mid < disk.days.high
    assert capacity.recent_step(disk.steps) == pytest.approx(2 * TB, rel=0.2)
    assert found["filesystem", "/new"].forecast.growth_per_day is None
    assert found["database", "orthanc"].forecast.growth_per_day == pytest.approx(450e3, rel=0.12)
    assert found["database", "orthanc"].forecast.days is None


def test_the_published_file_is_what_prometheus_reads(remembering):
    capacity.publish(IO, remembering, capacity.read(IO, remembering))

    page = IO.read(f"{remembering.state}/metrics/capacity.prom")
    judged = IO.run(["promtool", "check", "metrics"], stdin=page.encode())
    days = [line for line in page.splitlines() if line.startswith("hisops_capacity_days_to_full{")]
    # Days are what people plan in; promtool would have seconds, and nothing else to say.
    assert [line for line in judged.err.decode().splitlines() if "base unit" not in line] == []
    assert judged.code in (0, 3)
    assert [line.partition('bound="')[2][:3] for line in days] == ["low", "mid", "hig"]
    assert all('host="pacs1"' in line and 'owner="integration"' in line for line in days)


def test_the_command_shows_only_one_host_with_its_trend(remembering, capsys):
    IO.write(
        f"{remembering.root}/site.yml",
        f'name: T\nprometheus: {{listen: "{remembering.settings.prometheus.listen}"}}\n',
    )
    IO.write(f"{remembering.root}/inventory/hosts.yml", "all: {hosts: {}}\n")
    line = ["--site", remembering.root, "capacity", "--by", "growth", "--json", "--host"]

    run([*line, "pacs1"])
    rows = json.loads(capsys.readouterr().out)
    run([*line, "other"])
    nothing = json.loads(capsys.readouterr().out)

    assert [row["name"] for row in rows] == ["/srv", "orthanc", "/new"]
    assert rows[0]["trend"].endswith("█")
    assert [row["prospect"] for row in rows] == [
        command.Prospect.GROWS.value,
        command.Prospect.NO_SIZE.value,
        command.Prospect.UNKNOWN.value,
    ]
    assert nothing == []
