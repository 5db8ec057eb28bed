"""DNS probes against BIND: healthy, wrong, truncated, refusing, frozen; and against liars."""

import socket
import threading
from contextlib import closing

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.dns import Dns, Records
from tests.real.sql.server import free_port, frozen, running, wait_for

CONF = """
options {{
  directory "{root}"; pid-file "{root}/pid"; session-keyfile "{root}/session.key";
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; allow-query {{ any; }}; dnssec-validation no;
}};
controls {{ }};
zone "hospital.example" {{ type master; file "{root}/zone"; }};
zone "2.0.192.in-addr.arpa" {{ type master; file "{root}/reverse"; }};
"""
ZONE = """$TTL 60
@ IN SOA ns.hospital.example. admin.hospital.example. 2026112501 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
his IN A 192.0.2.10
his IN A 192.0.2.11
his IN AAAA 2001:db8::10
www IN CNAME his
_ldap._tcp IN SRV 0 100 389 his
@ IN MX 10 his
"""
LARGE = "".join(f'large IN TXT "{"x" * 200}{n:03d}"\n' for n in range(60))
REVERSE = """$TTL 60
@ IN SOA ns.hospital.example. admin.hospital.example. 1 3600 600 86400 60
@ IN NS ns.hospital.example.
10 IN PTR his.hospital.example.
"""


@pytest.fixture(scope="module")
def named(place):
    port = free_port()
    (place / "named.conf").write_text(CONF.format(root=place, port=port))
    (place / "zone").write_text(ZONE + LARGE)
    (place / "reverse").write_text(REVERSE)
    argv = ["/usr/sbin/named", "-f", "-4", "-n", "1", "-u", "root", "-c", str(place / "named.conf")]
    with running(argv, "root", place) as child:
        wait_for(lambda: "running" in (place / "log").read_text() or _listens(port))
        yield child, port


def _listens(port: int) -> bool:
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as link:
        link.settimeout(0.2)
        link.connect(("127.0.0.1", port))
        try:
            link.send(b"\0\1" + bytes(10))
            link.recv(512)
        except (TimeoutError, OSError):
            return False
    return True


@pytest.fixture
def ask(named, probe):
    _, port = named

    def run(name="his.hospital.example", kind="A", **options):
        unit = Dns(query_name=name, query_type=kind, timeout=Duration(3), **options)
        return probe(unit, f"127.0.0.1:{port}")

    return run


@pytest.mark.parametrize(
    ("name", "kind", "expect"),
    [
        ("his.hospital.example", "A", ("192.0.2.11", "192.0.2.10")),
        ("HIS.hospital.example.", "AAAA", ("2001:db8::10",)),
        ("www.hospital.example", "CNAME", ("his.hospital.example",)),
        ("_ldap._tcp.hospital.example", "SRV", ("0 100 389 his.hospital.example",)),
        ("hospital.example", "MX", ("10 his.hospital.example",)),
        ("10.2.0.192.in-addr.arpa", "PTR", ("his.hospital.example",)),
        ("hospital.example", "NS", ("ns.hospital.example",)),
    ],
)
def test_reads_records_of_every_kind(ask, name, kind, expect):
    found = ask(name, kind, expect=expect)

    assert found.success, found.cause


def test_gives_blackbox_series_and_the_serial_of_the_zone(ask, series):
    values = series(ask("hospital.example", "SOA"))

    assert values["probe_dns_answer_rrs"] == values["probe_dns_query_succeeded"] == 1
    assert values["probe_dns_serial"] == 2026112501
    assert values['probe_dns_duration_seconds{phase="request"}'] > 0


def test_takes_tcp_when_the_answer_is_cut(ask, series):
    found = ask("large.hospital.example", "TXT")

    assert found.success, found.cause
    assert series(found)["probe_dns_answer_rrs"] == 60


def test_asks_over_tcp_alone_where_told(ask):
    assert ask(transport_protocol="tcp").success


@pytest.mark.parametrize(
    ("name", "options", "cause"),
    [
        ("his.hospital.example", {"expect": ("192.0.2.10",)}, "192.0.2.10, 192.0.2.11"),
        ("none.hospital.example", {}, "NXDOMAIN"),
        ("none.hospital.example", {"valid_rcodes": ("NXDOMAIN",)}, ""),
        ("www.other.example", {}, "REFUSED"),
        (
            "his.hospital.example",
            {"validate_answer_rrs": Records(fail_if_not_matches_regexp=(r"\tA\t192\.0\.2\.10$",))},
            "does not match",
        ),
        (
            "his.hospital.example",
            {"validate_answer_rrs": Records(fail_if_none_matches_regexp=(r"192\.0\.2\.10$",))},
            "",
        ),
        (
            "his.hospital.example",
            {"validate_answer_rrs": Records(fail_if_all_match_regexp=("192",))},
            "all records match",
        ),
        (
            "his.hospital.example",
            {"validate_authority_rrs": Records(fail_if_matches_regexp=("SOA", "NS"))},
            "",
        ),
    ],
)
def test_a_wrong_answer_is_told(ask, name, options, cause):
    found = ask(name, **options)

    assert found.success is (not cause), found.cause
    assert cause in found.cause


def test_a_frozen_server_costs_the_time_out_only(named, probe, series):
    child, port = named

    with frozen(child.pid):
        found = probe(Dns(query_name="a.example", timeout=Duration(0.3)), f"127.0.0.1:{port}")

    assert "no answer" in found.cause
    assert series(found)["probe_duration_seconds"] < 3


def test_a_closed_port_is_told_at_once(probe):
    found = probe(Dns(query_name="a.example"), f"127.0.0.1:{free_port()}")

    assert "refused" in found.cause


def liar(question: bytes) -> list[bytes]:
    """Answers that must not be taken: another id, another name, a question, garbage."""
    head = bytes.fromhex("8180000100010000 0000")
    record = bytes.fromhex("c00c00010001000000 3c0004") + b"\xc6\x33\x64\x01"
    body = question[12:]
    other = body.replace(b"a", b"b", 1)
    wrong_id = bytes((question[0] ^ 1, question[1]))
    return [
        wrong_id + head + body + record,
        question[:2] + head + other + record,
        question,
        b"\0" * 5,
        bytes(60_000),
    ]


def test_answers_to_other_questions_are_not_taken(probe):
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as link:
        link.bind(("127.0.0.1", 0))
        link.settimeout(10)

        def body():
            for _ in range(2):
                data, sender = link.recvfrom(512)
                for lie in liar(data):
                    link.sendto(lie, sender)

        thread = threading.Thread(target=body)
        thread.start()
        unit = Dns(query_name="a.example", timeout=Duration(0.6))
        found = probe(unit, f"127.0.0.1:{link.getsockname()[1]}")
        thread.join()

    assert "no answer" in found.cause
