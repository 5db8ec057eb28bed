"""Which collectors an agent runs."""

import pytest

from hisops.agent.conf import Conf
from hisops.agent.main import build_loop
from hisops.core.errors import Exit, OpsError


def collectors(also: str) -> set[str]:
    page = build_loop(Conf(also=also)).page().decode()
    start = 'node_scrape_collector_success{collector="'
    return {line.split('"')[1] for line in page.splitlines() if line.startswith(start)}


def test_costly_collectors_run_only_when_they_are_named():
    by_default = collectors("")

    assert "loadavg" in by_default
    assert collectors("processes") - by_default == {"processes"}
    assert collectors("processes interrupts") - by_default == {"processes", "interrupts"}


def test_a_collector_that_does_not_exist_is_a_mistake():
    with pytest.raises(OpsError) as problem:
        build_loop(Conf(also="processes procesess"))

    assert problem.value.code == Exit.USAGE
    assert "'procesess'" in problem.value.cause


def test_declared_services_and_processes_bring_their_collectors():
    conf = Conf(services="nginx", processes=(("self", "python"),))

    page = build_loop(conf).page().decode()

    assert 'namedprocess_namegroup_num_procs{groupname="self"} ' in page
    assert 'node_scrape_collector_success{collector="service_health"} ' in page
