"""A new site gets its credentials once; nothing that exists is replaced."""

from pathlib import Path

import msgspec
import pytest

from hisops.backup import plan
from hisops.core import journal
from hisops.core.event import BackupFinished
from hisops.core.text import Secret
from hisops.io.local import Local
from hisops.io.store import Sqlite
from hisops.workflow import credential

POLICY = """\
his-db:
  system: his
  source: {kind: files, paths: [/srv/his]}
  schedule: {every: 1 d}
  repository: {url: /srv/repository, password: "credential:restic"}
  retention: {daily: 7}
  drill: {every: 30 d, assert: [{checksums: true}]}
"""


@pytest.fixture
def store(tmp_path):
    store = Sqlite(str(tmp_path / "hisops.db"))
    yield store
    store.close()


def plans(io, site):
    io.write(f"{site.root}/backup/his.yml", POLICY)
    found, problems = plan.read(io, site.root, site.state)
    assert problems == []
    return found.values()


def test_makes_the_repository_password_and_says_so(io, store, site):
    told: list[str] = []

    credential.prepare(io, store, site, plans(io, site), told.append)

    assert len(io.read(f"{site.state}/credentials/restic")) == 32
    assert "keep a copy off this machine" in told[0]


def test_leaves_a_password_that_is_there(io, store, site):
    io.write(f"{site.state}/credentials/restic", "old")

    credential.prepare(io, store, site, plans(io, site), lambda _text: None)

    assert io.read(f"{site.state}/credentials/restic") == "old"


def test_never_replaces_a_lost_password_of_backups_that_exist(io, store, site):
    event = BackupFinished(subject="his-db", copy="local", state="done", tag="t")
    journal.record(store, event, at=io.now(), actor="test")

    credential.prepare(io, store, site, plans(io, site), lambda _text: None)

    assert not io.exists(f"{site.state}/credentials/restic")


def test_the_built_in_inbox_is_where_its_person_is_called(io, store, site):
    person = msgspec.structs.replace(site.inventory.people["li"], webhook=Secret("credential:li"))
    inventory = msgspec.structs.replace(site.inventory, people={"li": person})
    settings = msgspec.structs.replace(site.settings, stack=("inbox",))
    small = msgspec.structs.replace(site, inventory=inventory, settings=settings)

    credential.prepare(io, store, small, (), lambda _text: None)

    assert io.read(f"{site.state}/credentials/li") == "http://127.0.0.1:19026/oncall"


def test_credentials_are_for_their_owner_alone(store, site):
    here = Local()

    credential.prepare(here, store, site, plans(here, site), lambda _text: None)

    (path,) = Path(site.state, "credentials").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
