"""A repository that is lost, closed, robbed or damaged is never taken for a good one."""

import shutil
from pathlib import Path

import pytest

from hisops.backup import run, stock
from hisops.core.errors import Exit, OpsError
from tests.real.backup.folder_plan import FILES


def test_a_repository_that_vanished_is_never_made_anew_by_itself(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    shutil.rmtree(plan.repository.url)

    (event,) = world.run(plan)

    assert event.state == "missing"
    assert "the journal knows" in event.cause
    assert not Path(plan.repository.url).exists()


def test_a_person_can_make_a_lost_repository_anew(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    shutil.rmtree(plan.repository.url)

    run.initialise(world.io, world.store, world.site, plan, "local", actor="test")
    (event,) = world.run(plan)

    assert event.state == "done"


def test_a_copy_that_the_plan_does_not_have_is_never_made_in_place_of_the_local_one(world):
    plan = world.plan(FILES)

    with pytest.raises(OpsError) as problem:
        run.initialise(world.io, world.store, world.site, plan, "ofsite", actor="test")

    assert problem.value.code is Exit.USAGE
    assert not Path(plan.repository.url).exists()


def test_a_wrong_password_is_refused(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    world.io.write(f"{world.site.state}/credentials/restic", "another one")

    (event,) = world.run(plan)

    assert event.state == "refused"
    assert "password" in event.cause


def test_an_empty_password_stops_before_restic_starts(world, data):
    plan = world.plan(FILES)
    world.io.write(f"{world.site.state}/credentials/restic", "")

    (event,) = world.run(plan)

    assert event.state == "misconfigured"
    assert "credential:restic" in event.cause


def test_a_deleted_snapshot_is_noticed(world, data):
    plan = world.plan(FILES)
    (first,) = world.run(plan)
    Path(plan.repository.url, "snapshots", first.snapshot).unlink()

    (event,) = world.run(plan)
    (checked,) = stock.check(
        world.io, world.store, world.site, plan, read_data=False, tell=world.told.append
    )

    assert event.state == "suspicious"
    assert first.snapshot in event.cause
    assert (checked.state, first.snapshot in checked.cause) == ("suspicious", True)


def test_a_flipped_byte_fails_the_drill_with_a_clear_cause(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    pack = max(Path(plan.repository.url, "data").glob("*/*"), key=lambda path: path.stat().st_size)
    _flip(pack)

    drilled = world.drill(plan)

    assert not drilled.passed
    assert "the repository is damaged" in drilled.cause


def test_a_check_that_reads_all_data_finds_the_flipped_byte(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    good = list(_check(world, plan))
    pack = max(Path(plan.repository.url, "data").glob("*/*"), key=lambda path: path.stat().st_size)
    _flip(pack)

    bad = list(_check(world, plan))

    assert [row.state for row in good] == ["done"]
    assert [row.state for row in bad] == ["failed"]
    assert "damaged" in bad[0].cause


def _check(world, plan):
    return stock.check(
        world.io, world.store, world.site, plan, read_data=True, tell=world.told.append
    )


def _flip(path):
    path.chmod(0o600)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    path.write_bytes(raw)
