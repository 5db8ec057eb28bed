"""`hisops install` where systemd runs: units, timers, a reboot, and cron in their place."""

import pytest

from tests.lab.wait import until

pytestmark = pytest.mark.timeout(1200)

UNITS = "/etc/systemd/system"
STEM = "hisops-opt-hisops-site"


@pytest.fixture(scope="module")
def installed(host, clone):
    """The site's clone after `./up`, `hisops down` and `hisops install`."""
    up = clone.up()
    assert up.returncode == 0, up.stderr + clone.logs()
    refused = clone.hisops("install")
    assert (refused.returncode, "hisops up" in refused.stderr) == (11, True)
    clone.hisops("down")
    done = clone.hisops("install")
    assert done.returncode == 0, done.stderr
    return clone


def units(host, kind):
    """Our units of a kind that systemd has loaded, and their state."""
    wish = ["list-units", "--all", "--plain", "--no-legend", f"{STEM}*.{kind}"]
    rows = [line.split() for line in host.succeed(["systemctl", *wish]).splitlines()]
    return {row[0].removeprefix(f"{STEM}-"): row[2] for row in rows}


def lights(clone):
    return {part["name"]: part["light"] for part in clone.ask("status")["parts"]}


def all_green(clone):
    return set(lights(clone).values()) == {"ok"}


def test_every_part_runs_as_a_service(host, installed):
    until(lambda: all_green(installed), 60)

    parts = {f"{name}.service" for name in lights(installed)}
    services = units(host, "service")
    assert {name for name, state in services.items() if state == "active"} >= parts


def test_systemd_finds_nothing_wrong_with_the_units(host, installed):
    done = host.run(["sh", "-c", f"systemd-analyze verify {UNITS}/{STEM}*"])

    assert (done.returncode, done.stderr) == (0, "")


def test_every_job_has_a_timer_that_will_elapse(host, installed):
    jobs = {f"job-{job['job']}.timer" for job in installed.ask("schedule", "show")}
    timers = units(host, "timer")

    assert jobs
    assert timers == dict.fromkeys(jobs | {"helper.timer"}, "active")
    wish = ["show", "--property=NextElapseUSecRealtime", "--value", f"{STEM}*.timer"]
    elapse = [line for line in host.succeed(["systemctl", *wish]).splitlines() if line]
    assert len(elapse) == len(timers)


def test_the_helper_runs_as_root_and_leaves_a_file_for_the_agent(host, installed):
    host.succeed(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "smartmontools"], 300
    )

    host.succeed(["systemctl", "start", f"{STEM}-helper.service"], 120)

    text = host.succeed(["cat", f"{installed.folder}/site/var/metrics/tool-smartctl.prom"])
    assert 'hisops_helper_success{tool="smartctl"} 1' in text


def test_a_job_that_a_timer_starts_ends_well_and_stands_in_the_journal(host, installed):
    known = installed.events("job.finished")

    for job in ("audit", "backup-site"):
        host.succeed(["systemctl", "start", f"{STEM}-job-{job}.service"], 300)

    assert len(installed.events("job.finished")) == len(known) + 2
    assert host.succeed(["systemctl", "list-units", "--failed", "--plain", "--no-legend"]) == ""


def test_a_second_install_changes_nothing(host, installed):
    known = host.processes()

    assert installed.ask("install") == []

    services = {pid for pid, args in known.items() if "/opt/hisops" in args}
    assert services <= set(host.processes())


def test_a_killed_part_is_started_again(host, installed):
    wish = ["systemctl", "show", "--property=MainPID", "--value", f"{STEM}-agent.service"]
    first = host.succeed(wish)

    host.succeed(["kill", "-9", first.strip()])

    second = until(lambda: (pid := host.succeed(wish)) not in (first, "0\n") and pid)
    until(lambda: lights(installed)["agent"] == "ok")
    assert second != first


def test_the_site_runs_again_after_a_reboot(host, installed):
    host.reboot()

    until(lambda: all_green(installed), 60)
    assert set(units(host, "timer").values()) == {"active"}
    assert installed.ask("journal", "verify")["whole"]


def test_cron_runs_a_job_as_its_line_says(host, installed):
    host.succeed(["apt-get", "install", "-y", "-q", "--no-install-recommends", "cron"], 300)
    try:
        installed.ask("schedule", "install", "--with", "cron")
        known = installed.events("job.finished")
        table = f"/etc/cron.d/{STEM}"
        every_minute = r"/job run audit /s/^[^a-z]* root/* * * * * root/"
        host.succeed(["sed", "-i", every_minute, table])
        assert "* * * * * root" in host.succeed(["cat", table])
        until(lambda: len(installed.events("job.finished")) > len(known), 240)
    finally:
        removed = installed.ask("schedule", "remove", "--with", "cron")

    assert [change["path"] for change in removed] == [table]
    assert host.run(["test", "-e", table]).returncode == 1


def test_install_remove_leaves_no_unit_and_no_process(host, installed):
    done = installed.hisops("install", "--remove")

    assert done.returncode == 0, done.stderr
    assert host.run(["sh", "-c", f"ls {UNITS}/*/{STEM}* {UNITS}/{STEM}*"]).stdout == ""
    assert [args for args in host.processes().values() if "/opt/hisops" in args] == []
    assert "active" not in units(host, "*").values()
