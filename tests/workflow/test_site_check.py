"""hisops check: every mistake is told with its file, its line and what to do."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from hisops.core.site import Told
from hisops.io.local import Local
from hisops.workflow import site_check

GOOD = Path(__file__).resolve().parents[1] / "samples" / "site"
SITE, HOSTS, SYSTEMS = "site.yml", "inventory/hosts.yml", "inventory/systems.yml"
LINKS, ZONES, TEAMS = "inventory/links.yml", "inventory/zones.yml", "inventory/teams.yml"
ROTA, RULES, PLAN = "alerts/oncall.yml", "alerts/rules/his.yml", "backup/his.yml"
BOOK = "runbooks/his-slow.md"


class Wrong(NamedTuple):
    """A change to one file, a mark on the line that must be told, words of the cause."""

    file: str
    old: str
    new: str
    mark: str
    cause: str


WRONG = {
    "unknown setting": Wrong(SITE, "timezone:", "timezon:", "timezon:", "timezon: unknown setting"),
    "unknown time zone": Wrong(SITE, "Asia/Shanghai", "Asia/Shangai", "timezone:", "no time zone"),
    "address without port": Wrong(SITE, ":29090", "", "listen:", "expected ADDRESS:PORT"),
    "open to the world": Wrong(
        SITE, '"127.0.0.1:29090"', '"0.0.0.0:29090"', "prometheus:", "outside"
    ),
    "port taken twice": Wrong(
        SITE, ":29093", ":29090", '29090"\nmail', "is taken by prometheus.listen"
    ),
    "mail server without port": Wrong(
        SITE, ":29025", "", "server:", "mail.server: expected ADDRESS"
    ),
    "literal secret": Wrong(
        SITE, "credential:mail", "hunter2", "password:", "expected a reference"
    ),
    "unknown part": Wrong(SITE, "engine, agent]", "engin, agent]", "stack:", "invalid enum value"),
    "wrong duration": Wrong(SITE, "30 d", "30 days", "retention:", "expected a duration"),
    "wrong type": Wrong(SITE, "name: sample", "name: [sample]", "name:", "expected str, got array"),
    "missing setting": Wrong(SITE, "name: sample\n", "", "timezone:", "name: missing"),
    "broken YAML": Wrong(SITE, "  user: hisops", "  user: [hisops", "password:", "not valid YAML"),
    "key twice": Wrong(
        SITE, "timezone: Asia/Shanghai", "name: other", "name: other", "stands twice"
    ),
    "unknown group key": Wrong(
        HOSTS, "    switches:\n      hosts:", "    switches:\n      host:", "host:\n", "unknown key"
    ),
    "hosts as a list": Wrong(
        HOSTS, "web-[01:04]:", "- web-01", "hosts:\n            - web", "expected a mapping"
    ),
    "range backwards": Wrong(HOSTS, "[01:04]", "[04:01]", "[04:01]", "ends before it begins"),
    "range of two widths": Wrong(HOSTS, "[01:04]", "[01:104]", "[01:104]", "same length"),
    "group in a circle": Wrong(
        HOSTS,
        "        web:\n",
        "        web:\n          children: {servers: }\n",
        "children: {servers",
        "contains itself",
    ),
    "address twice": Wrong(HOSTS, "10.1.0.12", "10.1.0.11", "db-2:", "is that of db-1 too"),
    "address in no zone": Wrong(HOSTS, "10.2.0.2", "10.9.0.2", "sw-2:", "is in no zone"),
    "impossible address": Wrong(HOSTS, "10.1.0.12", "10.1.0.300", "db-2:", "is no address"),
    "template in an address": Wrong(HOSTS, "10.1.0.12", '"{{ net }}.12"', "db-2:", "is a template"),
    "closed address": Wrong(
        HOSTS,
        "ansible_host: 10.1.0.12",
        'ansible_host: !vault "$ANSIBLE_VAULT;1.1"',
        "db-2:",
        "encrypted by ansible-vault",
    ),
    "dynamic source": Wrong(
        "inventory/cloud.yml", "", "plugin: some.cloud\n", "plugin:", "dynamic source"
    ),
    "executable source": Wrong("inventory/list", "", "#!/bin/sh\n", "#!", "executable source"),
    "INI group that is not there": Wrong(
        "inventory/more.ini",
        "",
        "[a]\nx-1 zone=inside\n[b:children]\nc\n",
        "c\n",
        "which no section declares",
    ),
    "unknown zone": Wrong(
        "inventory/group_vars/web.yml", "inside", "insid", "zone:", "there is no zone 'insid'"
    ),
    "zone of another network": Wrong(
        "inventory/host_vars/db-1.yml",
        "rack: a7",
        "zone: network",
        "db-1:",
        "is not in zone network",
    ),
    "wrong agent port": Wrong(
        "inventory/group_vars/servers.yml", "9100", "ninety", "agent_port:", "expected a port"
    ),
    "secret in a variable": Wrong(
        "inventory/group_vars/web.yml",
        "zone: inside",
        "zone: inside\nansible_password: hunter2",
        "ansible_password",
        "plain text",
    ),
    "variables of no group": Wrong(
        "inventory/group_vars/wep.yml", "", "a: 1\n", "a: 1", "there is no group 'wep'"
    ),
    "variables of no host": Wrong(
        "inventory/host_vars/db-3.yml", "", "a: 1\n", "a: 1", "there is no host 'db-3'"
    ),
    "encrypted file": Wrong(
        "inventory/group_vars/web.yml",
        "zone: inside",
        "$ANSIBLE_VAULT;1.1;AES256",
        "$ANSIBLE",
        "is encrypted by ansible-vault",
    ),
    "measured host without system": Wrong(
        SYSTEMS, "[web, databases]", "[web]", "db-1:", "belongs to no system"
    ),
    "unknown owner": Wrong(
        SYSTEMS, "owner: desk", "owner: dask", "owner: dask", "there is no team 'dask'"
    ),
    "unknown class": Wrong(SYSTEMS, "class: C3", "class: C5", "class: C5", "invalid enum value"),
    "unknown dependency": Wrong(
        SYSTEMS, "depends_on: [his]", "depends_on: [hiss]", "[hiss]", "there is no system 'hiss'"
    ),
    "dependencies in a circle": Wrong(
        SYSTEMS,
        "hosts: [switches]",
        "hosts: [switches]\n  depends_on: [his]",
        "depends_on: [net]",
        "his → net → his",
    ),
    "unknown host of a system": Wrong(
        SYSTEMS, "[switches]", "[swiches]", "[swiches]", "no host or group 'swiches'"
    ),
    "system without hosts": Wrong(SYSTEMS, "  hosts: [switches]\n", "", "net:", "is not watched"),
    "laxer than its class": Wrong(
        SYSTEMS, "class: C3", "class: C3\n  rto: 3 d", "rto: 3 d", "laxer than class C3"
    ),
    "slower than who needs it": Wrong(
        SYSTEMS,
        "en: Network}\n  class: C1",
        "en: Network}\n  class: C2",
        "depends_on: [net]",
        "net may take 1 h",
    ),
    "name in one language": Wrong(
        SYSTEMS, ", en: Office", "", "name: {zh: 办公}", "oa.name.en: missing"
    ),
    "plan that is not there": Wrong(
        SYSTEMS, "his-slow", "his-slo", "plans:", "there is no runbook 'his-slo'"
    ),
    "unknown fault type": Wrong(
        SYSTEMS, "{software:", "{sofware:", "plans:", "there is no fault type"
    ),
    "cable to no host": Wrong(LINKS, "sw-2:1", "sw-3:1", "sw-3:1", "there is no host 'sw-3'"),
    "cables that do not pair": Wrong(LINKS, "sw-2:[11:14]", "sw-2:[11:13]", "[11:13]", "has 3"),
    "port with two cables": Wrong(
        LINKS, "sw-1:[11:14]", "sw-1:[1:4]", "sw-1:[1:4]", "has a cable already"
    ),
    "cable to itself": Wrong(LINKS, '"sw-2:1"', '"sw-1:2"', "sw-1:2", "are the same host"),
    "wrong network": Wrong(ZONES, "10.2.0.0/24", "10.2.0.7/24", "10.2.0.7/24", "has host bits set"),
    "networks that overlap": Wrong(
        ZONES, "10.2.0.0/24", "[10.2.0.0/24, 10.1.0.0/16]".strip("[]"), "10.1.0.0/16", "overlaps"
    ),
    "impossible VLAN": Wrong(ZONES, "30-39", "5000", "5000", "is no VLAN"),
    "VLAN of two zones": Wrong(ZONES, "30-39", "10-29", "10-29", "is in zone inside too"),
    "unknown host allowed": Wrong(ZONES, "[sw-1]", "[sw-7]", "[sw-7]", "there is no host 'sw-7'"),
    "unknown kind of probe": Wrong(
        ZONES, "vlan: 30-39", "vlan: 30-39\n  probe: seldom", "probe:", "invalid enum value"
    ),
    "unknown member": Wrong(TEAMS, "[bo, an]", "[bo, cy]", "[bo, cy]", "there is no person 'cy'"),
    "lead who is no member": Wrong(TEAMS, "lead: bo", "lead: cy", "lead: cy", "is no member"),
    "nobody can reach them": Wrong(
        TEAMS, "    email: bo@hospital.example\n", "", "bo:", "cannot be reached"
    ),
    "wrong e-mail": Wrong(TEAMS, "bo@hospital.example", "bo.example", "bo.example", "is no e-mail"),
    "wrong telephone": Wrong(
        TEAMS, "+86 10 5550 0101", "ask the desk", "phone:", "is no telephone number"
    ),
    "e-mail of two people": Wrong(
        TEAMS, "bo@", "an@", "email: an@hospital.example\nteams", "belongs to an too"
    ),
    "person in no team": Wrong(
        TEAMS,
        "lead: bo\n    members: [bo, an]",
        "lead: an\n    members: [an]",
        "  bo:",
        "is in no team",
    ),
    "unknown person on call": Wrong(
        ROTA, "[bo, an]", "[bo, cy]", "[bo, cy]", "there is no person 'cy'"
    ),
    "owner whom nobody answers for": Wrong(
        ROTA, "  desk: {people: [bo, an]}\n", "", "teams:", "has no rota"
    ),
    "unknown severity": Wrong(
        RULES, "critical", "urgent", "severity:", "unknown severity 'urgent'"
    ),
    "unknown team of an alert": Wrong(
        RULES, "team: ops", "team: opps", "team:", "there is no team 'opps'"
    ),
    "unknown runbook": Wrong(
        RULES, "runbook: his-slow", "runbook: his-slo", "runbook:", "no runbook 'his-slo'"
    ),
    "backup of no system": Wrong(
        PLAN, "system: his", "system: hs", "system:", "there is no system 'hs'"
    ),
    "drill too seldom": Wrong(
        PLAN, "every: 30 d", "every: 91 d", "every: 91 d", "asks for 30 d at most"
    ),
    "braces without quotes": Wrong(
        BOOK,
        '```check run-on="{{ host }}"',
        "```check run-on={{ host }}",
        "```check",
        "braces need quotes",
    ),
    "unknown alert": Wrong(BOOK, "[HisSlow]", "[HisSlo]", "alerts:", "there is no alert 'HisSlo'"),
    "unknown system of a runbook": Wrong(
        BOOK, "[his]", "[hiss]", "systems:", "there is no system 'hiss'"
    ),
    "front matter without owner": Wrong(BOOK, "owner: ops\n", "", "id:", "owner: missing"),
    "command without check": Wrong(
        BOOK, "```wait", "```manual", "```manual", "unknown attribute 'deadline'"
    ),
    "no way back": Wrong(BOOK, " irreversible", "", "```command", "neither how to undo"),
    "rules nobody reads": Wrong(
        "alerts/rules/new.yaml", "", "groups: []\n", "groups", "nothing reads"
    ),
    "folder with a slip": Wrong("runbook/plan.md", "", "# Plan\n", "", "nothing reads runbook"),
    "private key": Wrong(
        "playbooks/key", "", "-----BEGIN RSA PRIVATE KEY-----\n", "-----", "a private key"
    ),
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "site"))


def found(site: Path) -> list[Told]:
    return list(site_check.report(Local(), str(site)).problems)


def test_a_good_site_raises_no_false_alarm(site):
    assert found(site) == []


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_mistake_is_told_with_its_line_and_what_to_do(site, wrong):
    marked = spoil(site, wrong)

    told = [each for each in found(site) if wrong.cause in each.cause]

    assert told, f"not told: {[(each.place, each.cause) for each in found(site)]}"
    assert told[0].place in marked
    assert told[0].fix


def test_all_mistakes_of_all_files_are_told_at_once(site):
    names = ("unknown time zone", "unknown owner", "wrong network", "unknown severity")
    for name in names:
        spoil(site, WRONG[name])

    told = found(site)

    assert {each.file for each in told} >= {SITE, SYSTEMS, ZONES, RULES}


def test_a_mistake_of_many_hosts_is_told_once(site):
    spoil(site, WRONG["unknown zone"])

    assert [each.cause for each in found(site)] == [
        "web-01 (and 3 more like it): there is no zone 'insid'"
    ]


def spoil(site: Path, wrong: Wrong) -> set[str]:
    """Make the mistake; gives the places that may be told for its mark, one per file that has it."""
    path = site / wrong.file
    if wrong.old:
        text = path.read_text()
        assert wrong.old in text
        path.write_text(text.replace(wrong.old, wrong.new, 1))
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wrong.new)
    places = set()
    for file in (wrong.file, HOSTS):
        text = (site / file).read_text()
        if wrong.mark in text:
            line = text.count("\n", 0, text.index(wrong.mark)) + 1
            places.add(f"{file}:{line}")
    if not wrong.mark:
        places.add(f"{Path(wrong.file).parent}:1")
    return places
