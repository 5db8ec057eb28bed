"""Files of a site that nothing reads, and secrets among them."""

import pytest

from hisops.core.model import Host, Inventory
from hisops.io.fake import Fake
from hisops.io.local import Local
from hisops.workflow import site_layout

INVENTORY = Inventory(hosts={"db-1": Host(name="db-1", address="db-1")}, groups={"db": ("db-1",)})


def causes(**files: str) -> list[str]:
    io = Fake({f"/s/{name}": text for name, text in files.items()})
    return [problem.cause for problem in site_layout.check(io, "/s", INVENTORY)]


@pytest.mark.parametrize(
    ("file", "cause"),
    [
        ("site.yaml", "nothing reads site.yaml"),
        ("inventories/a", "nothing reads inventories"),
        ("inventory/system.yml", "system.yml is read as a list of hosts"),
        ("alerts/on-call.yml", "nothing reads alerts/on-call.yml"),
        ("backup/his.yaml", "nothing reads backup/his.yaml"),
        ("runbooks/plan.txt", "nothing reads runbooks/plan.txt"),
        ("units/collector/x.py", "nothing reads units/collector"),
        ("inventory/group_vars/bd.yml", "there is no group 'bd', so nothing reads this file"),
        ("inventory/host_vars/db-2", "there is no host 'db-2', so nothing reads this file"),
    ],
)
def test_a_file_that_nothing_reads_is_told(file, cause):
    assert causes(**{file: "a: 1\n"}) == [cause]


@pytest.mark.parametrize(
    "file",
    [
        "README.md",
        "docs/plan.txt",
        "playbooks/patch.yml",
        "inventory/network.yml",
        "inventory/group_vars/db/main.yml",
        "inventory/host_vars/db-1.yaml",
        "backup/README.md",
        "backup/.hidden",
        "units/collectors/x.py",
    ],
)
def test_other_files_are_left_in_peace(file):
    assert causes(**{file: "a: 1\n"}) == []


def test_a_password_inside_an_address_is_told_without_repeating_it():
    found = causes(**{"site.yml": "url: https://me:hunter2@host/\n"})

    assert found == ["a password inside an address stands in the site's files"]


def test_a_reference_inside_an_address_is_fine():
    assert causes(**{"site.yml": "url: https://me:{{ password }}@host/\n"}) == []


def test_an_empty_folder_is_no_mistake_and_a_link_that_leads_nowhere_is_one(tmp_path):
    (tmp_path / "playbooks" / "roles").mkdir(parents=True)
    (tmp_path / "backup").mkdir()
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "gone.md").symlink_to(tmp_path / "none")

    problems = list(site_layout.check(Local(), str(tmp_path), Inventory()))

    assert [problem.file for problem in problems] == ["runbooks/gone.md"]
    assert "No such file" in problems[0].cause
