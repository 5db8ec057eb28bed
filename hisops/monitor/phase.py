"""Phases of a probe: what was measured stays known when a later part fails or never ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Sample
from hisops.monitor.probe import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from hisops.core.metric import Labels
    from hisops.core.net import Net, Times
    from hisops.core.text import Duration

# The probe's own time-out would throw away what was found; ours comes a little before.
_SHARE = 0.95


class Record:
    """What one run of a probe has found so far."""

    def __init__(self, net: Net, seconds: Family) -> None:
        self.samples: list[Sample] = []
        self.phase = ""
        self._net = net
        self._seconds = seconds
        self._start = net.tick()

    def begin(self, phase: str) -> None:
        """End the phase before, and begin this one."""
        self.end()
        self.phase = phase
        self._start = self._net.tick()

    def end(self) -> None:
        """End the phase, and keep how long it took."""
        if self.phase:
            self.took(self.phase, self._net.tick() - self._start)
        self.phase = ""

    def connected(self, times: Times) -> None:
        """Keep the phases of a connection in place of the one that has just run."""
        self.phase = ""
        self.took("resolve", times.resolve)
        self.took("connect", times.connect)
        if times.tls is not None:
            self.took("tls", times.tls)

    def took(self, phase: str, seconds: float) -> None:
        """Keep how long a phase took."""
        self.samples.append(Sample(self._seconds, seconds, (("phase", phase),)))

    def add(self, family: Family, value: float, labels: Labels = ()) -> None:
        """Keep a value."""
        self.samples.append(Sample(family, value, labels))


async def recorded(
    net: Net,
    timeout: Duration,
    names: tuple[Family, Family],
    work: Callable[[Record], Coroutine[object, object, str]],
    labels: Labels = (),
) -> Outcome:
    """The outcome of work that gives the cause of its failure; with all it had measured before.

    `names` are the families of whether all is well, which is always told, and of the phases.
    """
    up, seconds = names
    record = Record(net, seconds)
    try:
        cause = await net.within(timeout.seconds * _SHARE, work(record))
    except (OpsError, OSError, ValueError, EOFError) as error:
        where = f"{record.phase}: " if record.phase else ""
        cause = where + explain(error, timeout)
    record.end()
    return Outcome(not cause, (Sample(up, int(not cause), labels), *record.samples), cause)


def explain(error: Exception, timeout: Duration) -> str:
    """In one line, what kept a peer from answering as it should."""
    if isinstance(error, OpsError):
        return error.cause
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout}"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"the answer is not understood: {error}"
