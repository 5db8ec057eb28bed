"""Each trouble that a person can cause ends in a line of cause, a line of what to do, and a code."""

import socket
import subprocess

import pytest

from hisops.core.errors import Exit
from tests.real.site.running import HISOPS, Running, fill, free_base


@pytest.fixture
def fresh(tmp_path) -> Running:
    """A site that was started and never ran."""
    return start(tmp_path / "site")


def start(root) -> Running:
    subprocess.run([*HISOPS, "init", str(root), "--port-base", str(free_base())], check=True)
    return Running(root)


def told(site: Running, *words: str, code: Exit) -> list[str]:
    """The lines on standard error that are no progress: the cause and what to do."""
    lines = site.call(*words, code=code).stderr.splitlines()
    found = [line for line in lines if line.startswith(("hisops: ", "  what to do: "))]
    assert [line[:8] for line in found] == ["hisops: ", "  what t"], lines
    return found


def test_a_wrong_setting_is_told_with_its_line(fresh):
    settings = fresh.root / "site.yml"
    settings.write_text(settings.read_text().replace("timezone:", "timezon:"))

    cause, fix = told(fresh, "up", code=Exit.USAGE)

    assert "site.yml:3: timezon: unknown setting" in cause
    assert "timezone" in fix


def test_an_occupied_port_names_address_and_part(fresh):
    address = fresh.json("status")["parts"][1]["address"]
    host, _, port = address.partition(":")
    with socket.create_server((host, int(port))):
        cause, fix = told(fresh, "up", code=Exit.FAILED)

    assert f"{address} is in use by another program; engine cannot listen there" in cause
    assert "site.yml" in fix


def test_a_folder_without_a_site_says_how_to_start_one(tmp_path):
    cause, fix = told(Running(tmp_path), "status", code=Exit.USAGE)

    assert "there is no site.yml" in cause
    assert "hisops init" in fix


def test_a_full_disk_stops_up_before_anything_runs(small_disk):
    site = start(small_disk / "site")
    fill(small_disk)

    cause, _fix = told(site, "up", code=Exit.FAILED)

    assert "full" in cause or "No space left" in cause


@pytest.mark.timeout(300)
def test_an_unreachable_offsite_host_keeps_the_local_backup(running):
    running.control("stop", "offsite")
    try:
        cause, _fix = told(running, "backup", "run", "his-db", code=Exit.UNREACHABLE)
    finally:
        running.control("start", "offsite")

    assert "offsite" in cause
    states = {
        b["copy"]: b["state"] for b in running.json("status")["backups"] if b["plan"] == "his-db"
    }
    assert states == {"local": "done", "offsite": "unreachable"}
