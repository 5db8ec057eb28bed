"""TLS, passwords and client certificates, with certificates that openssl made."""

import base64
import contextlib
import os
import select
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def issue(folder: Path, name: str, authority: str) -> None:
    """A key and a certificate for 127.0.0.1, signed by an authority of this folder."""
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(folder, "req", *curve, "-keyout", f"{name}.key", "-out", "csr", "-subj", f"/CN={name}")
    signer = ("-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial")
    openssl(
        folder, "x509", "-req", "-in", "csr", *signer, "-days", "2", "-extfile", "names",
        "-out", f"{name}.pem",
    )  # fmt: skip


def authority(folder: Path, name: str) -> None:
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(
        folder, "req", "-x509", *curve, "-keyout", f"{name}.key", "-out", f"{name}.pem",
        "-days", "2", "-subj", f"/CN={name}",
    )  # fmt: skip


@pytest.fixture(scope="module")
def pki(tmp_path_factory) -> Path:
    """Two authorities; a server and a client of the first, a stranger of the second."""
    folder = tmp_path_factory.mktemp("pki")
    for name in ("ca", "other"):
        authority(folder, name)
    for name, signer in (("server", "ca"), ("client", "ca"), ("stranger", "other")):
        issue(folder, name, signer)
    return folder


# What a site's people use: bcrypt as htpasswd -B makes it (here by perl's crypt), SHA-512 by openssl.
_HASHERS = {
    "bcrypt": ["perl", "-e", "print crypt('ward 7 East', '$2y$08$abcdefghijklmnopqrstuv')"],
    "sha512": ["openssl", "passwd", "-6", "ward 7 East"],
}


@pytest.fixture(params=_HASHERS)
def users(tmp_path, request) -> Path:
    """A file of users in which `prometheus` has the password `ward 7 East`."""
    made = subprocess.run(_HASHERS[request.param], capture_output=True, text=True, check=True)
    path = tmp_path / "users"
    path.write_text(f"# who may scrape\nprometheus:{made.stdout}\n")
    return path


def tls(pki: Path) -> dict[str, Path]:
    return {"certificate": pki / "server.pem", "key": pki / "server.key"}


def client(pki: Path, name: str = "") -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(pki / "ca.pem"))
    if name:
        context.load_cert_chain(pki / f"{name}.pem", pki / f"{name}.key")
    return context


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_a_client_that_trusts_the_authority_reads_the_page_over_tls(start, pki):
    agent = start(**tls(pki))

    status, _, body = agent.get(tls=client(pki), Accept_Encoding="gzip")

    assert status == 200
    assert body[:2] == b"\x1f\x8b"
    with pytest.raises(ssl.SSLCertVerificationError):
        agent.get(tls=ssl.create_default_context())
    with pytest.raises(ConnectionError):
        agent.get()


def test_tls_before_version_1_2_is_refused(start, pki):
    agent = start(**tls(pki))
    argv = ["openssl", "s_client", "-connect", f"127.0.0.1:{agent.port}", "-tls1_1"]

    done = subprocess.run(argv, input=b"", capture_output=True, check=False, timeout=20)

    assert b"Cipher is (NONE)" in done.stdout


def test_only_the_right_password_opens(start, pki, users):
    agent = start(**tls(pki), users=users)
    secure = client(pki)

    def status(*headers: str) -> int:
        named = {"Authorization": headers[0]} if headers else {}
        return agent.get(tls=secure, **named)[0]

    assert status(basic("prometheus", "ward 7 East")) == 200
    assert status() == 401
    assert status(basic("prometheus", "ward 7 West")) == 401
    assert status(basic("nobody", "ward 7 East")) == 401
    assert status("Basic !") == 401
    assert status(basic("prometheus", "ward 7 East")) == 200


def test_a_password_is_asked_for_with_a_challenge(start, users):
    _, headers, _ = start(users=users).get()

    assert headers["www-authenticate"].startswith("Basic ")


def test_a_known_password_is_not_hashed_again(start, users):
    agent = start(users=users)
    header = basic("prometheus", "ward 7 East")

    def seconds() -> float:
        return int(Path(f"/proc/{agent.child.pid}/schedstat").read_text().split()[0]) / 1e9

    agent.get(Authorization=header)
    begin = seconds()
    for _ in range(20):
        assert agent.get(Authorization=header)[0] == 200

    assert (seconds() - begin) / 20 < 0.010


