"""Missing updates beside the real apt and dpkg: none false, none missed."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from hisops.audit.checks.patch import Patch
from hisops.audit.evaluate import evaluate
from hisops.audit.finding import Reason, Result, Status
from hisops.audit.gather import gather
from hisops.audit.update import State, Update, list_updates
from hisops.io.local import Local

GROUPS = ("packages", "index", "upgrade")
SYSTEM_PYTHON = "/usr/bin/python3"


def judge(root: Path, **fields: int) -> tuple[dict[str, Update], Result]:
    facts, _ = gather(Local(), GROUPS, root=str(root))
    (result,) = evaluate(facts, {"patch": Patch(**fields)}, Local().now())
    updates = {} if facts.gaps else {update.package: update for update in list_updates(facts)}
    return updates, result


def reasons(result: Result) -> set[Reason | None]:
    return {each.reason for each in result.findings if each.status is Status.UNKNOWN}


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    paths = [Path(folder) / name for folder, _, names in os.walk(root) for name in names]
    return {str(p): (p.lstat().st_mtime_ns, p.lstat().st_size) for p in paths if p.name != "lock"}


def test_agrees_with_apt_on_this_machine_package_for_package():
    argv = ["apt-get", "-s", "-o", "Debug::NoLocking=1", "dist-upgrade"]
    lines = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()
    steps = [line.split() for line in lines if line.startswith("Inst ")]
    by_apt = {step[1]: step[3].lstrip("(") for step in steps if step[2].startswith("[")}

    updates, _ = judge(Path("/"))

    planned = {n: u.candidate for n, u in updates.items() if u.state is State.UPGRADE}
    assert planned == by_apt


def test_the_own_reading_of_the_indexes_agrees_with_apt_on_this_machine():
    facts, _ = gather(Local(), GROUPS)
    blind = msgspec.structs.replace(facts.groups["upgrade"], out="")
    without_apt = msgspec.structs.replace(facts, groups={**facts.groups, "upgrade": blind})

    ours = {u.package: u.candidate for u in list_updates(without_apt) if u.is_missing}

    both = {u.package: u.candidate for u in list_updates(facts) if u.is_missing}
    assert ours == both


def test_finds_what_apt_would_do_without_hold_and_pin(full):
    updates, _ = judge(full.host.root)
    missing = {name: update.candidate for name, update in updates.items() if update.is_missing}
    installable = {n: u.candidate for n, u in updates.items() if u.state is State.UPGRADE}
    assert installable == full.host.planned()

    full.host.dpkg("--set-selections", given="held install\n")
    (full.host.root / "etc/apt/preferences.d/no-security").unlink()
    clean_twin = full.host.planned()

    assert missing == clean_twin
    assert clean_twin.keys() - installable.keys() == {"held", "pinned"}


def test_marks_security_held_hidden_and_new_packages(full):
    updates, result = judge(full.host.root)

    assert {name for name, update in updates.items() if update.security} == {
        "fixed",
        "both",
        "held",
        "pinned",
    }
    assert {name: u.state for name, u in updates.items() if u.state is not State.UPGRADE} == {
        "held": State.HELD,
        "pinned": State.HIDDEN,
        "novel": State.NEW,
    }
    assert updates["held"].held
    assert result.figures == {"security": 4, "other": 3, "installable": 5, "hidden": 1}
    (blind,) = [each for each in result.findings if each.subject == "pinned"]
    assert "the host is blind; look at /etc/apt/preferences.d/no-security" in blind.text


def test_a_pin_on_the_whole_security_archive_does_not_hide_it(full):
    pin = "Package: *\nPin: release l=Test-Security\nPin-Priority: 50\n"
    (full.host.root / "etc/apt/preferences.d/no-security").write_text(pin)

    updates, _ = judge(full.host.root)

    assert full.host.planned().keys() & {"fixed", "held", "pinned"} == set()
    assert all(updates[name].is_missing for name in ("fixed", "held", "pinned"))


def test_an_up_to_date_host_passes_with_the_date_of_its_evidence(world):
    world.installed("dpkg", "1.0")
    world.main.add("dpkg", "1.0")
    world.update()

    _, result = judge(world.host.root)

    assert result.status is Status.PASS
    assert "by the security archive of 20" in result.summary
    assert result.figures == {"security": 0, "other": 0, "installable": 0, "hidden": 0}


def test_no_lists_at_all_is_unknown_and_no_number(full):
    for path in (full.host.root / "var/lib/apt/lists").glob("*_*"):
        path.unlink()

    updates, result = judge(full.host.root)

    assert full.host.planned() == {}  # apt's own answer: nothing is missing
    assert (updates, result.status, dict(result.figures)) == ({}, Status.UNKNOWN, {})
    assert reasons(result) == {Reason.NO_INDEX}


def test_a_host_without_a_security_archive_is_unknown(full):
    full.archives.remove(full.security)
    full.update()

    _, result = judge(full.host.root)

    assert reasons(result) == {Reason.NO_INDEX}
    assert "security" not in result.figures or result.figures["security"] > 0


def test_reads_compressed_indexes_as_apt_keeps_them(full):
    lists = full.host.root / "var/lib/apt/lists"
    for path in lists.glob("*_*"):
        path.unlink()
    full.host.apt("-o", "Acquire::GzipIndexes=true", "update")
    assert list(lists.glob("*_Packages")) == []

    updates, _ = judge(full.host.root)

    assert {name for name, update in updates.items() if update.is_missing} >= {"pinned", "both"}


def test_indexes_past_their_end_date_are_unknown(full):
    full.update(age=timedelta(days=9))

    _, result = judge(full.host.root)

    assert reasons(result) == {Reason.EXPIRED}


def test_an_old_security_archive_without_end_date_is_unknown(full):
    full.update(age=timedelta(days=9), valid_days=None)

    _, old = judge(full.host.root)
    _, allowed = judge(full.host.root, max_index_days=10)

    assert (reasons(old), reasons(allowed)) == ({Reason.EXPIRED}, set())


def test_a_cut_index_is_unknown(full):
    lists = full.host.root / "var/lib/apt/lists"
    (index,) = lists.glob("*stable-security_main*Packages")
    whole = index.read_bytes()
    index.unlink()  # apt made a link to the archive
    index.write_bytes(whole[: len(whole) // 2])

    _, result = judge(full.host.root)

    assert Reason.TRUNCATED in reasons(result)


def test_a_broken_source_is_unknown(full):
    (full.host.root / "etc/apt/sources.list").write_text("deb nonsense\n")

    _, result = judge(full.host.root)

    assert Reason.BROKEN in reasons(result)
    assert any("E: " in each.text for each in result.findings)


def test_changes_nothing_on_the_host(full):
    before = snapshot(full.host.root)

    judge(full.host.root)

    assert snapshot(full.host.root) == before


def test_changes_nothing_in_the_folders_of_apt_on_this_machine():
    folders = [Path("/var", name) for name in ("lib/apt", "lib/dpkg", "cache/apt", "log/apt")]
    before = [snapshot(folder) for folder in folders]

    judge(Path("/"))

    assert [snapshot(folder) for folder in folders] == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_an_ordinary_user_gets_the_same_updates_and_no_passwords():
    nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", SYSTEM_PYTHON]
    groups = (*GROUPS, "shadow")

    as_nobody, _ = gather(Local(), groups, interpreter=nobody)
    as_root, _ = gather(Local(), groups, interpreter=[sys.executable])

    assert list_updates(as_nobody) == list_updates(as_root)
    assert as_nobody.gaps["shadow"].reason is Reason.DENIED
    assert "shadow" in as_root.groups


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_an_index_that_nobody_may_read_is_denied_not_empty(full):
    (index,) = (full.host.root / "var/lib/apt/lists").glob("*stable-security_main*Packages")
    content = index.read_bytes()
    index.unlink()
    index.write_bytes(content)
    index.chmod(0o600)
    for folder in [full.host.root, *full.host.root.parents][:4]:
        folder.chmod(0o755)
    nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", SYSTEM_PYTHON]

    facts, _ = gather(Local(), ("index",), root=str(full.host.root), interpreter=nobody)

    assert facts.gaps["index"].reason is Reason.DENIED
