"""net-snmp's agent and tools, and snmpsim, on loopback."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

PASSWORD = "correct horse"
USERS = {
    "md5des": ("md5", "des", "MD5", "DES"),
    "shaaes": ("sha", "aes", "SHA", "AES"),
    "s256": ("sha256", "aes256", "SHA-256", "AES-256"),
    "s512": ("sha512", "aes192", "SHA-512", "AES-192"),
}


def free_port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


def wait_for(true, seconds=20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


@contextlib.contextmanager
def running(argv, **options):
    """A program until the block is left."""
    child = subprocess.Popen(
        argv,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **options,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait(10)


def answers(port, community="public", oid="1.3.6.1.2.1.1.1.0"):
    argv = ["snmpget", "-m", "", "-v2c", "-c", community, "-t1", "-r0", f"127.0.0.1:{port}", oid]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory):
    """The agent's port and process; community `public` and the users above."""
    folder = tmp_path_factory.mktemp("snmpd")
    port = free_port()
    lines = ["rocommunity public"]
    for name, (_, _, auth, priv) in USERS.items():
        lines.append(f'createUser {name} {auth} "{PASSWORD}" {priv} "{PASSWORD}"')
        lines.append(f"rouser {name} priv")
    conf = folder / "agent.conf"  # snmpd writes a snmpd.conf of its own into its state folder
    conf.write_text("\n".join(lines) + "\n")
    argv = ["snmpd", "-f", "-Ln", "-C", "-c", str(conf), "-p", str(folder / "pid")]
    env = os.environ | {"MIBS": "", "SNMP_PERSISTENT_DIR": str(folder / "state")}
    with running([*argv, f"udp:127.0.0.1:{port}"], env=env) as child:
        wait_for(lambda: answers(port))
        yield port, child


@pytest.fixture(scope="module")
def snmpsim(tmp_path_factory):
    """Starts snmpsim over files of records; the community is a file's name."""
    stack = contextlib.ExitStack()

    def start(records: dict[str, str]) -> int:
        folder = tmp_path_factory.mktemp("snmpsim")
        for name, text in records.items():
            (folder / f"{name}.snmprec").write_text(text)
        port = free_port()
        program = str(Path(sys.executable).with_name("snmpsim-command-responder"))
        argv = [program, "--v3-engine-id=auto", f"--data-dir={folder}", f"--cache-dir={folder}"]
        argv += [f"--agent-udpv4-endpoint=127.0.0.1:{port}"]
        argv += ["--process-user=root", "--process-group=root"]
        stack.enter_context(running(argv))
        first = next(iter(records))
        wait_for(lambda: answers(port, first, "1.3.6.1.2.1.1.2.0"))
        return port

    with stack:
        yield start
