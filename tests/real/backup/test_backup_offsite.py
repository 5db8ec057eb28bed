"""Copies over SFTP to a real sshd with a pinned host key, and drills from them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hisops.backup import ledger, run, stock
from hisops.backup.offsite import ssh_config

FILES = """
source: {{kind: files, paths: ["${{site}}/data"]}}
copies:
  - to: offsite
    url: "sftp://127.0.0.1:{port}/work"
    known_hosts: "${{state}}/credentials/offsite-known-hosts"
    identity: "${{state}}/credentials/offsite-key"
drill: {{every: 30 d, from: offsite, assert: [{{checksums: true}}]}}
"""


@pytest.fixture
def plan(offsite_sshd, short_folder):
    data = Path(short_folder, "data")
    data.mkdir()
    for number in range(10):
        (data / f"scan {number}").write_text(f"text {number}\n" * 2000)
    return offsite_sshd.plan(FILES.format(port=offsite_sshd.site.settings.offsite.port))


@pytest.fixture
def made(offsite_sshd, plan, empty_copy):
    """The same plan, with an off-site repository that exists already."""
    shutil.copytree(empty_copy, Path(offsite_sshd.site.state, "offsite/jail/data/work"))
    return plan


def test_a_drill_restores_the_off_site_copy(offsite_sshd, made):
    local, copied = offsite_sshd.run(made)
    drilled = offsite_sshd.drill(made)

    assert (local.state, copied.state) == ("done", "done")
    assert copied.snapshot != local.snapshot
    assert drilled.passed, drilled.cause
    assert (drilled.copy, drilled.snapshot) == ("offsite", copied.snapshot)
    report = json.loads(Path(drilled.evidence, "drill.json").read_text())
    assert report["drill"]["passed"] is True
    kept = stock.list_runs(
        offsite_sshd.io, offsite_sshd.store, offsite_sshd.site, made, last=5, offsite_too=True
    )
    assert [(row.copy, row.in_repository) for row in kept] == [("local", "yes"), ("offsite", "yes")]


@pytest.mark.parametrize("choose", [min, max])
def test_a_flipped_byte_off_site_fails_the_drill(offsite_sshd, made, choose):
    """In a pack of folders as in one of contents: the cache of this machine must not help."""
    offsite_sshd.run(made)
    packs = Path(offsite_sshd.site.state, "offsite/jail/data/work/data").glob("*/*")
    pack = choose(packs, key=lambda path: path.stat().st_size)
    raw = bytearray(pack.read_bytes())
    raw[len(raw) // 3] ^= 0x01
    pack.chmod(0o600)
    pack.write_bytes(raw)

    far, near = offsite_sshd.drill(made), offsite_sshd.drill(made, copy="local")

    assert not far.passed
    assert "offsite: the repository is damaged" in far.cause
    assert near.passed


def test_an_off_site_host_that_is_down_is_caught_up_later(offsite_sshd, made, children, wait_for):
    from hisops.workflow.parts import offsite

    offsite_sshd.sshd.terminate()
    offsite_sshd.sshd.wait(10)
    local, far = offsite_sshd.run(made)
    again = subprocess.Popen(offsite.argv(offsite_sshd.site), stderr=subprocess.DEVNULL)
    children.append(again)
    wait_for(lambda: offsite.ready(offsite_sshd.io, offsite_sshd.site))
    (caught_up,) = run.copy(
        offsite_sshd.io,
        offsite_sshd.store,
        offsite_sshd.site,
        made,
        actor="test",
        tell=offsite_sshd.told.append,
    )

    assert (local.state, far.state) == ("done", "unreachable")
    assert "cannot be reached" in far.cause
    assert "sshd" in far.fix
    assert (caught_up.state, caught_up.tag) == ("done", local.tag)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_full_off_site_disk_fails_the_copy_alone_and_is_caught_up(offsite_sshd, made):
    disk = Path(offsite_sshd.site.state, "offsite/jail/data/work")
    content = disk.with_name("content")
    shutil.copytree(disk, content)
    Path(offsite_sshd.folder, "data", "image").write_bytes(os.urandom(12 * 2**20))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], check=True)
    try:
        shutil.copytree(content, disk, dirs_exist_ok=True)
        local, far = offsite_sshd.run(made)
        subprocess.run(["mount", "-o", "remount,size=60m", disk], check=True)
        caught_up = offsite_sshd.run(made)[-1]
    finally:
        subprocess.run(["umount", disk], check=True)

    assert (local.state, far.state) == ("done", "failed")
    assert far.cause.startswith("offsite")
    assert "space" in far.fix
    assert caught_up.state == "done"


def test_a_changed_host_key_is_an_alarm(offsite_sshd, plan):
    pinned = Path(plan.copies[0].known_hosts)
    other = Path(offsite_sshd.site.state, "credentials/offsite-key.pub").read_text()
    pinned.write_text(f"{pinned.read_text().split(' ', 1)[0]} {other}")

    _, far = offsite_sshd.run(plan)

    assert far.state == "unreachable"
    assert "ALARM: the host key is not the pinned one" in far.cause


def test_a_key_that_the_host_does_not_know_is_told(offsite_sshd, plan):
    Path(offsite_sshd.site.state, "offsite/authorized_keys").write_text("")

    _, far = offsite_sshd.run(plan)

    assert far.state == "unreachable"
    assert "refuses our key" in far.cause


def test_a_missing_identity_is_a_mistake_of_the_site(offsite_sshd, plan):
    Path(plan.copies[0].identity).unlink()

    _, far = offsite_sshd.run(plan)

    assert far.state == "misconfigured"
    assert "identity" in far.cause


def test_snapshots_removed_off_site_are_noticed(offsite_sshd, made):
    _, copied = offsite_sshd.run(made)
    there = Path(offsite_sshd.site.state, "offsite/jail/data/work/snapshots")
    (there / copied.snapshot).unlink()

    _, far = offsite_sshd.run(made)

    assert far.state == "suspicious"
    assert copied.snapshot in far.cause


def test_an_off_site_repository_that_vanished_is_never_made_anew(offsite_sshd, made):
    offsite_sshd.run(made)
    there = Path(offsite_sshd.site.state, "offsite/jail/data/work")
    there.rename(there.with_name("unmounted"))

    _, far = offsite_sshd.run(made)

    assert far.state == "missing"
    assert not there.exists()
    assert ledger.newest_good(offsite_sshd.store, "work", "offsite").state == "done"


def test_the_off_site_account_gives_no_shell(offsite_sshd, plan):
    config = Path(offsite_sshd.site.state, "ssh.conf")
    config.write_text(ssh_config("there", plan.copies[0]))

    done = subprocess.run(
        ["ssh", "-F", config, "there", "cat /etc/hostname"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=20,
        check=False,
    )

    assert Path("/etc/hostname").read_bytes().strip() not in done.stdout
    assert done.returncode != 0 or b"sftp" in done.stdout + done.stderr


def test_a_copied_chunk_is_stored_once(offsite_sshd, plan):
    """The copy is made with the chunker of the local repository, so it deduplicates."""
    Path(offsite_sshd.folder, "data", "image").write_bytes(os.urandom(2**20))
    offsite_sshd.run(plan)
    far = Path(offsite_sshd.site.state, "offsite/jail/data/work")
    before = sum(path.stat().st_size for path in far.rglob("data/*/*"))
    image = Path(offsite_sshd.folder, "data", "image")
    (image.parent / "image again").write_bytes(image.read_bytes())

    offsite_sshd.run(plan)

    after = sum(path.stat().st_size for path in far.rglob("data/*/*"))
    assert before > 2**20
    assert after - before < 20_000
