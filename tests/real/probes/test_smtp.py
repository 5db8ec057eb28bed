"""SMTP probes against aiosmtpd: plain, STARTTLS, login, and servers that refuse or hang."""

import ssl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.smtp import Smtp
from hisops.monitor.probes.tls import Tls as TlsProbe
from hisops.wire.starttls import StartTls
from hisops.wire.tls import Tls
from tests.real.sql.server import free_port


class Sink:
    """Counts mails, so that one sent by mistake is noticed."""

    mails = 0

    async def handle_DATA(self, *_words):  # noqa: N802 - aiosmtpd's name
        Sink.mails += 1
        return "250 OK"


def check(_server, _session, _envelope, _mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"ann", b"word"), handled=False)


@pytest.fixture
def mail(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue("mail"))
    server = Controller(
        Sink(), hostname="127.0.0.1", port=free_port(), tls_context=context,
        authenticator=check, auth_require_tls=True, data_size_limit=1000,
    )  # fmt: skip
    server.start()
    yield server.port
    server.stop()
    assert Sink.mails == 0


def test_a_greeting_and_ehlo_are_enough(mail, probe, series):
    found = probe(Smtp(extensions=("SIZE", "starttls")), f"127.0.0.1:{mail}")

    assert found.success, found.cause
    assert series(found)["hisops_probe_smtp_size_limit_bytes"] == 1000


def test_a_missing_extension_fails(mail, probe):
    assert (
        "does not offer CHUNKING"
        in probe(Smtp(extensions=("CHUNKING",)), f"127.0.0.1:{mail}").cause
    )


def test_starttls_is_verified(mail, probe, authority, series):
    trust = Tls(ca_file=authority.ca_file)

    outcomes = [
        probe(Smtp(security="starttls", tls_config=options), f"localhost:{mail}")
        for options in (trust, Tls())
    ]

    assert [found.success for found in outcomes] == [True, False]
    assert "not trusted" in outcomes[1].cause
    assert "probe_ssl_earliest_cert_expiry" in series(outcomes[1])


@pytest.mark.parametrize(("word", "cause"), [("word", ""), ("guess", "the login fails: 535")])
def test_a_login_goes_over_tls_only(mail, probe, authority, tmp_path, word, cause):
    (tmp_path / "word").write_text(word)
    unit = Smtp(
        security="starttls", tls_config=Tls(ca_file=authority.ca_file),
        user="ann", password=Secret(f"file:{tmp_path}/word"),
    )  # fmt: skip

    found = probe(unit, f"localhost:{mail}")

    assert found.success is (not cause)
    assert cause in found.cause
    with pytest.raises(ValueError, match="needs security"):
        Smtp(user="ann")


def test_the_tls_probe_looks_behind_starttls(mail, probe, authority, series):
    unit = TlsProbe(starttls=StartTls.SMTP, tls_config=Tls(ca_file=authority.ca_file))

    found = probe(unit, f"localhost:{mail}")

    assert found.success, found.cause
    assert series(found)['hisops_probe_tls_accepts_version{version="TLS 1.0"}'] == 0


@pytest.mark.parametrize(
    ("talk", "cause"),
    [
        (lambda link: link.sendall(b"554 go away\r\n"), "554 go away where 220 belongs"),
        (lambda link: link.sendall(b"+OK pop3\r\n"), "not a reply"),
        (lambda link: link.sendall(b"220-more\r\n" * 500), "more than 200 lines"),
        (lambda link: link.recv(1), "no answer within 0.4 s"),
    ],
)
def test_wrong_servers_are_told(peer, probe, talk, cause):
    found = probe(Smtp(timeout=Duration(0.4)), f"127.0.0.1:{peer(talk)}")

    assert cause in found.cause


def test_a_closed_port_is_told_at_once(probe):
    assert "refused" in probe(Smtp(), f"127.0.0.1:{free_port()}").cause


def test_commands_smuggled_in_before_tls_are_not_taken(peer, probe, authority):
    def talk(link):
        link.sendall(b"220 hello\r\n")
        link.recv(100)
        link.sendall(b"250 STARTTLS\r\n")
        link.recv(100)
        link.sendall(b"220 go\r\n250 everything is fine\r\n")
        link.recv(1)

    unit = Smtp(security="starttls", tls_config=Tls(ca_file=authority.ca_file))
    found = probe(unit, f"localhost:{peer(talk)}")

    assert "plain bytes before TLS" in found.cause
