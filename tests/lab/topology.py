"""A switched network in namespaces: bridges with spanning tree, each with a real lldpd and snmpd.

A switch is a namespace with a bridge; lldpd is AgentX sub-agent of its snmpd, so LLDP-MIB is real.
The monitoring node reaches every switch over a network of its own, as over a management port.
"""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.lab.network import namespace
from tests.lab.wait import is_gone, until

COMMUNITY = "lab"
_NUMBERS = itertools.count(1)
# Spanning tree at its fastest, in hundredths of a second (ip-link(8), bridge).
_STP = "stp_state 1 forward_delay 200 hello_time 100 max_age 600"
_QUICK = "configure lldp tx-interval 1\nconfigure lldp tx-hold 2\n"
_NAMED = "configure lldp portidsubtype ifname\n"
_KNOCK = """\
import socket, sys
try:
    socket.create_connection((sys.argv[1], 9), timeout=1)
except ConnectionRefusedError:
    sys.exit(0)
except OSError:
    pass
sys.exit(1)
"""
_SNMPD = """\
agentAddress udp:161
rocommunity {community}
master agentx
agentXSocket {folder}/agentx
agentXPerms 0777 0777
"""


class Wire(NamedTuple):
    """A cable: two ends as `device:port`."""

    a: str
    b: str

    @property
    def devices(self) -> tuple[str, str]:
        """Both devices."""
        return self.a.partition(":")[0], self.b.partition(":")[0]


