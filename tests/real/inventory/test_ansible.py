"""What we read is what ansible-inventory reads, host by host."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from hisops.core.inventory import read
from hisops.core.inventory.vault import Vaulted
from hisops.core.site import shipped_root
from hisops.io.local import Local

ANSIBLE = Path(sys.executable).parent / "ansible-inventory"
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SITES = {
    "reference": Path(shipped_root()),
    "local": Path(shipped_root(), "local"),
    "awkward": SAMPLES / "awkward",
}


@pytest.fixture(params=SITES.values(), ids=SITES.keys(), scope="module")
def both(request):
    """Our reading and Ansible's of the same site."""
    ours, problems = read(Local(), str(request.param))
    assert problems == []
    done = subprocess.run(
        [ANSIBLE, "--list"], cwd=request.param, capture_output=True, check=True, timeout=100
    )
    return ours, json.loads(done.stdout, object_hook=bare)


def test_hosts_are_the_same(both):
    ours, theirs = both

    assert set(ours.hosts) == members(theirs, "all")


def test_every_host_has_the_same_variables(both):
    ours, theirs = both
    known = theirs["_meta"]["hostvars"]

    different = {
        name: (plain(dict(host.vars)), known.get(name, {}))
        for name, host in ours.hosts.items()
        if plain(dict(host.vars)) != known.get(name, {})
    }

    assert different == {}


def test_every_group_has_the_same_hosts(both):
    ours, theirs = both
    groups = [name for name in ours.groups if name != "all"]

    different = {
        name: (set(ours.groups[name]), members(theirs, name))
        for name in groups
        if set(ours.groups[name]) != members(theirs, name)
    }

    assert different == {}


def test_ansible_knows_no_group_with_hosts_that_we_lack(both):
    ours, theirs = both

    assert {name for name in theirs if name != "_meta"} <= set(ours.groups)


def test_the_comparison_sees_a_changed_variable(both):
    ours, theirs = both
    name = next(iter(ours.hosts))

    changed = {**ours.hosts[name].vars, "changed": 1}

    assert plain(changed) != theirs["_meta"]["hostvars"].get(name, {})


def members(listing: dict, group: str) -> set[str]:
    """Hosts of a group and of the groups below it, as ansible-inventory lists them."""
    entry = listing.get(group, {})
    below = (members(listing, child) for child in entry.get("children", []))
    return set(entry.get("hosts", [])).union(*below)


def bare(value: dict) -> object:
    """A text that Ansible marks as no template, as the text alone."""
    return value.get("__ansible_unsafe", value)


def plain(value: object) -> object:
    """A value as ansible-inventory prints it."""
    if isinstance(value, Vaulted):
        return {"__ansible_vault": value.text}
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
