"""hisops init: a new site that fits this machine."""

from pathlib import Path

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.core.site import require
from hisops.io.local import Local
from hisops.workflow import site_check
from hisops.workflow.site_start import Start, start


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ward"


def test_a_new_site_has_no_mistakes(folder):
    start(Local(), Start(folder=str(folder), git=False))

    assert site_check.check(Local(), str(folder)) == []


def test_the_reference_hospital_can_be_started_too(folder):
    done = start(Local(), Start(folder=str(folder), reference=True, git=False))

    assert done.name == "市第一人民医院"
    assert site_check.check(Local(), str(folder)) == []


def test_this_machine_is_in_the_inventory(folder):
    start(Local(), Start(folder=str(folder), git=False))

    name = Local().read("/proc/sys/kernel/hostname").strip()
    assert list(require(Local(), str(folder)).inventory.hosts) == [name]


def test_the_site_is_named_after_its_folder_or_as_asked(folder, tmp_path):
    start(Local(), Start(folder=str(folder), git=False))
    start(Local(), Start(folder=str(tmp_path / "x"), name="第二 医院: 1", git=False))

    assert require(Local(), str(folder)).settings.name == "ward"
    assert require(Local(), str(tmp_path / "x")).settings.name == "第二 医院: 1"


def test_two_sites_on_one_machine_share_no_port(folder, tmp_path):
    start(Local(), Start(folder=str(folder), git=False))
    start(Local(), Start(folder=str(tmp_path / "second"), port_base=23000, git=False))

    first, second = require(Local(), str(folder)), require(Local(), str(tmp_path / "second"))
    assert ports(first.root).isdisjoint(ports(second.root))
    assert all(23000 <= port < 23020 for port in ports(second.root))
    assert (
        next(iter(second.inventory.hosts.values())).vars["agent_port"] == second.settings.agent.port
    )


def test_a_site_that_is_there_stays_as_it_is(folder):
    start(Local(), Start(folder=str(folder), git=False))
    (folder / "site.yml").write_text("name: mine\n")

    done = start(Local(), Start(folder=str(folder), name="other", git=False))

    assert not done.made
    assert (folder / "site.yml").read_text() == "name: mine\n"


def test_a_folder_with_something_else_is_refused(folder):
    folder.mkdir()
    (folder / "letter.txt").write_text("")

    with pytest.raises(OpsError) as refused:
        start(Local(), Start(folder=str(folder)))

    assert refused.value.code is Exit.REFUSED
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_a_port_base_that_leaves_no_room_is_refused(folder):
    with pytest.raises(OpsError, match="65535"):
        start(Local(), Start(folder=str(folder), port_base=65535))

    assert not folder.exists()


def ports(root: str) -> set[int]:
    settings = require(Local(), root).settings
    listening = (settings.prometheus, settings.engine, settings.agent, settings.offsite)
    inbox = (settings.inbox.mail, settings.inbox.webhook)
    return {each.port for each in listening} | {int(text.rpartition(":")[2]) for text in inbox}


def test_the_state_of_a_site_stays_out_of_git(folder):
    start(Local(), Start(folder=str(folder), git=False))

    assert "/var/" in (folder / ".gitignore").read_text()
