"""Schedules become files of cron or systemd, and only our own files are touched."""

import re

import msgspec
import pytest

from hisops.core.schedule import Schedule
from hisops.core.text import Duration
from hisops.workflow import schedule
from hisops.workflow.job import Job


@pytest.fixture
def jobs():
    daily = Schedule(every=Duration(86400), at="01:30", timeout=Duration(600))
    return [Job(name="backup-his", argv=("backup", "run", "his"), schedule=daily)]


def test_a_crontab_line_names_user_site_and_job(site, jobs):
    (file,) = schedule.crontab(site, jobs, "ops")

    line = file.text.splitlines()[-1]

    assert line.startswith("30 1 * * * ops ")
    assert line.endswith(f"-m hisops --site {site.root} job run backup-his >/dev/null 2>&1")


def test_a_percent_sign_in_a_path_does_not_end_the_cron_command(site, jobs):
    odd = msgspec.structs.replace(site, root="/srv/100%")

    (file,) = schedule.crontab(odd, jobs, "ops")

    assert "/srv/100\\% " in file.text


def test_a_timer_has_its_service_with_a_time_out(site, jobs):
    service, timer = schedule.timers(site, jobs, "ops")

    assert "TimeoutStartSec=660" in service.text
    assert "OnCalendar=*-*-* 01:30:00" in timer.text


def test_only_files_of_this_site_are_ours(io, site, jobs):
    (mine,) = schedule.crontab(site, jobs, "ops", "/etc/cron.d")
    io.write(mine.path, mine.text)
    io.write("/etc/cron.d/hisops-other", "# by hand\n")
    io.write("/etc/cron.d/backup", "0 0 * * * root true\n")

    assert schedule.ours(io, site, "/etc/cron.d") == [mine.path]


def test_a_file_of_that_name_written_by_hand_is_not_ours(io, site, jobs):
    (mine,) = schedule.crontab(site, jobs, "ops", "/etc/cron.d")
    io.write(mine.path, "# by hand\n")

    assert schedule.ours(io, site, "/etc/cron.d") == []


def test_what_stands_there_already_is_not_written_again(io, site, jobs):
    (file,) = schedule.crontab(site, jobs, "ops", "/etc/cron.d")
    io.write(file.path, file.text)

    assert schedule.differing(io, [file]) == []


def test_a_drop_in_folder_of_an_administrator_is_left_alone(io, site, jobs):
    service, timer = schedule.timers(site, jobs, "ops")
    for file in (service, timer):
        io.write(file.path, file.text)
    io.write(f"{service.path}.d/override.conf", "[Service]\nNice=5\n")

    assert schedule.ours(io, site, schedule.SYSTEMD) == [service.path, timer.path]


@pytest.mark.parametrize("roots", [("/srv/医院", "/srv/急诊"), ("/srv/a+b", "/srv/a@b")])
def test_two_sites_have_files_of_their_own_that_cron_reads(site, jobs, roots):
    paths = [
        schedule.crontab(msgspec.structs.replace(site, root=root), jobs, "ops")[0].path
        for root in roots
    ]

    assert paths[0] != paths[1]
    assert all(re.fullmatch(r"/etc/cron\.d/[A-Za-z0-9_-]+", path) for path in paths)


def test_a_plain_folder_gives_a_plain_name(site):
    assert schedule.slug(msgspec.structs.replace(site, root="/srv/his.ops")) == "srv-his_ops"
