"""TLS probes: every verdict, outdated versions and weak ciphers, STARTTLS, handshakes that hang."""

import select
import socket

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.tls import Tls
from hisops.wire.tls import Tls as Options
from tests.real.probes.authority import tls_server
from tests.real.sql.server import free_port, frozen, listens, running, wait_for

OLD = ("-cipher", "ALL:@SECLEVEL=0")


@pytest.fixture
def look(probe, authority):
    def run(port, name="localhost", **options):
        trust = Options(ca_file=authority.ca_file)
        return probe(Tls(tls_config=trust, **options), f"{name}:{port}")

    return run


@pytest.mark.parametrize(
    ("stem", "issue", "verdict", "trusted"),
    [
        ("good", {}, "good", 1),
        ("expired", {"days": (-60, -3)}, "expired", 1),
        ("early", {"days": (3, 60)}, "not_yet_valid", 1),
        ("other", {"name": "other.example"}, "wrong_name", 0),
        ("self", {"own": True}, "untrusted", 0),
    ],
)
def test_reachable_trusted_and_valid_are_three_answers(
    place, authority, look, series, stem, issue, verdict, trusted
):
    with tls_server(authority.issue(stem, **issue), place) as port:
        found = look(port, scan=False)

    values = series(found)
    assert found.success is (verdict == "good")
    assert values["hisops_probe_tls_reachable"] == 1
    assert values["hisops_probe_tls_trusted"] == trusted
    assert values[f'hisops_probe_tls_verdict{{verdict="{verdict}"}}'] == 1
    assert values["probe_ssl_earliest_cert_expiry"] > 1_700_000_000


def test_a_dead_host_has_none_of_these_series(look, series):
    found = look(free_port())

    assert not [name for name in series(found) if "tls" in name or "ssl" in name]
    assert "refused" in found.cause


def test_too_short_a_rest_fails_when_asked(place, authority, look):
    with tls_server(authority.issue("soon", days=(-60, 5)), place) as port:
        outcomes = [look(port, scan=False, min_validity=Duration(d * 86400)) for d in (3, 7)]

    assert [found.success for found in outcomes] == [True, False]
    assert "runs out in" in outcomes[1].cause


@pytest.mark.parametrize(
    ("options", "versions"),
    [
        ((), []),
        (("-tls1_2",), []),
        (("-tls1", *OLD), ["TLS 1.0"]),
        (("-tls1_1", *OLD), ["TLS 1.1"]),
    ],
)
def test_outdated_versions_are_found(place, authority, look, series, options, versions):
    with tls_server(authority.issue("old"), place, *options) as port:
        found = look(port)

    taken = [
        name.partition('"')[2][:-2]
        for name, value in series(found).items()
        if name.startswith("hisops_probe_tls_accepts_version") and value
    ]
    assert taken == versions
    assert (series(found).get('hisops_probe_tls_verdict{verdict="weak"}') == 1) is bool(versions)


@pytest.mark.parametrize(
    ("cipher", "kinds"),
    [
        ("AES128-SHA:NULL-SHA256:@SECLEVEL=0", ["NULL"]),
        ("ADH-AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0", ["anonymous"]),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", []),
    ],
)
def test_weak_ciphers_are_found(place, authority, look, series, cipher, kinds):
    pem = authority.issue("cipher", rsa_bits=2048 if "NULL" in cipher else 0)
    with tls_server(pem, place, "-tls1_2", "-cipher", cipher) as port:
        found = look(port, fail_if_weak=True)

    taken = [
        name.partition('"')[2][:-2]
        for name, value in series(found).items()
        if name.startswith("hisops_probe_tls_accepts_cipher") and value
    ]
    assert taken == kinds
    assert found.success is (not kinds), found.cause


def test_a_short_key_is_a_weakness(place, authority, look, series):
    pem = authority.issue("short", rsa_bits=1024)
    with tls_server(pem, place, *OLD) as port:
        found = look(port, scan=False)

    assert series(found)["hisops_probe_tls_certificate_weaknesses"] == 1
    assert not found.success
    assert "weak" in found.cause


def test_a_frozen_server_costs_the_time_out_only(place, authority, look, series):
    pem = authority.issue("frozen")
    port = free_port()
    argv = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", pem, "-key", pem]
    argv += ["-www", "-quiet"]  # else the end of its standard input may end it
    with running(argv, "root", place) as child:
        wait_for(lambda: listens(port))
        with frozen(child.pid):
            found = look(port, timeout=Duration(0.3))

    assert found.cause == "no answer within 0.3 s"
    assert series(found)["probe_duration_seconds"] < 3


def never(link):
    link.recv(65536)
    link.sendall(b"\x16\x03\x03\x40\x00\x02")  # a hello whose rest never comes
    link.recv(1)


def garbage(link):
    link.recv(65536)
    link.sendall(bytes(range(256)) * 40_000)


def plain(link):
    link.recv(65536)
    link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("talk", "cause"),
    [(never, "no answer within 0.5 s"), (garbage, "no TLS handshake"), (plain, "no TLS handshake")],
)
def test_what_is_no_tls_ends_in_time(peer, look, talk, cause):
    found = look(peer(talk), timeout=Duration(0.5))

    assert cause in found.cause


def test_a_server_that_ignores_old_hellos_is_still_well(place, authority, peer, look, series):
    with tls_server(authority.issue("mute"), place) as port:

        def talk(link):
            first = link.recv(65536)
            if len(first) < 200:  # ours; those of OpenSSL are longer
                link.recv(1)
                return
            with socket.create_connection(("127.0.0.1", port)) as real:
                real.sendall(first)
                while True:
                    for end in select.select([link, real], [], [])[0]:
                        data = end.recv(65536)
                        if not data:
                            return
                        (real if end is link else link).sendall(data)

        found = look(peer(talk), timeout=Duration(3))

    assert found.success, found.cause
    assert series(found)['hisops_probe_tls_accepts_version{version="TLS 1.0"}'] == 0
