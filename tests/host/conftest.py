"""Hosts on which a clone of this repository is tried."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.lab.host import Host

ROOT = Path(__file__).resolve().parents[2]


class Clone:
    """A copy of the tracked files in a host, and the site that `./up` makes beside them."""

    def __init__(self, host: Host, folder: str, user: str = "root") -> None:
        self.host, self.folder, self.user = host, folder, user
        host.copy_in(ROOT, folder, _tracked())
        host.succeed(["chown", "-R", f"{user}:", folder])

    def up(self):
        """Run `./up`; its code and outputs, and how long it took is printed."""
        begun = time.monotonic()
        done = self.host.run(["./up"], 900, user=self.user, cwd=self.folder)
        print(f"./up as {self.user} took {time.monotonic() - begun:.1f} s: {done.returncode}")
        return done

    def logs(self):
        """The last lines of every part, for whom a test fails."""
        found = sorted((self.host.root / f"{self.folder}/site/var/log".lstrip("/")).glob("*.log"))
        return "".join(f"\n== {path.name}\n{path.read_text()[-1500:]}" for path in found)

    def hisops(self, *words):
        """What a command of hisops about the site ended with."""
        program = f"{self.folder}/.venv/bin/hisops"
        argv = [program, "--site", f"{self.folder}/site", *words]
        return self.host.run(argv, 300, user=self.user, cwd=self.folder)

    def ask(self, *words, codes=(0,)):
        """The JSON answer of a command."""
        done = self.hisops("--json", *words)
        assert done.returncode in codes, f"{words}: {done.returncode}\n{done.stderr}"
        return json.loads(done.stdout)

    def events(self, *kinds):
        """Numbers of the journal's entries of these kinds."""
        entries = self.ask("journal", "list", "--last", "100000")
        return [entry["seq"] for entry in entries if entry["kind"] in kinds]


def _tracked() -> list[str]:
    argv = ["git", "ls-files", "-z"]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def host():
    """A minimal Debian that shares the machine's network."""
    if os.geteuid() != 0:
        pytest.skip("booting hosts needs root")
    with Host() as host:
        yield host


@pytest.fixture(scope="module")
def clone(host):
    """A clone of root's."""
    return Clone(host, "/opt/hisops")


@pytest.fixture(scope="module")
def users_clone(host):
    """A clone of somebody without rights."""
    host.succeed(["useradd", "-m", "-s", "/bin/bash", "nurse"])
    return Clone(host, "/home/nurse/hisops", "nurse")
