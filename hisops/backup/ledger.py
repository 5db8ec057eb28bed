"""What the journal knows about backups: every snapshot that was made, where and when."""

from collections.abc import Iterable

from hisops.core import journal
from hisops.core.event import BackupFinished
from hisops.core.journal import Entry
from hisops.core.store import Store

GOOD = ("done", "partial")
INITIALISED = "initialised"
ACCEPTED = "accepted: "
_NEWEST = 1000
_BASELINE_RUNS = 7


def history(store: Store, plan: str, copy: str) -> list[BackupFinished]:
    """Runs of a plan into one repository, newest first, since it was last made anew by a person."""
    found = []
    for entry in journal.history(store, BackupFinished, plan, _NEWEST):
        event = entry.event()
        if isinstance(event, BackupFinished) and event.copy == copy:
            if event.state == INITIALISED:
                break
            found.append(event)
    return found


def newest_good(store: Store, plan: str, copy: str) -> BackupFinished | None:
    """The newest run that can be restored."""
    return next((e for e in history(store, plan, copy) if e.state in GOOD and e.parts), None)


def is_known(store: Store, url: str) -> bool:
    """Whether any plan ever kept a snapshot in a repository."""
    sql = "SELECT * FROM event WHERE kind = 'backup.finished' AND instr(data, ?) > 0"
    for entry in store.read(Entry, f"{sql} ORDER BY seq DESC", (url,)):
        event = entry.event()
        if isinstance(event, BackupFinished) and event.repository == url:
            if event.state == INITIALISED:
                return False
            if event.parts:
                return True
    return False


def not_copied(store: Store, plan: str, copy: str, source: str) -> list[BackupFinished]:
    """Good local runs that the copy does not have yet, oldest first."""
    there = {e.tag for e in history(store, plan, copy) if e.state in GOOD}
    local = [e for e in history(store, plan, source) if e.state in GOOD and e.parts]
    return [event for event in reversed(local) if event.tag not in there]


def since_accepted(events: Iterable[BackupFinished]) -> list[BackupFinished]:
    """Runs, newest first, down to the last that a person accepted: older ones bind no more."""
    found = []
    for event in events:
        found.append(event)
        if event.cause.startswith(ACCEPTED):
            break
    return found


def missing(events: Iterable[BackupFinished], ids: Iterable[str]) -> list[str]:
    """Snapshots that were made and are not in the repository any more."""
    there = set(ids)
    return [id for event in events for id in event.parts.values() if id not in there]


def median(earlier: Iterable[BackupFinished]) -> tuple[int, int] | None:
    """Files and bytes of the last good runs, None before the first."""
    last = [event for event in earlier if event.state == "done"][:_BASELINE_RUNS]
    if not last:
        return None
    files = sorted(event.files for event in last)[len(last) // 2]
    count = sorted(event.size_bytes for event in last)[len(last) // 2]
    return files, count
