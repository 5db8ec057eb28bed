"""A clone of this repository in a host, and the site that `./up` makes in it."""

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.lab.host import Host

ROOT = Path(__file__).resolve().parents[2]


class Clone:
    """A copy of the tracked files in a host, and the site that `./up` makes beside them."""

    def __init__(self, host: Host, folder: str, user: str = "root") -> None:
        self.host, self.folder, self.user = host, folder, user
        host.copy_in(ROOT, folder, _tracked())
        if host.network is None and not all(map(_is_free, _ports())):
            _bring_site(host, f"{folder}/site")
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


def _bring_site(host: Host, folder: str) -> None:
    """A site with ports of its own: another site of this machine has the usual ones."""
    with socket.socket() as probe, tempfile.TemporaryDirectory() as place:
        probe.bind(("127.0.0.1", 0))
        base = str(min(probe.getsockname()[1], 65000))
        argv = [sys.executable, "-m", "hisops", "init", f"{place}/site", "--port-base", base]
        subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)
        host.copy_in(Path(place, "site"), folder)


def _ports() -> list[int]:
    text = (ROOT / "local/site.yml").read_text()
    return sorted({int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", text)})


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _tracked() -> list[str]:
    argv = ["git", "ls-files", "-z"]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).exists()]
