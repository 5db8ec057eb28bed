"""A site that the command line runs for a test."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

HISOPS = (sys.executable, "-m", "hisops")


class Running:
    """A site that `hisops up` started in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / "var"

    def call(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        argv = [*HISOPS, "--site", str(self.root), *words]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *words: str, code: int = 0):
        return json.loads(self.call("--json", *words, code=code).stdout)

    def control(self, *words: str) -> str:
        """What supervisorctl answers."""
        argv = [sys.executable, "-m", "supervisor.supervisorctl", "-c"]
        argv += [str(self.state / "run" / "supervisord.conf"), *words]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    def pid(self, part: str) -> int:
        return int(self.control("pid", part))

    def received(self, *words: str) -> list[str]:
        """Notes in the inbox that hold all these words."""
        texts = [
            path.read_text() for path in sorted((self.state / "inbox").glob("*")) if path.is_file()
        ]
        return [text for text in texts if all(word in text for word in words)]


def poll(question, seconds: float = 30.0):
    """The first answer that is true; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.1)
    pytest.fail(f"still no answer after {seconds:g} s")


def free_base() -> int:
    """A port from the kernel with room for a site's ports above it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return min(int(probe.getsockname()[1]), 65000)


def fill(folder: Path) -> None:
    """Write until the file system under a folder is full."""
    with (folder / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return
