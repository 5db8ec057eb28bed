"""SSH and drop-zone probes against OpenSSH: healthy, another key, frozen, refusing, full folders."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.sftp_age import SftpAge
from hisops.monitor.probes.ssh import Ssh
from tests.real.sql.server import free_port, frozen, listens, running, wait_for

KINDS = ("ed25519", "ecdsa", "rsa")


@pytest.fixture(scope="module")
def keys(place):
    for kind in (*KINDS, "user"):
        name = "ed25519" if kind == "user" else kind
        argv = ["ssh-keygen", "-q", "-N", "", "-t", name, "-f", str(place / kind)]
        subprocess.run(argv, check=True)
    return place


@pytest.fixture(scope="module")
def sshd(keys):
    Path("/run/sshd").mkdir(exist_ok=True)
    port = free_port()
    lines = [
        f"Port {port}", "ListenAddress 127.0.0.1", "PidFile none", "StrictModes no",
        f"AuthorizedKeysFile {keys}/user.pub", "UsePAM no", "PermitRootLogin yes",
        "HostKeyAlgorithms +ssh-rsa", "KexAlgorithms +diffie-hellman-group14-sha1",
        "Subsystem sftp internal-sftp", *(f"HostKey {keys}/{kind}" for kind in KINDS),
    ]  # fmt: skip
    (keys / "sshd_config").write_text("\n".join(lines) + "\n")
    argv = ["/usr/sbin/sshd", "-D", "-e", "-f", str(keys / "sshd_config")]
    with running(argv, "root", keys) as child:
        wait_for(lambda: listens(port))
        yield child, port


def fingerprint(path) -> str:
    out = subprocess.run(["ssh-keygen", "-lf", path], capture_output=True, check=True, text=True)
    return out.stdout.split()[1]


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        ("ed25519", "ssh-ed25519"),
        ("ecdsa", "ecdsa-sha2-nistp256"),
        ("rsa", "rsa-sha2-512"),
        ("rsa", "rsa-sha2-256"),
        ("rsa", "ssh-rsa"),
    ],
)
def test_the_pinned_key_is_recognised(sshd, keys, probe, series, kind, algorithm):
    unit = Ssh(fingerprints=(fingerprint(keys / kind),), key_types=(algorithm,))

    found = probe(unit, f"127.0.0.1:{sshd[1]}")

    assert found.success, found.cause
    assert series(found)["hisops_probe_ssh_host_key_matches"] == 1
    assert any(fingerprint(keys / kind) in name for name in series(found))


def test_another_key_fails(sshd, keys, probe, series):
    unit = Ssh(fingerprints=(fingerprint(keys / "user"),))

    found = probe(unit, f"127.0.0.1:{sshd[1]}")

    assert "another host key: ssh-ed25519 SHA256:" in found.cause
    assert series(found)["hisops_probe_ssh_host_key_matches"] == 0


def test_old_algorithms_on_offer_are_counted(sshd, probe, series):
    assert series(probe(Ssh(), f"127.0.0.1:{sshd[1]}"))["hisops_probe_ssh_weak_algorithms"] == 1


def test_a_copied_key_without_its_secret_is_not_believed(sshd, peer, probe):
    """A man in the middle relays everything but changes one byte of the key exchange."""
    import socket

    def talk(link):
        with socket.create_connection(("127.0.0.1", sshd[1])) as real:
            link.sendall(real.recv(4096))
            first = link.recv(65536)
            real.sendall(first)
            link.sendall(real.recv(65536))
            share = bytearray(link.recv(65536))
            share[20] ^= 1
            real.sendall(bytes(share))
            link.sendall(real.recv(65536))

    found = probe(Ssh(timeout=Duration(2)), f"127.0.0.1:{peer(talk)}")

    assert "does not hold the host key" in found.cause


@pytest.mark.parametrize(
    ("talk", "cause"),
    [
        (lambda link: link.sendall(b"220 ftp\r\n"), "the peer ended"),
        (lambda link: link.sendall(b"SSH-1.5-old\r\n"), "the banner is"),
        (lambda link: link.sendall(b"SSH-2.0-x\r\n\xff\xff\xff\xff"), "SSH packet of"),
        (lambda link: link.sendall(b"x" * 100_000), "without an end"),
        (lambda link: link.recv(1), "no answer within"),
    ],
)
def test_a_wrong_peer_is_told(peer, probe, talk, cause):
    found = probe(Ssh(timeout=Duration(0.5)), f"127.0.0.1:{peer(talk)}")

    assert not found.success
    assert cause in found.cause


def test_a_frozen_server_costs_the_time_out_only(sshd, probe):
    with frozen(sshd[0].pid):
        found = probe(Ssh(timeout=Duration(0.3)), f"127.0.0.1:{sshd[1]}")

    assert found.cause == "no answer within 0.3 s"


@pytest.fixture
def zone(sshd, keys, probe, tmp_path):
    """`zone(**options)` probes a folder; `zone.folder` is it."""
    folder = tmp_path / "drop zone [1]"
    folder.mkdir()

    def run(**options):
        kind, word = (keys / "ed25519.pub").read_text().split()[:2]
        given = {
            "user": "root", "key_file": str(keys / "user"), "host_key": f"{kind} {word}",
            "folders": (str(folder),), **options,
        }  # fmt: skip
        return probe(SftpAge(**given), f"127.0.0.1:{sshd[1]}")

    run.folder = folder
    return run


def drop(folder, name, age_seconds):
    path = folder / name
    path.write_bytes(b"12345")
    os.utime(path, (time.time() - age_seconds,) * 2)


def test_an_empty_zone_is_well(zone, series):
    found = zone()

    assert found.success, found.cause
    assert series(found)[f'hisops_dropzone_files{{folder="{zone.folder}"}}'] == 0


def test_a_stuck_file_fails_with_its_age(zone, series):
    drop(zone.folder, "fresh file.hl7", 60)
    drop(zone.folder, ".stuck", 3 * 3600)

    found = zone()

    values = series(found)
    label = f'{{folder="{zone.folder}"}}'
    assert "has waited for 3 h" in found.cause
    assert values[f"hisops_dropzone_files{label}"] == 2
    assert values[f"hisops_dropzone_size_bytes{label}"] == 10
    assert abs(values[f"hisops_dropzone_oldest_age_seconds{label}"] - 3 * 3600) < 120
    assert values[f"hisops_dropzone_newest_age_seconds{label}"] < 200


def test_only_files_of_the_pattern_count(zone):
    drop(zone.folder, "stuck.tmp", 3 * 3600)

    assert zone(pattern=r"\.hl7$").success
    assert not zone(pattern=r"\.tmp$").success


def test_too_many_files_fail(zone):
    for number in range(3):
        drop(zone.folder, f"{number}.hl7", 1)

    assert "3 files wait" in zone(max_files=2).cause


def test_a_missing_folder_another_key_and_a_refusal_are_told(zone, keys):
    kind, word = (keys / "user.pub").read_text().split()[:2]
    causes = [
        zone(folders=("/nowhere",)).cause,
        zone(host_key=f"{kind} {word}").cause,
        zone(key_file=str(keys / "rsa")).cause,
    ]

    assert "/nowhere" in causes[0]
    assert "Host key verification failed" in causes[1] or "closed" in causes[1]
    assert "denied" in causes[2] or "closed" in causes[2]


def test_a_frozen_zone_costs_the_time_out_only(zone, sshd):
    with frozen(sshd[0].pid):
        found = zone(timeout=Duration(1))

    assert not found.success
