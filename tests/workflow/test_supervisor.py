"""The stack's configuration starts each part bound to its supervisor."""

import configparser

from hisops.workflow import supervisor

COMMANDS = {"engine": ["/bin/engine", "--odd", "100% of it"], "prometheus": ["prometheus"]}


def read(site) -> configparser.RawConfigParser:
    parsed = configparser.RawConfigParser()
    parsed.read_string(supervisor.configuration(site, COMMANDS, root=False))
    return parsed


def test_a_part_ends_with_its_supervisor(site):
    command = read(site)["program:engine"]["command"]

    assert command == "setpriv --pdeathsig TERM /bin/engine --odd '100%% of it'"


def test_prometheus_waits_for_the_others(site):
    parsed = read(site)

    assert parsed["program:prometheus"]["autostart"] == "false"
    assert parsed["program:engine"]["autostart"] == "true"


def test_no_stack_runs_where_there_is_no_socket(io, site):
    assert supervisor.states(io, site) == {}
