"""probes/*.yml: targets from the inventory, labels of their owners, mistakes with their place."""

import pytest
from msgspec import structs

from hisops.core.text import Duration
from hisops.monitor import watch
from hisops.monitor.probes.tcp import Tcp


@pytest.fixture
def read(io, site):
    """Reads one file of probes; gives the plan and the causes of its problems."""

    def parse(text: str):
        io.write(f"{site.root}/probes/a.yml", text)
        plan, problems = watch.read(io, site)
        return plan, [problem.cause for problem in problems]

    return parse


def test_a_group_becomes_one_check_for_each_host(read):
    plan, problems = read("targets: [{module: tcp, hosts: [dbs], port: 5432}]")

    assert problems == []
    assert [(c.target, c.instance, c.group) for c in plan.checks] == [
        ("10.30.0.1:5432", "db1", "tier-1"),
        ("10.30.0.2:5432", "db2", "tier-1"),
    ]
    assert plan.checks[0].labels == {
        "instance": "db1",
        "target": "10.30.0.1:5432",
        "module": "tcp",
        "system": "his",
        "class": "C1",
        "team": "dba",
        "tier": "1",
        "zone": "db",
    }


def test_a_target_may_be_a_pattern_or_written_out(read):
    plan, problems = read(
        "targets:\n"
        "- {module: tcp, hosts: [db1], target: 'https://{host}/x?a={address}', tier: 4}\n"
        "- {module: tcp, targets: ['a.example:1'], system: oa, labels: {path: line-1}}"
    )

    assert problems == []
    assert [(c.target, c.group) for c in plan.checks] == [
        ("https://db1/x?a=10.30.0.1", "tier-4"),
        ("a.example:1", "tier-3"),
    ]
    assert plan.checks[1].labels["path"] == "line-1"


def test_a_module_is_a_unit_with_options(read):
    plan, problems = read(
        "modules: {port: {probe: tcp, port: 22, tls: true, timeout: 2 s}}\n"
        "targets: [{module: port, hosts: [db1]}]"
    )

    assert problems == []
    made = watch.make("port", plan.modules, watch.Kinds())
    assert made == Tcp(port=22, tls=True, timeout=Duration(2))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("targets: [{module: tpc, hosts: [db1]}]", "there is no module 'tpc'"),
        ("targets: [{module: tcp, hosts: [db9]}]", "there is no host or group 'db9'"),
        ("targets: [{module: tcp}]", "neither hosts nor targets"),
        ("targets: [{module: tcp, hosts: [db1], system: x}]", "there is no system 'x'"),
        ("targets: [{module: tcp, hosts: [db1], tier: 7}]", "there is no tier 7"),
        ("targets: [{module: tcp, targets: ['a:241066']}]", "a:241066: there is no port 241066"),
        ("modules: {a: {probe: icmp, max_loss: 20}}", "modules.a.max_loss: expected a share"),
        (
            "modules: {a: {probe: http, fail_if_body_matches_regexp: ['(x']}}",
            "modules.a: '(x' is no regular expression",
        ),
        ("targets: [{module: tcp, hosts: [db1, dbs]}]", "tcp looks at 10.30.0.1 twice"),
        ("modules: {a: {probe: nope}}", "a: there is no probe 'nope'"),
        ("modules: {a: {port: 1}}", "a: probe: missing"),
        ("modules: {a: {probe: tcp, prot: 1}}", "modules.a.prot: unknown setting"),
        (
            "modules: {a: {probe: tcp, timeout: 5}}",
            "modules.a.timeout: expected text, got int",
        ),
        ("targets: [{module: tcp, hosts: [mr1]}]", "mr1 is in zone meddev: the zone's probe is"),
    ],
)
def test_a_mistake_is_told(read, text, cause):
    _, problems = read(text)

    assert len(problems) == 1
    assert problems[0].startswith(cause)


def test_probes_that_nothing_looks_at_are_told(io, site):
    idle = structs.replace(site, settings=structs.replace(site.settings, stack=("prometheus",)))
    io.write(f"{site.root}/probes/a.yml", "targets: [{module: tcp, hosts: [db1], port: 1}]")

    (problem,) = watch.read(io, idle)[1]

    assert (problem.file, problem.cause[:8]) == ("site.yml", "1 probes")


def test_nothing_is_sent_to_devices_that_are_not_allowed(read):
    plan, _ = read("targets: [{module: tcp, hosts: [ct1, mr1], port: 104}]")

    assert [check.instance for check in plan.checks] == ["ct1"]
