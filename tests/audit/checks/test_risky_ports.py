"""Listeners on high-risk ports."""

from hisops.audit.checks.risky_ports import RiskyPorts
from hisops.audit.facts import Listeners
from hisops.audit.finding import Reason
from tests.audit.sample import facts

# /proc/net/tcp and tcp6 of Linux 6.18: local_address of sockets in the state 0A
SSH, LOCAL_TELNET, TELNET = "00000000:0016", "0100007F:0017", "00000000:0017"
SMB_V6, LOCAL_SMB_V6 = f"{'0' * 32}:01BD", "00000000000000000000000001000000:01BD"
MAPPED_LOCAL = "0000000000000000FFFF00000100007F:0017"
SAMPLES = {
    "pass": facts(Listeners(tcp=(SSH, LOCAL_TELNET, LOCAL_SMB_V6, MAPPED_LOCAL))),
    "fail": facts(Listeners(tcp=(SSH, TELNET, SMB_V6))),
    "unknown": facts(gaps={"listeners": Reason.MISSING}),
}


def test_names_port_and_address():
    found = [finding.text for finding in RiskyPorts().check(SAMPLES["fail"])]

    assert found == ["TCP 23 listens on 0.0.0.0", "TCP 445 listens on ::"]


def test_a_site_chooses_its_own_ports():
    (finding,) = RiskyPorts(ports=(22,)).check(SAMPLES["pass"])

    assert finding.subject == "22"
