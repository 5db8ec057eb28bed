"""net-snmp's snmptrap and snmpinform towards the prober's receiver."""

import subprocess
import time

import pytest

from hisops.core.settings import Listen, Traps
from hisops.monitor.prober_conf import ProberConf
from hisops.monitor.watch import Plan
from hisops.prober.traps import Post
from tests.real.snmp.conftest import PASSWORD, free_port

LINK_DOWN = ["1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.7", "i", "7"]
ENGINE = "0x8000000001020304"
MODULES = {
    "gear": {"probe": "snmp", "community": "cmd:echo trapword"},
    "secure": {
        "probe": "snmp", "version": "3", "user": "ups", "auth": "sha", "priv": "aes",
        "auth_password": f"cmd:echo {PASSWORD}", "priv_password": f"cmd:echo {PASSWORD}",
    },
}  # fmt: skip


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def post(loop, net, port):
    """The receiver, as the prober has it."""
    taken = Post(loop, net)
    taken.take(
        ProberConf(
            listen=Listen(listen="127.0.0.1:1"),
            plan=Plan(modules=MODULES),
            traps=Traps(listen=f"127.0.0.1:{port}", modules=("gear", "secure")),
            devices={"127.0.0.1": "sw-1"},
        )
    )
    yield taken
    taken.close()


@pytest.fixture
def send(loop, post, port):
    """Runs a tool of net-snmp while the loop turns until the page holds a text."""

    def run(program, version, *words, until):
        argv = [program, "-m", "", *version, f"127.0.0.1:{port}", *words]
        deadline = time.monotonic() + 15
        with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as child:
            while until not in post.page() or child.poll() is None:
                assert time.monotonic() < deadline, post.page()
                loop.turn(0.1)
        return child.returncode

    return run


def counted(name, count=1):
    return f'hisops_snmp_trap_received_total{{source="sw-1",trap="{name}"}} {count}\n'


def secure(password=PASSWORD):
    words = ["-v3", "-e", ENGINE, "-u", "ups", "-l", "authPriv"]
    return [*words, "-a", "SHA", "-A", password, "-x", "AES", "-X", password]


def test_a_trap_of_v2c_sets_a_state(send, post):
    send("snmptrap", ["-v2c", "-ctrapword"], "", *LINK_DOWN, until=counted("linkDown"))

    assert 'hisops_snmp_trap_state{source="sw-1",kind="link_down",item="7"} 1' in post.page()


def test_a_trap_of_v1_is_known_by_its_enterprise(send):
    words = ["1.3.6.1.4.1.318", "127.0.0.1", "6", "5", ""]

    send("snmptrap", ["-v1", "-ctrapword"], *words, until=counted("upsOnBattery"))


def test_a_trap_of_v3_is_decrypted(send):
    send("snmptrap", secure(), "", *LINK_DOWN, until=counted("linkDown"))


def test_a_trap_of_v3_with_another_password_is_refused(send, post):
    refused = 'hisops_snmp_trap_refused_total{reason="community or user"} 1\n'

    send("snmptrap", secure("wrong horse"), "", *LINK_DOWN, until=refused)

    assert "received_total" not in post.page()


def test_an_inform_is_acknowledged(send):
    words = ["-v2c", "-ctrapword", "-r0", "-t10"]

    code = send("snmpinform", words, "", *LINK_DOWN, until=counted("linkDown"))

    assert code == 0
