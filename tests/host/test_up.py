"""`./up` on a fresh Debian 12: from a clone to a site that watches, backs up, restores and audits.

The tests share one host and follow each other from the first `./up` to `hisops down`.
"""

import re

import pytest

pytestmark = pytest.mark.timeout(1800)

# apt-get(8), --simulate: Inst NAME [INSTALLED] (CANDIDATE ORIGIN, ... [ARCHITECTURE])
INST = re.compile(r"^Inst (\S+) \[(\S+)\] \((\S+) (.*) \[\S+\]\)", re.MULTILINE)
WORK = ("stack.changed", "config.applied", "backup.finished", "drill.finished", "audit.finished")
SERVICES = ("prometheus", "postgresql", "ssh")
STATUS = "/var/lib/dpkg/status"
OLD = "hostname"  # a small package of every Debian, made to look older than it is


@pytest.fixture(scope="module")
def refusal(users_clone):
    """What `./up` told somebody without rights on a machine where all is missing."""
    return users_clone.up()


@pytest.fixture(scope="module")
def before(host, refusal):
    """Processes of the host, two bystanders among them, before anything was started."""
    host.succeed(["sed", "-i", rf"/^Package: {OLD}$/,/^$/s/^Version: .*/Version: 1.0/", STATUS])
    host.succeed(["systemd-run", "--quiet", "--unit=bystander", "sleep", "infinity"])
    return processes(host)


@pytest.fixture(scope="module")
def up(clone, before):
    """The first `./up` of root."""
    return clone.up()


@pytest.fixture(scope="module")
def status(clone, up):
    """How the site was after the first `./up`."""
    assert up.returncode == 0, up.stdout + up.stderr + clone.logs()
    return clone.ask("status")


def processes(host):
    """What runs in the host by process id, without systemd's own programs and what has ended."""
    own = ("/lib/systemd", "/usr/lib/systemd", "(sd-", "/sbin/agetty")
    found = host.processes().items()
    return {pid: args for pid, args in found if args and not args.startswith(own)}


def simulate(host, *options):
    """What apt itself would upgrade: name, installed and candidate, security or not."""
    text = host.succeed(["apt-get", "-s", *options, "dist-upgrade"])
    return {(n, old, new, "Debian-Security" in where) for n, old, new, where in INST.findall(text)}


def updates(report, *states):
    """The same from our audit."""
    return {
        (each["package"], each["installed"], each["candidate"], each["security"])
        for each in report["updates"]
        if each["state"] in states
    }


def test_up_tells_somebody_without_rights_what_to_install(refusal):
    assert refusal.returncode == 10
    assert "missing Debian packages: " in refusal.stderr
    assert "what to do: as root: apt-get install" in refusal.stderr


def test_up_ends_well_and_says_where_things_are(up, status):
    assert "state in /opt/hisops/site/var" in up.stdout
    assert [part for part in status["parts"] if part["address"] not in up.stdout] == []


def test_every_part_answers_and_the_machine_is_measured(status):
    parts = {part["name"]: part["light"] for part in status["parts"]}

    assert set(parts) >= {"prometheus", "engine", "agent", "offsite"}
    assert set(parts.values()) == {"ok"}
    assert {(system["hosts_up"], system["hosts"]) for system in status["systems"]} == {(1, 1)}
    assert status["alerts"] is not None


def test_both_repositories_hold_a_backup_of_every_plan(status):
    good = {(each["plan"], each["copy"]) for each in status["backups"] if each["snapshot"]}

    assert {each["state"] for each in status["backups"]} == {"done"}
    assert good == {(plan, copy) for plan in ("site", "his-db") for copy in ("local", "offsite")}


def test_a_drill_restored_every_plan_within_its_limits(status):
    assert {drill["plan"] for drill in status["drills"]} == {"site", "his-db"}
    for drill in status["drills"]:
        assert drill["passed"]
        assert 0 < drill["rto_seconds"] <= drill["rto_limit_seconds"]
        assert 0 <= drill["rpo_seconds"] <= drill["rpo_limit_seconds"]


def test_every_audit_has_a_result_and_antivirus_is_told_to_be_missing(status):
    audits = {audit["check"].partition("/")[0]: audit for audit in status["audits"]}

    assert {"patch", "antivirus", "sshd", "accounts"} <= set(audits)
    assert audits["antivirus"]["failed"] == 1
    assert "not installed" in audits["antivirus"]["summary"]


def test_the_audit_agrees_with_apt_package_for_package(host, clone, status):
    report = clone.ask("audit", "patch", codes=(0, 4))

    wanted = simulate(host)
    print(f"apt would upgrade {len(wanted)} packages, {sum(row[3] for row in wanted)} for security")
    assert updates(report, "upgrade") == wanted
    assert report["missing"] == len(wanted)
    assert report["security"] == sum(row[3] for row in wanted)
    assert (OLD, "1.0") in {row[:2] for row in wanted}


