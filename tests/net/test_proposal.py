"""The change that a person reviews."""

import subprocess
from datetime import date

import pytest
import yaml

from hisops.core.errors import OpsError
from hisops.core.inventory import read as read_inventory
from hisops.core.model import Host, Inventory
from hisops.io.local import Local
from hisops.net import proposal
from hisops.net.proposal import Entry

_OLD = "# Ours.\nall:\n  hosts:\n    db-1: {ansible_host: 10.0.0.1}  # old\n"
_KNOWN = Inventory(hosts={"db-1": Host(name="db-1", address="10.0.0.1")}, groups={"all": ("db-1",)})
_DAY = date(2026, 11, 25)


def _propose(*entries: Entry, old: str = _OLD, inventory: Inventory = _KNOWN):
    return proposal.propose(entries, inventory, old, "test", _DAY)


def test_new_hosts_stand_at_the_end_and_the_rest_stays_as_it_is():
    found = _propose(Entry(name="app-1", address="10.0.0.2", groups=("Linux servers",)))

    assert found.text.startswith(_OLD)
    data = yaml.safe_load(found.text)
    assert data["proposed_20261125"]["hosts"] == {"app-1": {"ansible_host": "10.0.0.2"}}
    assert data["proposed_20261125"]["children"] == {"linux_servers": {"hosts": {"app-1": None}}}


def test_the_diff_is_one_that_patch_applies(tmp_path):
    found = _propose(Entry(name="app-1", address="10.0.0.2"))
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory/hosts.yml").write_text(_OLD)

    argv = ["git", "apply", "-"]
    subprocess.run(argv, input=found.diff, text=True, cwd=tmp_path, check=True)

    assert (tmp_path / "inventory/hosts.yml").read_text() == found.text


def test_the_inventory_reads_what_was_proposed(tmp_path):
    found = _propose(Entry(name="应用 1", address="10.0.0.2", groups=("检验科", "9 wards")), old="")
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory/hosts.yml").write_text(found.text)

    inventory, problems = read_inventory(Local(), str(tmp_path))

    assert problems == []
    assert inventory.hosts[found.hosts[0]].address == "10.0.0.2"
    assert {"检验科", "g_9_wards"} <= inventory.groups.keys()


def test_a_known_address_and_a_known_name_are_left_out_and_told():
    found = _propose(
        Entry(name="other", address="10.0.0.1"), Entry(name="DB-1", address="10.0.0.9")
    )

    assert found.diff == ""
    assert found.left_out == (
        "other: 10.0.0.1 is db-1 already",
        "db-1: the inventory has a host of this name",
    )


def test_the_same_host_twice_is_proposed_once():
    found = _propose(Entry(name="a", address="10.0.0.2"), Entry(name="b", address="10.0.0.2"))

    assert found.hosts == ("a",)


@pytest.mark.parametrize("address", ["0.0.0.0", "224.0.0.1", "127.0.0.1", "a b", "$(x)"])
def test_what_is_no_address_of_a_host_is_left_out(address):
    assert _propose(Entry(name="a", address=address)).hosts == ()


def test_what_a_stranger_wrote_is_never_a_template():
    found = _propose(
        Entry(name="a", address="10.0.0.2", vars={"note": "{{ lookup('pipe','id') }}"})
    )

    note = yaml.safe_load(found.text)["proposed_20261125"]["hosts"]["a"]["note"]
    assert "{{" not in note


@pytest.mark.parametrize("note", ["a\nb: c", "x # y", "!!python/object", "\x1b[2J", "'", "- x"])
def test_what_a_stranger_wrote_cannot_leave_its_place(note):
    found = _propose(Entry(name="a", address="10.0.0.2", vars={"note": note}))

    data = yaml.safe_load(found.text)
    assert set(data) == {"all", "proposed_20261125"}
    assert data["proposed_20261125"]["hosts"]["a"]["note"].isprintable()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CT 3 (Neu)", "ct-3-neu"),
        ("10.0.0.7", "host-10-0-0-7"),
        ("", "host-10-0-0-2"),
        ("../x", "x"),
    ],
)
def test_a_name_is_one_that_ansible_takes(text, name):
    address = "" if text == "10.0.0.7" else "10.0.0.2"

    assert proposal.host_name(text, address) == name


def test_a_second_proposal_of_the_day_gets_a_name_of_its_own():
    first = _propose(Entry(name="a", address="10.0.0.2"))

    second = _propose(Entry(name="b", address="10.0.0.3"), old=first.text)

    assert "proposed_20261125_2:" in second.text


@pytest.mark.parametrize("old", ["- a\n", "a: [\n"])
def test_a_file_that_is_broken_is_not_made_worse(old):
    with pytest.raises(OpsError) as problem:
        _propose(Entry(name="a", address="10.0.0.2"), old=old)

    assert problem.value.cause.startswith("inventory/hosts.yml:")


def test_too_many_hosts_are_refused():
    entries = (Entry(name=f"h{n}") for n in range(proposal.MOST_HOSTS + 1))

    with pytest.raises(OpsError):
        _propose(*entries)