def test_checks_of_wrong_passwords_do_not_hold_up_who_is_known(start, users):
    agent = start(users=users)
    good = basic("prometheus", "ward 7 East")
    agent.get(Authorization=good)
    with contextlib.ExitStack() as stack:
        links = [stack.enter_context(agent.connect()) for _ in range(40)]
        for number, link in enumerate(links):
            wrong = basic("prometheus", str(number))
            link.sendall(f"GET /metrics HTTP/1.1\r\nAuthorization: {wrong}\r\n\r\n".encode())
        status, _, _ = agent.get(Authorization=good)
        answered = select.select(links, [], [], 0)[0]

    assert status == 200
    assert len(answered) < len(links)


def test_a_changed_password_holds_at_once(start, users):
    agent = start(users=users)
    header = basic("prometheus", "ward 7 East")
    assert agent.get(Authorization=header)[0] == 200

    users.write_text(users.read_text().replace("prometheus:", "grafana:"))
    os.utime(users, (1, 1))

    assert agent.get(Authorization=header)[0] == 401


def test_only_a_certificate_of_the_right_authority_opens(start, pki):
    agent = start(**tls(pki), client_ca=pki / "ca.pem")

    status, _, _ = agent.get(tls=client(pki, "client"))

    assert status == 200
    for name in ("", "stranger"):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            agent.get(tls=client(pki, name))


def test_a_renewed_certificate_is_used_without_a_restart(start, pki, tmp_path):
    for name in ("server.pem", "server.key"):
        (tmp_path / name).write_bytes((pki / name).read_bytes())
    agent = start(certificate=tmp_path / "server.pem", key=tmp_path / "server.key")
    address = ("127.0.0.1", agent.port)
    first = ssl.get_server_certificate(address)

    issue(pki, "renewed", "ca")
    (tmp_path / "server.pem").write_text("half a file")
    broken = ssl.get_server_certificate(address)
    (tmp_path / "server.key").write_bytes((pki / "renewed.key").read_bytes())
    (tmp_path / "server.pem").write_bytes((pki / "renewed.pem").read_bytes())
    second = ssl.get_server_certificate(address)

    assert broken == first
    assert second == (pki / "renewed.pem").read_text().strip() + "\n"


def test_connections_that_never_shake_hands_keep_nobody_waiting(start, pki):
    agent = start(**tls(pki))
    secure = client(pki)
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(agent.connect())
        begin = time.monotonic()
        status, _, _ = agent.get(tls=secure)
        took = time.monotonic() - begin

    assert status == 200
    assert took < 5  # a connection that never shakes hands is ended after 5 s only


def test_noise_instead_of_tls_closes_its_connection_only(start, pki):
    agent = start(**tls(pki))
    with socket.create_connection(("127.0.0.1", agent.port), timeout=10) as link:
        link.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        while link.recv(4096):
            pass

    assert agent.get(tls=client(pki))[0] == 200


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ("listen=0.0.0.0:19100\n", "0.0.0.0:19100 can be reached from outside"),
        ("listen=0.0.0.0:19100\nusers=/u\n", "can be reached from outside"),
        ("listen=127.0.0.1\n", "listen: expected ADDRESS:PORT"),
        ("liste=127.0.0.1:1\n", "bad.conf:1: 'liste' is unknown"),
        ("certificate=/c.pem\n", "certificate and key belong together"),
        ("certificate=/c.pem\nkey=/k.pem\n", "/c.pem: missing or not readable"),
        ("certificate=/etc/passwd\nkey=/etc/passwd\n", "does not load"),
        ("users=/nowhere/users\n", "/nowhere/users: No such file"),
        ("users=/etc/passwd\n", "/etc/passwd:1: expected NAME:HASH"),
    ],
)
def test_a_wrong_configuration_is_one_line_of_cause_and_one_of_what_to_do(run, lines, cause):
    extra = "" if "listen" in lines else "listen=127.0.0.1:0\n"

    code, said = run(lines + extra)

    first, second = said.splitlines()
    assert code == 2
    assert first.startswith("hisops: ")
    assert cause in first
    assert second.startswith("  what to do: ")
