"""Whole Debian 12 hosts beside this machine: systemd, journal, timers and apt are real.

The kernel is shared. A host without a namespace of its own shares the machine's network: it can
reach package sources, but its ports collide with those of every other such host and of the
machine itself. Therefore only one of them runs at a time; a second one waits.
"""

import contextlib
import os
import secrets
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.debian import BUNDLE, CACHE, MINIMAL, base, configure, held, remove
from tests.lab.wait import until

_POWER_OFF, _REBOOT = signal.SIGRTMIN + 4, signal.SIGRTMIN + 5  # systemd(1), signals
_BOOT_SECONDS, _STOP_SECONDS = 60.0, 30.0
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "SSL_CERT_FILE": BUNDLE,
    "PIP_CERT": BUNDLE,
}


class Host:
    """A booted host while the `with` block runs; nothing of it is left afterwards."""

    def __init__(self, *, network: str | None = None, packages: Sequence[str] = MINIMAL) -> None:
        self.network = network
        self._packages = packages
        self._duties = contextlib.ExitStack()
        self._nspawn: subprocess.Popen[bytes] | None = None
        self.root = Path()
        self.state = ""
        self.leader = 0

    def __enter__(self) -> Self:
        with self._duties:
            if self.network is None:
                self._duties.enter_context(held(CACHE / "network.lock"))
            self.root = self._copy()
            self._duties.callback(self._stop)
            self._boot()
            self._duties = self._duties.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._duties.close()

    def run(
        self,
        argv: Sequence[str],
        timeout: float = 60.0,
        *,
        user: str = "root",
        cwd: str = "/",
        env: Mapping[str, str] | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program inside; its exit code is the caller's to judge."""
        home = "/root" if user == "root" else f"/home/{user}"
        known = _ENVIRONMENT | {"HOME": home, "USER": user} | dict(env or {})
        words = ["env", "-i", f"--chdir={cwd}", *(f"{key}={value}" for key, value in known.items())]
        if user != "root":
            words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *words]
        return subprocess.run(
            ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-p", "-n", *words, *argv],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def succeed(
        self, argv: Sequence[str], timeout: float = 60.0, *, user: str = "root", cwd: str = "/"
    ) -> str:
        """Standard output of a program that must end well."""
        done = self.run(argv, timeout, user=user, cwd=cwd)
        told = f"{list(argv)} ended with {done.returncode}"
        assert done.returncode == 0, f"{told}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def processes(self) -> dict[int, str]:
        """Command lines of all that runs inside, by the host's own process ids."""
        found = {}
        for entry in Path(f"/proc/{self.leader}/root/proc").glob("[0-9]*"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                found[int(entry.name)] = b" ".join(words).decode(errors="replace").strip()
        return found

    def copy_in(self, source: Path, target: str, names: Sequence[str] = ()) -> None:
        """Copy a folder into the host: all of it, or only these names."""
        place = self.root / target.lstrip("/")
        place.mkdir(parents=True, exist_ok=True)
        chosen = "\0".join(names or ["."]).encode()
        pack = ["tar", "-C", str(source), "--null", "-T", "-", "-c"]
        packed = subprocess.run(pack, input=chosen, capture_output=True, check=True)
        unpack = ["tar", "-C", str(place), "--no-same-owner", "-x"]
        subprocess.run(unpack, input=packed.stdout, check=True)

    def reboot(self) -> None:
        """Shut the host down in order and boot it again."""
        self._stop(_REBOOT)
        self._boot()

    def _copy(self) -> Path:
        source = base(self._packages)
        _sweep()
        folder = CACHE / f"host-{os.getpid()}-{secrets.token_hex(4)}"
        self._duties.callback(remove, folder)
        root = folder / "root"
        root.mkdir(parents=True)
        subprocess.run(["cp", "-a", "--reflink=auto", f"{source}/.", root], check=True)
        configure(root)
        return root

    def _boot(self) -> None:
        argv = ["setpriv", "--pdeathsig=TERM", "systemd-nspawn", "-q", "-b", "-D", str(self.root)]
        argv += ["-M", self.root.parent.name, "--register=no", "--keep-unit"]
        argv += ["--resolv-conf=off", "--timezone=off", "--link-journal=no"]
        if self.network is not None:
            argv.append(f"--network-namespace-path=/run/netns/{self.network}")
        console = self.root.parent / "console.log"
        with console.open("wb") as log:
            nspawn = self._nspawn = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        until(lambda: nspawn.poll() is not None or _first_process(nspawn.pid), _BOOT_SECONDS)
        assert nspawn.returncode is None, f"the host did not boot:\n{console.read_text()[-2000:]}"
        self.leader = _first_process(nspawn.pid)
        self.state = until(self._settled, _BOOT_SECONDS)

    def _settled(self) -> str:
        """`running` or `degraded` once systemd has nothing left to start, until then empty."""
        try:
            state = self.run(["systemctl", "is-system-running"], 10).stdout.strip()
        except subprocess.TimeoutExpired:
            return ""
        return state if state in ("running", "degraded") else ""

    def _stop(self, gently: int = _POWER_OFF) -> None:
        nspawn, leader = self._nspawn, self.leader
        self.leader = 0
        for number in (gently, signal.SIGKILL):
            if nspawn is not None and nspawn.poll() is None:
                with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                    os.kill(leader or nspawn.pid, number)
                    nspawn.wait(_STOP_SECONDS)


def _first_process(parent: int) -> int:
    """The child of nspawn that is process 1 inside; 0 while there is none yet."""
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            status = Path(f"/proc/{child}/status").read_text()
            if any(line.split()[0::2] == ["NSpid:", "1"] for line in status.splitlines()):
                return int(child)
    return 0


def _sweep() -> None:
    """Delete the folders of hosts whose test run was killed."""
    for root in CACHE.glob("host-*"):
        if not Path("/proc", root.name.split("-")[1]).exists():
            remove(root)
