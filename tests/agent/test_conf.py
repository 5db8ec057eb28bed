"""The flat configuration file of the agent."""

import pytest

from hisops.agent.conf import Conf, parse
from hisops.core.errors import Exit, OpsError
from hisops.core.model import Host, Inventory
from hisops.core.settings import Agent
from hisops.monitor import agent_conf


def test_reads_names_and_values():
    conf = parse("# remark\n\nlisten = [::1]:9100\nmetrics=/a=b\n", "f")

    assert (conf.host, conf.port, conf.metrics) == ("::1", 9100, "/a=b")


def test_reads_back_what_the_site_renders():
    agent = Agent(
        listen="10.1.2.3:9100",
        certificate="tls/a.pem",
        key="/k.pem",
        client_ca="ca.pem",
        users="u",
        also=("processes", "interrupts"),
    )

    watched = {"agent_services": ["nginx", "a@1"], "agent_processes": {"db": "^a=b c$"}}
    host = Host(name="db1", address="127.0.0.1", vars=watched)

    text = agent_conf.render(agent, root="/site", state="/site/var", hosts=[host])
    conf = parse(text, "f")

    assert conf == Conf(
        listen="10.1.2.3:9100",
        certificate="/site/tls/a.pem",
        key="/k.pem",
        client_ca="/site/ca.pem",
        users="/site/u",
        metrics="/site/var/metrics",
        also="processes interrupts",
        units="/site/units/collectors",
        services="nginx a@1",
        processes=(("db", "^a=b c$"),),
    )


def test_this_machine_is_what_the_inventory_has_on_loopback_or_local():
    hosts = {
        "a": Host(name="a", address="127.0.0.1"),
        "b": Host(name="b", address="10.0.0.1", vars={"ansible_connection": "local"}),
        "c": Host(name="c", address="10.0.0.2"),
    }

    assert [host.name for host in agent_conf.here(Inventory(hosts=hosts))] == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "listen=0.0.0.0:9100\ncertificate=c\nkey=k\n",
        "listen=10.0.0.1:9100\nusers=u\n",
        "listen=[::]:9100\n",
        "listen=nonsense\n",
        "listen=127.0.0.1:99999\n",
        "key=k\n",
        "client_ca=c\n",
        "what\n",
    ],
)
def test_refuses_what_would_be_open_or_makes_no_sense(text):
    with pytest.raises(OpsError) as problem:
        parse(text, "agent.conf")

    assert problem.value.code == Exit.USAGE
    assert problem.value.cause.startswith("agent.conf")
    assert problem.value.fix
