"""Sizes of mounted file systems, with a deadline: a mount that hangs costs itself and one thread."""

import os
import time
from collections.abc import Sequence

from hisops.core.machine import Volume
from hisops.io.worker import Worker

_GLANCE_SECONDS = 0.2
_MOST_STUCK = 8


class _Errand:
    """One pass over some mounts; `position` tells how far it has come."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.found: dict[str, Volume] = {}
        self.position = 0
        self.is_over = False


class Volumes:
    """Asks file systems for their size and never waits longer than the deadline."""

    def __init__(self, deadline_seconds: float = 0.45) -> None:
        self._deadline = deadline_seconds
        self._stuck: dict[str, Worker] = {}
        self._answered: set[str] = set()
        self._errand = _Errand(())
        self._worker = self._hire()

    def measure(self, paths: Sequence[str]) -> dict[str, Volume]:
        """Those that answered. A mount that hangs is not asked again before it lets go."""
        end = time.monotonic() + self._deadline
        self._stuck = {p: w for p, w in self._stuck.items() if not w.wait(0)}
        left = [path for path in paths if self._may_ask(path)]
        found: dict[str, Volume] = {}
        while left and time.monotonic() < end:
            errand = self._errand = _Errand(left)
            stopped_at = self._run(errand, end)
            found |= dict(errand.found)
            left = left[stopped_at + 1 :]
        self._answered = set(found)
        return found

    def _may_ask(self, path: str) -> bool:
        full = len(self._stuck) >= _MOST_STUCK
        return path not in self._stuck and (not full or path in self._answered)

    def _run(self, errand: _Errand, end: float) -> int:
        """Do an errand until it ends or stops getting on; how far it came."""
        self._worker.ask()
        seen = -1
        while not self._worker.wait(min(_GLANCE_SECONDS, end - time.monotonic())):
            if errand.position == seen or time.monotonic() >= end:
                return self._leave(errand)
            seen = errand.position
        return len(errand.paths)

    def _leave(self, errand: _Errand) -> int:
        """Leave the thread to the mount that it hangs on."""
        errand.is_over = True
        position = errand.position
        if position < len(errand.paths):
            self._stuck[errand.paths[position]] = self._worker
        self._worker.end()
        self._worker = self._hire()
        return position

    def _hire(self) -> Worker:
        return Worker(lambda: _carry_out(self._errand))


def _carry_out(errand: _Errand) -> None:
    for path in errand.paths:
        try:
            stat = os.statvfs(path)
        except OSError:
            stat = None
        if errand.is_over:
            return
        if stat is not None:
            errand.found[path] = Volume(
                stat.f_blocks * stat.f_frsize,
                stat.f_bfree * stat.f_frsize,
                stat.f_bavail * stat.f_frsize,
                stat.f_files,
                stat.f_ffree,
            )
        errand.position += 1
