"""Metrics that jobs left in files."""

import pytest

from hisops.monitor.collectors.textfile import Textfile


@pytest.fixture
def unit() -> Textfile:
    collector = Textfile()
    collector.folder = "/m"
    return collector


def test_serves_what_the_files_say_and_when_they_were_written(machine, unit, values):
    machine.files["/m/jobs.prom"] = 'hisops_job_last_outcome{name="x"} 1\n'
    machine.files["/m/.jobs.prom.tmp"] = "torn"
    machine.files["/m/notes.txt"] = "none"
    machine.written["/m/jobs.prom"] = 1_799_999_000.0

    found = values(unit.read(machine))

    assert found["hisops_job_last_outcome", "x"] == 1
    assert found["node_textfile_mtime_seconds", "/m/jobs.prom"] == 1_799_999_000.0
    assert found["node_textfile_scrape_error",] == 0
    assert not any("notes" in label or "tmp" in label for _, *labels in found for label in labels)


def test_a_bad_file_is_named_and_hides_no_other(machine, unit, values):
    machine.files["/m/good.prom"] = "hisops_good 1\n"
    machine.files["/m/bad.prom"] = "hisops_bad one\n"

    found = values(unit.read(machine))

    assert found["hisops_good",] == 1
    assert found["hisops_textfile_bad", "/m/bad.prom"] == 1
    assert found["hisops_textfile_bad", "/m/good.prom"] == 0
    assert found["node_textfile_scrape_error",] == 1


def test_a_file_older_than_three_of_its_intervals_loses_its_values(machine, unit, values):
    machine.files["/m/smart.prom"] = "hisops_helper_interval_seconds 300\nhisops_disk_ok 1\n"
    machine.written["/m/smart.prom"] = machine.clock - 800
    fresh = values(unit.read(machine))
    machine.clock += 200

    stale = values(unit.read(machine))

    assert fresh["hisops_disk_ok",] == 1
    assert ("hisops_disk_ok",) not in stale
    assert stale["hisops_textfile_stale", "/m/smart.prom"] == 1
    assert stale["node_textfile_mtime_seconds", "/m/smart.prom"] == machine.clock - 1000


def test_a_file_without_an_interval_never_gets_stale(machine, unit, values):
    machine.files["/m/drill.prom"] = "hisops_drill_passed 1\n"
    machine.written["/m/drill.prom"] = machine.clock - 90 * 86400

    assert values(unit.read(machine))["hisops_drill_passed",] == 1


def test_an_empty_or_missing_folder_is_no_error(machine, unit, values):
    assert values(unit.read(machine)) == {("node_textfile_scrape_error",): 0}


def test_a_file_that_changed_is_read_again_and_another_is_not(machine, unit, values):
    machine.files["/m/a.prom"] = "hisops_a 1\n"
    unit.read(machine)
    read = machine.read
    asked = []
    machine.read = lambda path: asked.append(path) or read(path)
    machine.written["/m/a.prom"] = machine.clock
    unit.read(machine)
    machine.files["/m/a.prom"] = "hisops_a 22\n"

    found = values(unit.read(machine))

    assert found["hisops_a",] == 22
    assert asked.count("/m/a.prom") == 3
