"""Variables: which of many values counts, and where it is written."""

import pytest

from hisops.core.inventory import read, trace
from hisops.io.fake import Fake

HOSTS = """
all:
  vars: {v: all}
  children:
    outer:
      vars: {v: outer}
      children:
        inner:
          vars: {v: inner}
          hosts:
            h: {v: host}
"""
# From the weakest to the strongest, as Ansible's documentation lists them.
LADDER = ("all", "outer", "inner", "group_vars/all", "group_vars/outer", "group_vars/inner")


def site(*files: str, hosts: str = HOSTS) -> Fake:
    io = Fake({"/s/inventory/hosts.yml": hosts})
    for name in files:
        io.write(f"/s/inventory/{name}.yml", f"v: {name}\n")
    return io


@pytest.mark.parametrize("count", range(4))
def test_a_file_of_variables_wins_over_the_inventory_itself(count):
    files = LADDER[3 : 3 + count]
    found, problems = read(site(*files, hosts=HOSTS.replace("{v: host}", "")), "/s")

    assert problems == []
    assert found.hosts["h"].vars["v"] == LADDER[2 + count]


def test_the_host_wins_over_its_groups_and_host_vars_over_all():
    alone, _ = read(site(*LADDER[3:]), "/s")
    both, _ = read(site(*LADDER[3:], "host_vars/h"), "/s")

    assert alone.hosts["h"].vars["v"] == "host"
    assert both.hosts["h"].vars["v"] == "host_vars/h"


def test_the_place_of_the_value_that_counts_is_found():
    io = site("group_vars/inner", hosts=HOSTS.replace("{v: host}", ""))

    found = trace(io, "/s", "h", "v")

    assert (found.file, found.at) == ("inventory/group_vars/inner.yml", ("v",))


def test_a_value_inside_the_inventory_is_found_by_its_keys():
    found = trace(site(), "/s", "h", "v")

    assert found.at == ("all", "children", "outer", "children", "inner", "hosts", "h", "v")


def test_ansible_cfg_names_the_inventories_and_what_is_left_out():
    io = site()
    io.write(
        "/s/ansible.cfg", "[defaults]\ninventory = a.yml, b\ninventory_ignore_patterns = ^no_\n"
    )
    io.write("/s/a.yml", "g: {hosts: {one: {x: 1}}}")
    io.write("/s/b/list", "two x=2\none x=3\n")
    io.write("/s/b/no_list", "three\n")

    found, problems = read(io, "/s")

    assert problems == []
    assert {name: host.vars["x"] for name, host in found.hosts.items()} == {"one": 3, "two": 2}


def test_hosts_of_the_same_groups_share_their_variables():
    found, _ = read(site("group_vars/g", hosts="g: {hosts: {'w[1:9]': }}"), "/s")

    assert found.hosts["w1"].vars is found.hosts["w9"].vars


def test_an_address_may_hold_the_name_of_the_host():
    hosts = "g: {hosts: {'w[1:2]': }, vars: {ansible_host: '{{ inventory_hostname }}.example'}}"

    found, problems = read(site(hosts=hosts), "/s")

    assert problems == []
    assert [host.address for host in found.hosts.values()] == ["w1.example", "w2.example"]


def test_an_encrypted_value_that_nobody_needs_stays_closed():
    hosts = "g: {hosts: {h: {token: !vault '$ANSIBLE_VAULT;1.1;AES256'}}}"

    found, problems = read(site(hosts=hosts), "/s")

    assert problems == []
    assert "ANSIBLE_VAULT" in repr(found.hosts["h"].vars["token"])
