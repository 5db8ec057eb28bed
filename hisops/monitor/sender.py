"""Who sends to an archive: when last, how often, and how far its clock is off (hospital.md, 1.5)."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from hisops.core.metric import Family, Sample

if TYPE_CHECKING:
    from collections.abc import Iterable

LAST_SEEN = Family(
    "hisops_sender_last_seen_timestamp_seconds", "gauge", "When a sender's last series came"
)
RECEIVED = Family("hisops_sender_series_total", "counter", "Series of a sender since the start")
SKEW = Family(
    "hisops_clock_skew_seconds", "gauge", "Clock of a sender minus the archive's, at least"
)
# An AE title comes from the network; more than a hospital has devices is a flood of invented ones.
MOST_SENDERS = 300
# A picture that was sent late says nothing about a clock; the least delayed one of these does.
_WINDOW = 20


class Arrival(NamedTuple):
    """One instance: whose, when it was received, and when its sender says that it was made."""

    ae: str
    received: float
    created: float | None


class _Sender:
    def __init__(self) -> None:
        self.last_seen = 0.0
        self.count = 0
        self.offsets: deque[float] = deque(maxlen=_WINDOW)


class Senders:
    """What is known of all senders, up to which change of the archive, and since which it counts."""

    def __init__(self) -> None:
        self.cursor: int | None = None
        self.start = 0
        self._known: dict[str, _Sender] = {}

    def add(self, arrivals: Iterable[Arrival], *, count: bool) -> None:
        """Take arrivals into account; those of before the start do not count."""
        for one in arrivals:
            if one.ae not in self._known and len(self._known) >= MOST_SENDERS:
                continue
            sender = self._known.setdefault(one.ae, _Sender())
            sender.last_seen = max(sender.last_seen, one.received)
            sender.count += count
            if one.created is not None:
                sender.offsets.append(one.created - one.received)

    def samples(self) -> list[Sample]:
        """The series of all senders."""
        found = []
        for ae, sender in sorted(self._known.items()):
            label = (("ae", ae),)
            found.append(Sample(LAST_SEEN, sender.last_seen, label))
            found.append(Sample(RECEIVED, sender.count, label))
            if sender.offsets:
                found.append(Sample(SKEW, max(sender.offsets), label))
        return found


def title(text: str) -> str:
    """An AE title as a label: printable, at most 16 characters."""
    clean = "".join(letter if " " <= letter <= "~" else "?" for letter in text.strip())
    return clean[:16] or "?"


def received_at(stamp: str) -> float:
    """Orthanc's time of reception, which is UTC; raises ValueError."""
    return datetime.strptime(stamp[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp()


def created_at(date: str, time: str, timezone: str) -> float | None:
    """InstanceCreationDate and -Time, in a time zone or the machine's own; None when they are none."""
    clock, _, rest = time.partition(".")
    if len(date) != len("YYYYMMDD") or len(clock) not in (4, 6):
        return None
    zone = ZoneInfo(timezone) if timezone else None
    try:
        when = datetime.strptime(date + clock.ljust(6, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - below
        part = float(f"0.{rest}") if rest.isdecimal() else 0.0
        return when.replace(tzinfo=zone).timestamp() + part
    except (ValueError, OverflowError):
        return None