def test_a_hold_hides_an_update_from_apt_but_not_from_the_audit(host, clone, status):
    host.succeed(["apt-mark", "hold", OLD])
    try:
        report = clone.ask("audit", "patch", codes=(0, 4))
        seen, real = simulate(host), simulate(host, "--ignore-hold")
    finally:
        host.succeed(["apt-mark", "unhold", OLD])

    assert {row[0] for row in real - seen} == {OLD}
    assert updates(report, "upgrade") == seen
    assert updates(report, "upgrade", "held") == real


def test_the_audit_changes_nothing_that_belongs_to_apt(host, clone, status):
    look = ["sh", "-c", "find /var/lib/apt /var/lib/dpkg -type f -printf '%p %T@ %s\\n' | sort"]
    known = host.succeed(look)

    clone.ask("audit", "patch", codes=(0, 4))

    assert host.succeed(look) == known


def test_no_service_of_the_installed_packages_was_started_or_enabled(host, up):
    for name in SERVICES:
        assert host.run(["systemctl", "is-active", name]).stdout != "active\n"
        assert host.run(["systemctl", "is-enabled", name]).stdout != "enabled\n"


def test_nothing_listens_to_other_machines(host, up):
    code = (
        "for name in ('tcp', 'tcp6'):\n"
        "    for line in open('/proc/net/' + name).readlines()[1:]:\n"
        "        row = line.split()\n"
        "        if row[3] == '0A': print(row[1].rpartition(':')[0], row[9])\n"
    )
    inodes = host.succeed(["sh", "-c", "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -o 'socket:.*'"])
    rows = [line.split() for line in host.succeed(["python3", "-c", code]).splitlines()]
    own = [address for address, inode in rows if f"[{inode}]" in inodes]

    assert own
    assert {address for address in own if address != "0100007F"} == set()


def test_the_journal_is_whole(clone, status):
    assert clone.ask("journal", "verify")["whole"]


def test_a_second_up_changes_nothing(host, clone, status):
    known, running = clone.events(*WORK), processes(host)

    again = clone.up()

    assert again.returncode == 0, again.stderr
    assert clone.events(*WORK) == known
    assert {pid: args for pid, args in processes(host).items() if pid in running} == running


def test_down_stops_exactly_what_up_started(host, clone, before, status):
    assert len(processes(host)) > len(before)

    done = clone.hisops("down")

    assert done.returncode == 0, done.stderr
    assert processes(host) == before


def test_a_second_down_says_that_nothing_ran(host, clone, before, status):
    assert clone.hisops("down").returncode == 0

    assert clone.ask("down")["state"] == "was not running"
    assert processes(host) == before


def test_after_down_nothing_is_shown_green_that_does_not_run(clone, status):
    clone.hisops("down")

    found = clone.ask("status")

    assert {part["light"] for part in found["parts"]} == {"bad"}
    assert "ok" not in {system["light"] for system in found["systems"]}


def test_up_starts_the_same_site_again_without_new_proofs(host, clone, before, status):
    clone.hisops("down")
    proofs, starts = clone.events(*WORK[2:]), clone.events("stack.changed")

    again = clone.up()

    assert again.returncode == 0, again.stderr
    assert clone.events(*WORK[2:]) == proofs
    assert len(clone.events("stack.changed")) == len(starts) + 1
    clone.hisops("down")
    assert processes(host) == before


@pytest.mark.parametrize("seconds", ["0.2", "0.5", "0.8", "1.1", "1.5"])
def test_up_ends_well_after_one_that_was_killed(host, clone, before, status, seconds):
    clone.hisops("down")
    host.run(["timeout", "-s", "KILL", seconds, "./up"], cwd=clone.folder)

    again = clone.up()

    assert again.returncode == 0, again.stderr + clone.logs()
    assert {part["light"] for part in clone.ask("status")["parts"]} == {"ok"}
    assert clone.ask("journal", "verify")["whole"]
    clone.hisops("down")
    assert processes(host) == before


def test_up_works_for_an_ordinary_user_once_the_packages_are_there(
    host, clone, users_clone, before, status
):
    clone.hisops("down")
    half = ["python3", "-m", "venv", "--without-pip", ".venv"]  # as one that was killed leaves it
    host.succeed(half, user=users_clone.user, cwd=users_clone.folder)

    done = users_clone.up()

    assert done.returncode == 0, done.stdout + done.stderr + users_clone.logs()
    found = users_clone.ask("status")
    assert {part["light"] for part in found["parts"]} == {"ok"}
    assert {each["state"] for each in found["backups"]} == {"done"}
    assert {drill["passed"] for drill in found["drills"]} == {True}
    assert users_clone.hisops("down").returncode == 0
    assert processes(host) == before
