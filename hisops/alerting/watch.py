"""What happens without a request: repeated pages, silences that end, alerts that lapse, lost heartbeats.

And what is over for long is forgotten.
"""

from hisops.alerting import heartbeat, incident, intake, retention, silence
from hisops.alerting.desk import Desk
from hisops.alerting.step import Reached, change
from hisops.core.io import Io
from hisops.core.store import Store

_LISTENING_SECONDS = 120.0  # so long nothing is taken for lost after a start or a stop
_STOPPED_SECONDS = 10.0
# The first time after an hour, too: a clock that was wrong at the start is set right by then.
_PRUNE_SECONDS = 3600.0
_ACTOR = "engine"


class Watch:
    """What one engine remembers between two looks."""

    def __init__(self, tick: float) -> None:
        self._since = self._last = self._pruned = tick
        self._ahead: float | None = None
        self._silences: frozenset[str] | None = None

    def look(self, io: Io, store: Store, desk: Desk, reached: Reached) -> bool:
        """Do what has become due; says whether there may be something to send."""
        tick = io.tick()
        # We were stopped: what was posted then is lost. Or the clock was set, and every age is wrong.
        if tick - self._last > _STOPPED_SECONDS or self._was_set(io.now().timestamp() - tick):
            self._since = tick
        self._last = tick
        busy = self._follow_silences(io, store, desk)
        if tick - self._since > _LISTENING_SECONDS:
            busy = _find_lost(io, store, desk) or busy
        busy = _page_due(io, store, desk, reached) or busy
        self._forget(io, store)
        return busy

    def _was_set(self, ahead: float) -> bool:
        """Whether the clock went another way than time did since the last look."""
        before, self._ahead = self._ahead, ahead
        return before is not None and abs(ahead - before) > _STOPPED_SECONDS

    def _follow_silences(self, io: Io, store: Store, desk: Desk) -> bool:
        active = frozenset(each.id for each in silence.active(store, io.now().timestamp()))
        if active == self._silences:
            return False
        with change(store, io, _ACTOR) as step:
            intake.settle_all(step, desk)
        self._silences = active
        return True

    def _forget(self, io: Io, store: Store) -> None:
        """One batch at each look, until nothing is left for an hour."""
        if io.tick() - self._pruned > _PRUNE_SECONDS and not retention.prune(io, store):
            self._pruned = io.tick()


def _page_due(io: Io, store: Store, desk: Desk, reached: Reached) -> bool:
    longest = max((p.repeat.seconds for p in desk.rota.pages.values()), default=0.0)
    due = incident.list_due(store, io.now().timestamp(), longest)
    for id_ in due:
        with change(store, io, _ACTOR) as step:
            incident.page_again(step, desk, id_, longest)
            reached("nag-before-commit")
        reached("nag-after-commit")
    return bool(due)


def _find_lost(io: Io, store: Store, desk: Desk) -> bool:
    now = io.now().timestamp()
    beats, told = heartbeat.list_beats(store), heartbeat.reported(store)
    late = heartbeat.late(beats, now)
    if late == told and not intake.list_lapsed(store, beats, now):
        return False
    with change(store, io, _ACTOR) as step:
        intake.lapse(step, desk)
        lost = [heartbeat.loss(name, step.at, is_over=False) for name in sorted(late - told)]
        back = [heartbeat.loss(name, step.at, is_over=True) for name in sorted(told - late)]
        intake.take(step, desk, [*lost, *back])
    return True
