"""The agent beside the installed node_exporter: same names, labels, types and values."""

import gzip
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.real.agent.conftest import free_port, wait_for

_SHARED = [
    "cpu",
    "meminfo",
    "loadavg",
    "filesystem",
    "diskstats",
    "netdev",
    "netclass",
    "netstat",
    "sockstat",
    "stat",
    "time",
    "uname",
    "os",
    "pressure",
    "vmstat",
    "filefd",
    "textfile",
    "arp",
    "bonding",
    "conntrack",
    "cpufreq",
    "dmi",
    "edac",
    "entropy",
    "fibrechannel",
    "hwmon",
    "infiniband",
    "mdadm",
    "nfs",
    "nfsd",
    "nvme",
    "powersupplyclass",
    "rapl",
    "schedstat",
    "selinux",
    "softnet",
    "thermal_zone",
    "timex",
    "udp_queues",
    "xfs",
    "zfs",
]
_MOUNTS = r"^/(dev|proc|run|sys|var/lib/docker|var/lib/containers/storage)($|/)"
_TEXT = """\
# HELP hisops_job_max_age_seconds Limit.
# TYPE hisops_job_max_age_seconds gauge
hisops_job_max_age_seconds{name="a \\"b\\" \\\\ c"} 3600
"""
# What moves between two pages: how far, as a share and as an absolute amount.
_MOVING = {
    "node_memory": (0.5, 3e8),
    "node_filesystem": (0.05, 3e8),
    "node_load": (0.5, 1.0),
    "node_sockstat": (1.0, 40),
    "node_filefd": (0.5, 500),
    "node_procs": (1.0, 40),
    "node_disk_io_now": (1.0, 40),
    "node_network_carrier": (0.0, 1.0),
    "node_netstat_Tcp_CurrEstab": (1.0, 40),
    "node_time_seconds": (0.0, 10.0),
    "node_cpu_frequency": (1.0, 6e9),
    "node_cpu_scaling_frequency": (1.0, 6e9),
    "node_hwmon": (1.0, 1000),
    "node_power_supply": (0.5, 10),
    "node_thermal_zone": (0.5, 30),
    "node_cooling_device": (1.0, 100),
    "node_timex": (0.5, 1.0),
    "node_arp": (1.0, 40),
    "node_nf_conntrack": (0.5, 1000),
    "node_udp_queues": (1.0, 1e6),
}

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def exporter(tmp_path) -> Iterator[str]:
    """Address of a node_exporter with the same families."""
    port = free_port()
    argv = [
        "prometheus-node-exporter",
        "--collector.disable-defaults",
        *(f"--collector.{name}" for name in _SHARED),
        f"--collector.textfile.directory={tmp_path}/metrics",
        f"--collector.filesystem.mount-points-exclude={_MOUNTS}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    child = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, child)
        yield f"http://127.0.0.1:{port}/metrics"
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(10)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as reply:
        return reply.read().decode()


def node_families(text: str) -> dict[str, str]:
    """Types by name of what both serve."""
    return {
        line.split()[2]: line.split()[3]
        for line in text.splitlines()
        if line.startswith("# TYPE ") and line.split()[2].startswith(("node_", "hisops_job"))
        if not line.split()[2].startswith(("node_exporter", "node_scrape"))
    }


def series(text: str, names: set[str]) -> Series:
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in names:
                found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def is_near(name: str, low: float, value: float, high: float, *, counter: bool) -> bool:
    """Whether a value fits between those of before and after."""
    rest = next((limits for start, limits in _MOVING.items() if name.startswith(start)), None)
    if rest:
        slack = max(rest[0] * abs(high), rest[1])
        return low - slack <= value <= high + slack or high - slack <= value <= low + slack
    if counter:
        return low * (1 - 1e-9) - 1e-6 <= value <= high * (1 + 1e-9) + 1e-6
    return low == value == high or abs(value - high) <= 1e-9 * abs(high)


@pytest.fixture
def pages(start, tmp_path, exporter) -> tuple[str, str, str]:
    """node_exporter, the agent, and node_exporter again."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "jobs.prom").write_text(_TEXT)
    agent = start(metrics=folder)
    fetch(exporter), agent.page()
    return fetch(exporter), agent.page(), fetch(exporter)


def test_the_agent_serves_the_families_of_node_exporter_with_their_types(pages):
    before, ours, _ = pages

    wanted, served = node_families(before), node_families(ours)

    assert len(wanted) > 150
    assert {name: kind for name, kind in wanted.items() if served.get(name) != kind} == {}
    assert set(served) - set(wanted) == set()


def test_the_agent_serves_the_series_of_node_exporter_with_their_labels(pages):
    before, ours, after = pages
    names = set(node_families(before))

    wanted = set(series(before, names)) & set(series(after, names))
    served = set(series(ours, names))

    assert wanted - served == set()
    assert served - set(series(before, names)) - set(series(after, names)) == set()


def test_the_values_lie_between_two_pages_of_node_exporter(pages):
    kinds = node_families(pages[0])
    low, value, high = (series(text, set(kinds)) for text in pages)

    strange = {
        key: (low[key], value[key], high[key])
        for key in value
        if key in low and key in high
        if not is_near(key[0], low[key], value[key], high[key], counter=kinds[key[0]] != "gauge")
    }

    assert len(value) > 200
    assert strange == {}


def test_promtool_finds_no_more_fault_than_with_node_exporter(pages):
    def faults(text: str) -> set[str]:
        done = subprocess.run(
            ["promtool", "check", "metrics"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        return {line for line in done.stderr.splitlines() if line.strip()}

    before, ours, _ = pages

    assert faults(ours) - faults(before) == set()


def test_the_page_tells_about_the_agent_itself(start):
    agent = start()

    found = {name: value for (name, _), value in series(agent.page(), _SELF).items()}

    assert set(found) == _SELF
    fields = Path(f"/proc/{agent.child.pid}/stat").read_text().rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    boot = int(Path("/proc/stat").read_text().partition("\nbtime ")[2].split()[0])
    assert found["process_start_time_seconds"] == pytest.approx(boot + started, abs=0.02)


def test_the_page_is_compressed_when_the_client_takes_it(start):
    agent = start()

    _, headers, body = agent.get(Accept_Encoding="gzip")
    _, plain_headers, plain = agent.get()

    assert headers["content-encoding"] == "gzip"
    assert b"node_load1 " in gzip.decompress(body)
    assert "content-encoding" not in plain_headers
    assert len(body) < len(plain) / 3


_SELF = {
    "hisops_build_info",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_virtual_memory_bytes",
}
