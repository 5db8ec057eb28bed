"""Mail under TLS goes only to a server whose certificate we trust, for the name that we called."""

import asyncio
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hisops.core.errors import OpsError
from hisops.core.io import MailServer
from hisops.io.local import Local


def certificate(folder, name: str) -> str:
    """A self-signed certificate with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return str(path)


class Server:
    """A mail server with TLS and passwords."""

    def __init__(self, pem: str, security: str) -> None:
        self.users: list[bytes] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self.loop = asyncio.new_event_loop()
        options = {"tls_context": context, "require_starttls": True}
        made = self.loop.create_server(
            lambda: SMTP(
                self,
                loop=self.loop,
                hostname="localhost",
                authenticator=self.check,
                auth_require_tls=security == "starttls",
                **(options if security == "starttls" else {}),
            ),
            "127.0.0.1",
            0,
            ssl=context if security == "tls" else None,
        )
        self.server = self.loop.run_until_complete(made)
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def check(self, _server, _session, _envelope, _mechanism, data):
        """Take the one password."""
        self.users.append(data.login)
        return AuthResult(success=data.password == b"right", handled=False)

    async def handle_DATA(self, _server, _session, _envelope):  # noqa: N802 - aiosmtpd's name
        """Take every mail."""
        return "250 taken"

    def close(self) -> None:
        """Stop."""

        async def end():
            self.server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture(params=["starttls", "tls"])
def security(request):
    return request.param


@pytest.fixture
def serve(tmp_path, security, monkeypatch):
    """Start servers for a name; the system trusts the certificate of `localhost` only."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate(tmp_path, "localhost"))
    servers = []

    def start(name="localhost", *, ours=True):
        folder = tmp_path if ours else tmp_path / "other"
        folder.mkdir(exist_ok=True)
        pem = str(folder / f"{name}.pem") if ours else certificate(folder, name)
        servers.append(Server(pem, security))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def post(port: int, security: str, host="localhost", password="right"):
    """Hand a mail over with a password."""
    server = MailServer(f"{host}:{port}", security, "li", password)
    return Local().mail(server, "a@x", "b@x", b"Subject: x\r\n\r\ny\r\n", timeout=5)


def test_a_trusted_server_takes_the_mail(serve, security):
    server = serve()

    assert post(server.port, security).code == 250
    assert server.users == [b"li"]


def test_a_wrong_password_is_the_servers_answer(serve, security):
    assert post(serve().port, security, password="wrong").code == 535


def test_an_unknown_certificate_gets_no_password(serve, security):
    server = serve(ours=False)

    with pytest.raises(OpsError, match="certificate"):
        post(server.port, security)

    assert server.users == []


def test_another_name_gets_no_password(serve, security):
    server = serve()

    with pytest.raises(OpsError, match="certificate"):
        post(server.port, security, host="127.0.0.1")

    assert server.users == []
