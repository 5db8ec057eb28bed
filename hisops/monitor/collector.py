"""What every collector has: options as class attributes, and one way to read.

Standard library only: the agent loads this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hisops.core.machine import Machine
    from hisops.core.metric import Sample


class Collector:
    """One subject of measurement. A unit overrides `collect`, or `read` when it is scraped often.

    Whatever it raises costs its own series, never the page.
    """

    slow = True
    """Whether it may wait for a disk, a network or another program: then it runs on a thread of
    its own with a deadline. A unit that reads only /proc, /sys and /etc says False, unless a driver
    asks firmware or a slow bus for what it shows there."""

    by_default = True
    """Whether it runs without being named in site.yml: agent.also."""

    def collect(self, io: Machine) -> Iterable[Sample]:
        """Samples of now."""
        return self.read(io).samples()

    def read(self, io: Machine) -> Reading:
        """The same as values beside their description."""
        samples = list(self.collect(io))
        series = [(sample.family, sample.labels) for sample in samples]
        return Reading(series, [sample.value for sample in samples], lambda: series)
