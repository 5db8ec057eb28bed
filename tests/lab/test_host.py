"""The lab boots real hosts and leaves nothing behind."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.lab.debian import CACHE
from tests.lab.host import Host
from tests.lab.network import namespace, wire
from tests.lab.wait import is_gone, until

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="booting hosts needs root"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def host():
    with namespace() as network, Host(network=network) as host:
        yield host


def test_a_host_boots_with_systemd_as_its_first_process(host):
    assert host.state in ("running", "degraded")
    assert host.succeed(["cat", "/proc/1/comm"]) == "systemd\n"
    assert "VERSION_CODENAME=bookworm" in host.succeed(["cat", "/etc/os-release"])


def test_a_host_has_a_journal(host):
    host.succeed(["systemd-run", "--wait", "--quiet", "--unit=hello", "echo", "good morning"])

    assert "good morning" in host.succeed(["journalctl", "--unit=hello", "--output=cat"])


def test_a_program_inside_tells_its_code_and_both_outputs(host):
    done = host.run(["sh", "-c", "echo out; echo err >&2; exit 3"])

    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_nothing_of_the_machines_environment_is_seen_inside(host, monkeypatch):
    monkeypatch.setenv("OF_THE_MACHINE", "yes")

    assert "OF_THE_MACHINE" not in host.succeed(["env"])


def test_a_program_runs_as_an_ordinary_user_in_its_own_folder(host):
    host.succeed(["useradd", "-m", "-s", "/bin/bash", "nurse"])

    assert host.succeed(
        ["sh", "-c", "id -un; pwd; echo $HOME"], user="nurse", cwd="/home/nurse"
    ) == ("nurse\n/home/nurse\n/home/nurse\n")


def test_the_processes_of_a_host_are_its_own(host):
    host.succeed(["systemd-run", "--quiet", "--unit=asleep", "/usr/bin/sleep", "1234"])

    found = host.processes()

    assert "systemd" in found[1]
    assert "/usr/bin/sleep 1234" in found.values()
    assert not [args for args in found.values() if "pytest" in args]


def test_only_the_named_files_of_a_folder_are_copied(host, tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/b/tracked", "a/other", "with space"):
        (tmp_path / name).write_text(name)

    host.copy_in(tmp_path, "/opt/some", ["a/b/tracked", "with space"])
    host.copy_in(tmp_path, "/opt/all")

    found = host.succeed(["find", "/opt/some", "-type", "f"]).splitlines()
    assert sorted(found) == ["/opt/some/a/b/tracked", "/opt/some/with space"]
    assert host.succeed(["cat", "/opt/all/a/other"]) == "a/other"


def test_two_hosts_use_the_same_port_and_talk_over_their_wire(host):
    ask = ["bash", "-c", "exec 3<>/dev/tcp/10.213.7.2/80; cat <&3"]
    serve = "systemd-socket-activate --inetd --accept -l 80 echo from the other host"
    with namespace() as there, wire(host.network, there), Host(network=there) as other:
        for each in (host, other):
            each.succeed(["systemd-run", "--quiet", "--unit=serve", *serve.split()])
        answer = until(lambda: host.run(ask, 10).stdout)

    assert answer == "from the other host\n"


def test_a_host_boots_again_with_its_files_and_units():
    with namespace() as network, Host(network=network) as host:
        first = host.leader
        (host.root / "etc/kept").write_text("yes")

        host.reboot()

        assert host.succeed(["cat", "/etc/kept"]) == "yes"
        assert host.leader != first
        assert is_gone(first)
        assert host.state in ("running", "degraded")


def test_a_host_is_gone_after_its_block():
    with namespace() as network:
        with Host(network=network) as gone:
            inside = subprocess.run(
                ["nsenter", "-t", str(gone.leader), "-p", "true"], check=False
            ).returncode
        assert inside == 0
        assert is_gone(gone.leader)
        assert not gone.root.parent.exists()
        assert str(gone.root) not in Path("/proc/mounts").read_text()

    spaces = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout
    assert network not in spaces


def test_a_host_whose_test_fails_is_gone_as_well():
    with namespace() as network:
        with pytest.raises(ZeroDivisionError), Host(network=network) as gone:
            raise ZeroDivisionError

        assert is_gone(gone.leader)
        assert not gone.root.parent.exists()


def test_folders_of_a_killed_run_are_swept(host):
    child = subprocess.Popen(["true"])
    child.wait()
    left = CACHE / f"host-{child.pid}-left"
    left.mkdir()

    with namespace() as network, Host(network=network):
        assert not left.exists()
