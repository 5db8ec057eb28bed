"""A certificate authority of the tests, and TLS servers with its certificates."""

import contextlib
import datetime
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.real.sql.server import free_port, listens, running, wait_for

NOW = datetime.datetime.now(datetime.UTC)


class Authority:
    """Signs certificates into a folder; `ca_file` is its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Test CA")
        self._own = _builder(name, name, self._key, (-30, 300), "").sign(self._key, hashes.SHA256())
        self.ca_file = str(folder / "ca.pem")
        (folder / "ca.pem").write_bytes(self._own.public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        stem: str,
        *,
        name: str = "localhost",
        days: tuple[int, int] = (-10, 60),
        own: bool = False,
        rsa_bits: int = 0,
    ) -> str:
        """A file with key and certificate; `own` means self-signed, `rsa_bits` asks for an RSA key."""
        if rsa_bits:
            key = rsa.generate_private_key(65537, rsa_bits)
        else:
            key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(stem)
        issuer, signer = (subject, key) if own else (self._own.subject, self._key)
        signed = _builder(subject, issuer, key, days, name).sign(signer, hashes.SHA256())
        path = self.folder / f"{stem}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        return str(path)


@contextlib.contextmanager
def tls_server(pem: str, folder: Path, *options: str) -> Iterator[int]:
    """The port of `openssl s_server`, which answers HTTP with a status page."""
    port = free_port()
    argv = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-key", pem, "-cert", pem]
    with running([*argv, "-www", "-quiet", *options], "root", folder) as child:
        wait_for(lambda: child.poll() is not None or listens(port))
        assert child.poll() is None, (folder / "log").read_text()
        yield port


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject, issuer, key, days, name):
    found = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + datetime.timedelta(days[0]))
        .not_valid_after(NOW + datetime.timedelta(days[1]))
        .add_extension(x509.BasicConstraints(not name, None), critical=True)
    )
    if name:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        found = found.add_extension(names, critical=False)
    return found
