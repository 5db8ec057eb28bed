"""The flat configuration file of the agent."""

import pytest

from hisops.agent.conf import Conf, parse
from hisops.core.errors import Exit, OpsError
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

    conf = parse(agent_conf.render(agent, root="/site", state="/site/var"), "f")

    assert conf == Conf(
        listen="10.1.2.3:9100",
        certificate="/site/tls/a.pem",
        key="/k.pem",
        client_ca="/site/ca.pem",
        users="/site/u",
        metrics="/site/var/metrics",
        also="processes interrupts",
        units="/site/units/collectors",
    )


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
