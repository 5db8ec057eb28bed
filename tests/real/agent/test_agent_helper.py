"""The helper with programs that are scripts, and the agent that shows what it left."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hisops.io.local import Local
from hisops.monitor import helper, tool
from hisops.monitor.tools.multipath import Multipath
from tests.monitor.tools.conftest import sample
from tests.real.agent.test_agent_trouble import samples

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


def script(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def programs(tmp_path):
    """Scripted programs: each prints a sample by its arguments."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for path in (Path(__file__).parents[2] / "monitor/tools/samples").iterdir():
        (folder / path.name).write_text(sample(path.name))
    say = f"cat {folder}"
    script(folder, "multipathd", f"{say}/multipath-maps.json")
    script(
        folder,
        "storcli64",
        f'case "$1" in /call) {say}/storcli-show.json;; *) {say}/storcli-drives.json;; esac',
    )
    script(folder, "ssacli", f'{say}/ssacli-"$4".txt')
    script(
        folder,
        "arcconf",
        f'case "$1" in LIST) {say}/arcconf-list.txt;; *) {say}/arcconf-config.txt;; esac',
    )
    drives = "nvme0) f=nvme;; *bus*) f=scsi; x=4;; *sdq) f=asleep; x=2;; *) f=ata; x=24;;"
    script(
        folder,
        "smartctl",
        f'case "$*" in *--scan-open*) {say}/smartctl-scan.json; exit 0;; esac\n'
        f'x=0; case "$*" in *{drives} esac\n{say}/smartctl-$f.json; exit $x',
    )
    return folder


def run_helper(programs: Path, metrics: Path) -> subprocess.CompletedProcess:
    """`hisops helper` where the scripts come first on the path."""
    mount = f'mount --bind {programs} /usr/local/sbin && exec "$@"'
    hisops = [sys.executable, "-m", "hisops", "helper", "--folder", str(metrics)]
    argv = ["unshare", "-m", "--propagation", "private", "sh", "-c", mount, "sh", *hisops]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


@needs_root
def test_what_the_programs_say_is_on_the_agents_page(start, programs, tmp_path):
    metrics = tmp_path / "metrics"

    done = run_helper(programs, metrics)
    found = samples(start(metrics=metrics).page())

    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("smartctl", "storcli", "ssacli", "arcconf", "multipath"):
        assert found["hisops_helper_success", name] == 1
    assert found["smartctl_device_smart_status", "sda"] == 0
    # The parser gives counters the ending that OpenMetrics wants.
    assert found["smartctl_device_percentage_used_total", "nvme0"] == 97
    assert found["hisops_smart_asleep_state", "sdq"] == 1
    assert found["hisops_multipath_paths_good_ratio", "mpatha"] == 0.75
    assert found["node_textfile_scrape_error", ""] == 0
    assert found["hisops_collector_dropped_series", "textfile"] == 0


@needs_root
def test_a_program_that_fails_is_told_and_the_others_are_read(start, programs, tmp_path):
    script(programs, "ssacli", "echo 'Error: no permission' >&2; exit 1")
    script(programs, "storcli64", "head -c 10000000 /dev/urandom")

    done = run_helper(programs, tmp_path / "metrics")
    found = samples(start(metrics=tmp_path / "metrics").page())

    assert done.returncode == 3
    assert "Error: no permission" in done.stdout
    assert {name: found["hisops_helper_success", name] for name in ("ssacli", "storcli")} == {
        "ssacli": 0,
        "storcli": 0,
    }
    assert found["hisops_helper_success", "arcconf"] == 1


def test_a_program_that_hangs_costs_its_time_out(tmp_path, monkeypatch):
    hung = script(tmp_path, "multipathd", "sleep 600")
    monkeypatch.setattr(tool, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(Multipath, "folders", (str(tmp_path),))
    if shutil.which("multipathd"):
        pytest.skip("this machine has a multipathd of its own")

    ran = {each.tool: each for each in helper.run(Local(), str(tmp_path / "m"), 300)}

    assert ran["multipath"].state == "failed"
    assert ran["multipath"].cause == f"{hung} did not end within 0.5 s"


def test_files_of_a_helper_that_stopped_lose_their_values_and_keep_their_age(
    start, programs, tmp_path
):
    metrics = tmp_path / "metrics"
    metrics.mkdir()
    text = 'hisops_helper_interval_seconds{tool="x"} 300\nsmartctl_device_smart_status{device="sda"} 1\n'
    (metrics / "tool-x.prom").write_text(text)
    old = time.time() - 1000
    os.utime(metrics / "tool-x.prom", (old, old))

    found = samples(start(metrics=metrics).page())

    assert ("smartctl_device_smart_status", "sda") not in found
    assert found["hisops_textfile_stale", f"{metrics}/tool-x.prom"] == 1
