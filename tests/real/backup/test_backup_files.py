"""Folders into a local repository: what counts as a good backup, and what does not."""

import shutil
from pathlib import Path

from hisops.backup import ledger, offsite, restic, run
from hisops.core import journal
from tests.real.backup.folder_plan import FILES


def test_a_backup_restores_to_the_same_bytes(world, data):
    plan = world.plan(FILES)

    (event,) = world.run(plan)
    drilled = world.drill(plan)

    assert (event.state, event.files) == ("done", 41)
    assert drilled.passed, drilled.cause
    names = [assertion.name for assertion in drilled.assertions]
    assert "checksums of 41 files equal" in names
    assert any("hisops.db whole" in name for name in names)
    assert Path(drilled.evidence, "drill.md").read_text().count("通过")
    entries = world.store.read(journal.Entry, "SELECT * FROM event ORDER BY seq")
    assert [e.kind for e in entries] == ["backup.finished", "drill.finished"]
    assert journal.verify(entries) is None


def test_a_run_that_finds_nothing_changed_keeps_the_last_snapshot(world, data):
    plan = world.plan(FILES.replace(', sqlite: ["${state}/hisops.db"]', ""))
    (first,) = world.run(plan)

    (same,) = world.run(plan)
    (data / "new").write_text("x")
    (changed,) = world.run(plan)
    (data / "new").chmod(0o600)
    (closed,) = world.run(plan)

    assert (same.state, same.snapshot) == ("done", first.snapshot)
    assert same.data_at > first.data_at
    assert changed.snapshot not in ("", first.snapshot)
    assert closed.snapshot not in ("", changed.snapshot)
    assert world.drill(plan).passed


def test_an_unchanged_source_is_stored_again_when_its_snapshot_is_gone(world, data):
    plan = world.plan(FILES.replace(', sqlite: ["${state}/hisops.db"]', ""))
    (first,) = world.run(plan)
    Path(plan.repository.url, "snapshots", first.snapshot).unlink()

    (again,) = world.run(plan)

    assert again.state == "suspicious"
    assert again.snapshot != first.snapshot


def test_a_missing_source_makes_no_snapshot(world):
    (event,) = world.run(world.plan(FILES))

    assert event.state == "missing"
    assert "data: the source is missing" in event.cause
    assert restic.list_ids(world.io, _local(world)) == []


def test_an_emptied_source_makes_no_snapshot(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    shutil.rmtree(data)
    data.mkdir()

    (event,) = world.run(plan)

    assert event.state == "missing"
    assert "empty" in event.cause
    assert ledger.newest_good(world.store, "work", "local").files == 41


def test_a_source_that_is_not_mounted_makes_no_snapshot(world, data):
    plan = world.plan(FILES.replace("kind: files", "kind: files, mounted: true"))

    (event,) = world.run(plan)

    assert event.state == "missing"
    assert "nothing is mounted there" in event.cause


def test_a_mass_deletion_is_suspicious_until_a_person_accepts_it(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    for path in sorted(data.iterdir())[:20]:
        path.unlink()

    (event,) = world.run(plan)
    good_before = ledger.newest_good(world.store, "work", "local")
    run.accept(world.io, world.store, world.site, plan, because="archived", actor="test")
    (after,) = world.run(plan)

    assert event.state == "suspicious"
    assert good_before.files == 41
    assert after.state == "done"


def test_the_metrics_tell_the_state_and_the_age(world, data):
    plan = world.plan(FILES)

    (event,) = world.run(plan)

    page = Path(world.site.state, "metrics", "backup-work.prom").read_text()
    assert 'hisops_backup_state{plan="work",copy="local",state="done"} 1' in page
    assert f'timestamp_seconds{{plan="work",copy="local"}} {event.data_at}' in page


def _local(world):
    return offsite.local(world.site, world.plan(FILES))
