"""The on-call engine at work: takes alerts in, sends what is due, watches timers and heartbeats."""

import signal
import threading
from collections.abc import Callable, Mapping

from hisops.alerting import heartbeat, intake, outbox, sender
from hisops.alerting.alert import Posted
from hisops.alerting.desk import Desk, Follower
from hisops.alerting.intake import Taken
from hisops.alerting.note import Notifier
from hisops.alerting.step import Reached, change, unwatched
from hisops.alerting.watch import Watch
from hisops.core import journal
from hisops.core.errors import OpsError
from hisops.core.event import ConfigApplied
from hisops.core.io import Io
from hisops.core.store import Store

Tell = Callable[[str], None]
_SENDERS = 4
_LOOK_SECONDS = 1.0  # what other processes wrote (an acknowledgement, a test page) is seen by then
_REST_SECONDS = 1.0
_FOLLOW_SECONDS = 5.0


class Engine:
    """Threads over one store; `reached` is called at the named points of their work."""

    def __init__(
        self,
        io: Io,
        store: Store,
        desk: Desk,
        channels: Mapping[str, Notifier],
        *,
        tell: Tell,
        reached: Reached = unwatched,
        follower: Follower | None = None,
    ) -> None:
        self.io, self.store, self.desk, self.channels = io, store, desk, channels
        self.owner = io.new_id()
        self.accepted_total = 0
        self.results: dict[str, int] = {"accepted": 0, "retry": 0, "failed": 0, "cancelled": 0}
        self._tell, self._reached = tell, reached
        self._watch = Watch(io.tick())
        self._follower, self._followed = follower, io.tick()
        self._wake, self._changes, self._ending = threading.Condition(), 0, False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to send and to watch."""
        for number in range(_SENDERS):
            self._run(f"sender-{number}", self._send)
        self._run("watch", self._look)

    def stop(self) -> None:
        """End after the message that is on its way."""
        with self._wake:
            self._ending = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(outbox.LEASE_SECONDS)

    def take(self, posted: list[Posted]) -> Taken:
        """Commit alerts with all that follows from them; raises OpsError when that fails."""
        with change(self.store, self.io, "prometheus") as step:
            taken = intake.take(step, self.desk, posted)
            heartbeat.hear(step, heartbeat.ANY_POST)
            self._reached("intake-before-commit")
        self.accepted_total += taken.accepted
        self.wake()
        self._reached("intake-after-commit")
        return taken

    def wake(self) -> None:
        """Let the senders look for work now."""
        with self._wake:
            self._changes += 1
            self._wake.notify_all()

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=_or_end, args=(work,), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _send(self) -> None:
        while not self._ending:
            seen = self._changes
            try:
                result = sender.send_one(
                    self.io, self.store, self.desk, self.channels, self.owner, self._reached
                )
            except OpsError as error:  # the disk is full, the database is locked: it may pass
                self._tell(f"cannot send: {error.cause}")
                self._wait(seen, _REST_SECONDS)
                continue
            if result:
                self.results[result] += 1
            else:
                self._wait(seen, _LOOK_SECONDS)

    def _look(self) -> None:
        while not self._ending:
            seen = self._changes
            try:
                self._follow()
                if self._watch.look(self.io, self.store, self.desk, self._reached):
                    self.wake()
            except OpsError as error:
                self._tell(f"cannot watch: {error.cause}")
            self._wait(seen, _LOOK_SECONDS, calls=False)

    def _follow(self) -> None:
        """Take a changed rota or inventory over; keep the last good one when it is wrong."""
        if self._follower is None or self.io.tick() - self._followed < _FOLLOW_SECONDS:
            return
        self._followed = self.io.tick()
        found = self._follower.follow()
        if found is None:
            return
        desk, cause = found
        self.desk = desk or self.desk
        self._tell(f"kept the last good rota: {cause}" if cause else "took the changed rota over")
        event = ConfigApplied(subject="engine", accepted=not cause, digest="", cause=cause)
        journal.record(self.store, event, at=self.io.now(), actor="engine")

    def _wait(self, seen: int, seconds: float, *, calls: bool = True) -> None:
        with self._wake:
            self._wake.wait_for(lambda: self._ending or (calls and self._changes != seen), seconds)


def _or_end(work: Callable[[], None]) -> None:
    """Do the work; a mistake of ours ends the process, so that its supervisor starts it anew.

    An engine that takes alerts in and has lost the thread that sends them would tell nobody.
    """
    try:
        work()
    except BaseException:
        signal.raise_signal(signal.SIGTERM)
        raise
