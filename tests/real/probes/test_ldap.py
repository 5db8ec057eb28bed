"""LDAP probes against slapd: bind, search, STARTTLS, wrong password, frozen."""

import subprocess

import pytest

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.ldap import Ldap
from hisops.monitor.probes.tls import Tls as TlsProbe
from hisops.wire.starttls import StartTls
from hisops.wire.tls import Tls
from tests.real.sql.server import free_port, frozen, listens, running, wait_for

CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {root}/pid
TLSCertificateFile {pem}
TLSCertificateKeyFile {pem}
database mdb
suffix "dc=hospital,dc=example"
rootdn "cn=admin,dc=hospital,dc=example"
rootpw word
directory {root}/db
"""
TREE = """dn: dc=hospital,dc=example
objectClass: domain
dc: hospital

dn: cn=ann,dc=hospital,dc=example
objectClass: inetOrgPerson
cn: ann
sn: Li
"""
BASE = "dc=hospital,dc=example"


@pytest.fixture(scope="module")
def slapd(place, authority):
    (place / "db").mkdir()
    conf = str(place / "slapd.conf")
    (place / "slapd.conf").write_text(CONF.format(root=place, pem=authority.issue("ldap")))
    subprocess.run(["/usr/sbin/slapadd", "-f", conf], input=TREE.encode(), check=True)
    port = free_port()
    argv = ["/usr/sbin/slapd", "-f", conf, "-h", f"ldap://127.0.0.1:{port}", "-d", "0"]
    with running(argv, "root", place) as child:
        wait_for(lambda: listens(port))
        yield child, port


@pytest.fixture
def ask(slapd, probe):
    def run(name="127.0.0.1", **options):
        return probe(Ldap(timeout=Duration(3), **options), f"{name}:{slapd[1]}")

    return run


def test_asks_the_root_entry_anonymously(ask, series):
    found = ask()

    assert found.success, found.cause
    assert series(found)["hisops_probe_ldap_entries"] == 1


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({"base": BASE, "scope": "subtree", "min_entries": 2}, ""),
        ({"base": BASE, "scope": "subtree", "min_entries": 3}, "finds 2 of 3 entries"),
        ({"base": f"cn=ann,{BASE}", "expect": {"SN": "Li"}}, ""),
        ({"base": f"cn=ann,{BASE}", "expect": {"sn": "Wang"}}, "sn is Li"),
        ({"base": f"cn=bob,{BASE}"}, "the search fails: noSuchObject"),
    ],
)
def test_finds_what_is_there(ask, options, cause):
    found = ask(**options)

    assert found.success is (not cause), found.cause
    assert cause in found.cause


@pytest.mark.parametrize(("word", "cause"), [("word", ""), ("guess", "invalidCredentials")])
def test_binds_over_starttls(ask, authority, tmp_path, word, cause):
    (tmp_path / "word").write_text(word)

    found = ask(
        "localhost",
        security="starttls",
        tls_config=Tls(ca_file=authority.ca_file),
        user=f"cn=admin,{BASE}",
        password=Secret(f"file:{tmp_path}/word"),
    )

    assert found.success is (not cause), found.cause
    assert cause in found.cause


def test_the_tls_probe_looks_behind_starttls(slapd, probe, authority, series):
    unit = TlsProbe(starttls=StartTls.LDAP, tls_config=Tls(ca_file=authority.ca_file))

    found = probe(unit, f"localhost:{slapd[1]}")

    assert found.success, found.cause
    assert series(found)["hisops_probe_tls_trusted"] == 1


def test_a_frozen_directory_costs_the_time_out_only(slapd, probe):
    with frozen(slapd[0].pid):
        found = probe(Ldap(timeout=Duration(0.3)), f"127.0.0.1:{slapd[1]}")

    assert found.cause == "no answer within 0.3 s"


def test_a_closed_port_is_told_at_once(probe):
    assert "refused" in probe(Ldap(), f"127.0.0.1:{free_port()}").cause


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not LDAP"),
        (b"\x30\x84\xff\xff\xff\xff", "bytes"),
        (b"\x30\x05\x02\x01\x63\x61\x00", "an answer to message 99"),
        (b"\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00", "belongs"),
    ],
)
def test_wrong_answers_are_told(peer, probe, answer, cause):
    def talk(link):
        link.recv(4096)
        link.sendall(answer)
        link.recv(1)

    found = probe(Ldap(timeout=Duration(0.5)), f"127.0.0.1:{peer(talk)}")

    assert cause in found.cause