class Device:
    """A namespace with its programs; a switch has a bridge and an SNMP agent."""

    def __init__(self, name: str, space: str, folder: Path, *, is_switch: bool) -> None:
        self.name, self.space, self.folder, self.is_switch = name, space, folder, is_switch
        self.address = ""
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *, speaks: bool) -> None:
        """Run snmpd, and lldpd where the device speaks LLDP."""
        self.folder.mkdir()
        if self.is_switch:
            text = _SNMPD.format(community=COMMUNITY, folder=self.folder)
            (self.folder / "snmpd.conf").write_text(text)
            log = f"-Lf{self.folder}/snmpd.log"
            self._run(
                ["snmpd", "-f", "-C", "-c", f"{self.folder}/snmpd.conf", log, "-p", "/run/pid"]
            )
            until((self.folder / "agentx").exists)
        if speaks:
            named = f"configure system hostname {self.name}\n"
            (self.folder / "lldpd.conf").write_text(named + _QUICK + _NAMED)
            agent = ["-x", "-X", f"{self.folder}/agentx"] if self.is_switch else []
            files = ["-u", f"{self.folder}/lldpd", "-O", f"{self.folder}/lldpd.conf"]
            self._run(["lldpd", "-d", "-I", "*,!mgmt*,!br0", *files, *agent])

    def stop(self) -> None:
        """End the programs, children too."""
        for process in self._processes.values():
            children = _children(process.pid)
            for pid in [process.pid, *children]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
            for pid in children:
                until(lambda pid=pid: is_gone(pid))
        self._processes = {}

    def freeze(self, program: str) -> None:
        """Stop a program where it stands: frozen is not dead."""
        self._signal(program, signal.SIGSTOP)

    def thaw(self, program: str) -> None:
        """Let it run on."""
        self._signal(program, signal.SIGCONT)

    def _signal(self, program: str, number: signal.Signals) -> None:
        process = self._processes[program]
        for pid in [process.pid, *_children(process.pid)]:
            os.kill(pid, number)

    def _run(self, argv: Sequence[str]) -> None:
        # ip netns exec gives a mount namespace of its own: /run in it is nobody else's.
        script = 'mount -t tmpfs lab /run && mkdir /run/lldpd && exec "$@"'
        words = ["ip", "netns", "exec", self.space, "sh", "-c", script, "sh", *argv]
        env = os.environ | {"SNMP_PERSISTENT_DIR": str(self.folder)}
        with (self.folder / "log").open("ab") as log:
            started = subprocess.Popen(
                words, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._processes[argv[0]] = started


class Topology:
    """The network while the `with` block runs; `mute` hosts speak no LLDP."""

    def __init__(
        self, wires: Iterable[Wire], switches: Iterable[str], mute: Iterable[str] = ()
    ) -> None:
        self.wires = list(wires)
        self._switches, self._mute = set(switches), set(mute)
        self._duties = contextlib.ExitStack()
        self.devices: dict[str, Device] = {}
        self.monitor = ""
        self._folder = Path()

    def __enter__(self) -> Self:
        with self._duties:
            self._folder = Path(tempfile.mkdtemp(prefix="lab-"))
            self._folder.chmod(0o755)
            self._duties.callback(shutil.rmtree, self._folder, ignore_errors=True)
            self.monitor = self._duties.enter_context(namespace())
            _ip(self.monitor, "link add br0 type bridge")
            _ip(self.monitor, "addr add 10.213.0.1/24 dev br0")
            _ip(self.monitor, "link set br0 up")
            for name in dict.fromkeys(d for wire in self.wires for d in wire.devices):
                self._add(name, self._duties)
            for wire in self.wires:
                self._lay(wire)
            for device in self.devices.values():
                self._duties.callback(device.stop)
                device.start(speaks=device.name not in self._mute)
            self._duties = self._duties.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._duties.close()

    def cut(self, wire: Wire) -> None:
        """Pull the cable: both ends lose their carrier."""
        device, _, port = wire.a.partition(":")
        _ip(self.devices[device].space, f"link set {port} down")

    def mend(self, wire: Wire) -> None:
        """Plug it in again."""
        device, _, port = wire.a.partition(":")
        _ip(self.devices[device].space, f"link set {port} up")

    def give(self, device: str, port: str, address: str) -> None:
        """Give a port an address."""
        _ip(self.devices[device].space, f"addr add {address} dev {port}")

    def reaches(self, device: str, address: str) -> bool:
        """Whether a host answers another one: it refuses a connection to a port that is closed."""
        space = self.devices[device].space
        argv = ["ip", "netns", "exec", space, sys.executable, "-ISc", _KNOCK, address]
        return subprocess.run(argv, timeout=20, check=False).returncode == 0

    def switch_off(self, name: str) -> None:
        """Let a switch lose power: its ports and its management port go down."""
        for port in self._ports(name):
            _ip(self.devices[name].space, f"link set {port} down")

    def switch_on(self, name: str) -> None:
        """Give it power again."""
        for port in self._ports(name):
            _ip(self.devices[name].space, f"link set {port} up")

    @contextlib.contextmanager
    def extra(self, wire: Wire) -> Iterator[None]:
        """A switch that nobody ordered, on a port of one that is there, while the block runs."""
        with contextlib.ExitStack() as duties:
            name = wire.devices[0]
            self._switches.add(name)
            self._add(name, duties)
            self._lay(wire)
            duties.callback(self.devices.pop, name)
            duties.callback(self.devices[name].stop)
            self.devices[name].start(speaks=True)
            yield

    def _ports(self, name: str) -> list[str]:
        ends = [end for wire in self.wires for end in wire]
        mine = [end.partition(":")[2] for end in ends if end.partition(":")[0] == name]
        return [*mine, "mgmt0"]

    def _add(self, name: str, duties: contextlib.ExitStack) -> None:
        space = duties.enter_context(namespace())
        device = Device(name, space, self._folder / name, is_switch=name in self._switches)
        self.devices[name] = device
        if device.is_switch:
            _ip(space, f"link add br0 type bridge {_STP}")
            _ip(space, "link set br0 up")
            device.address = f"10.213.0.{len(self.devices) + 1}"
            end = f"m{os.getpid() % 100000}x{next(_NUMBERS)}"
            _ip(space, f"link add mgmt0 type veth peer name {end} netns {self.monitor}")
            _ip(self.monitor, f"link set {end} master br0 up")
            _ip(space, f"addr add {device.address}/24 dev mgmt0")
            _ip(space, "link set mgmt0 up")

    def _lay(self, wire: Wire) -> None:
        (a, _, a_port), (b, _, b_port) = wire.a.partition(":"), wire.b.partition(":")
        first, second = self.devices[a], self.devices[b]
        _ip(first.space, f"link add {a_port} type veth peer name {b_port} netns {second.space}")
        for device, port in ((first, a_port), (second, b_port)):
            master = "master br0" if device.is_switch else ""
            _ip(device.space, f"link set {port} {master} up")


def _ip(space: str, words: str) -> None:
    subprocess.run(["ip", "-n", space, *words.split()], check=True, timeout=20)


def _children(pid: int) -> list[int]:
    """Processes that a process has started, and theirs (proc(5), task/TID/children)."""
    found = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(word), *_children(int(word))]
    return found
