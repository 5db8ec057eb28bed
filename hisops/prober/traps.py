"""Traps that devices send: counted, and kept as states, for the prober's own page."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Sample, expose
from hisops.io.receiver import Receiver
from hisops.monitor import trap_table, vocabulary, watch
from hisops.monitor.probes.snmp import Snmp
from hisops.wire.snmp import trap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hisops.core.net import Net
    from hisops.io.loop import Loop
    from hisops.monitor.prober_conf import ProberConf
    from hisops.monitor.trap_table import Meaning
    from hisops.wire.snmp.credentials import Credentials
    from hisops.wire.snmp.trap import Trap

_RECEIVED = Family("hisops_snmp_trap_received_total", "counter", "Traps by device and kind.")
_LAST = Family("hisops_snmp_trap_last_timestamp_seconds", "gauge", "When the last such trap came.")
_STATE = Family("hisops_snmp_trap_state", "gauge", "1 from a trap that sets to one that clears.")
_REFUSED = Family(
    "hisops_snmp_trap_refused_total", "counter", "Datagrams that were no traps of ours."
)
MOST_SERIES = 2000
_OTHER = ("other", "other")


class Traps:
    """What came so far; bounded, whatever is sent."""

    def __init__(
        self,
        credentials: Sequence[Credentials],
        names: Mapping[str, str],
        now: Callable[[], float],
    ) -> None:
        """`names` are the devices by address: traps of others are refused."""
        self._now = now
        self.know(credentials, names, trap_table.shipped())
        self._received: Counter[tuple[str, str]] = Counter()
        self._last: dict[tuple[str, str], float] = {}
        self._states: dict[tuple[str, str, str], int] = {}
        self._refused: Counter[str] = Counter()

    def know(
        self,
        credentials: Sequence[Credentials],
        names: Mapping[str, str],
        meanings: Mapping[str, Meaning],
    ) -> None:
        """Judge by these from now on."""
        self._credentials, self._names, self._meanings = credentials, names, meanings

    def take(self, data: bytes, address: str) -> bytes:
        """Count a datagram; gives what must be answered, mostly nothing."""
        source = self._names.get(address, "")
        if not source:
            self._refused["unknown source"] += 1
            return b""
        try:
            found = trap.read(data, self._credentials)
        except trap.RefusedError:
            self._refused["community or user"] += 1
            return b""
        except ValueError:
            self._refused["malformed"] += 1
            return b""
        self._note(source, found)
        return found.answer

    def _note(self, source: str, found: Trap) -> None:
        meaning = self._meanings.get(found.oid)
        key = (source, meaning.name if meaning else found.oid)
        if key not in self._received and len(self._received) >= MOST_SERIES:
            key = _OTHER
        self._received[key] += 1
        self._last[key] = self._now()
        state = meaning.state(found.values) if meaning else None
        if state is not None:
            kind, item, value = state
            place = (source, kind, item)
            if place in self._states or len(self._states) < MOST_SERIES:
                self._states[place] = value

    def samples(self) -> Iterable[Sample]:
        """Counters and states."""
        for (source, name), count in self._received.items():
            labels = (("source", source), ("trap", name))
            yield Sample(_RECEIVED, count, labels)
            yield Sample(_LAST, self._last[source, name], labels)
        for (source, kind, item), value in self._states.items():
            if kind in vocabulary.CONTACTS:
                what = (("contact", item or source), ("kind", kind), ("place", "room"))
                yield Sample(vocabulary.CONTACT, value, (("source", source), *what))
            else:
                yield Sample(_STATE, value, (("source", source), ("kind", kind), ("item", item)))
        for reason, count in self._refused.items():
            yield Sample(_REFUSED, count, (("reason", reason),))


class Post:
    """The trap receiver as the configuration wants it, through changes of the configuration."""

    def __init__(self, loop: Loop, net: Net) -> None:
        self._loop, self._net = loop, net
        self._receiver: Receiver | None = None
        self._wish: object = None
        self._traps = Traps((), {}, net.now)

    def take(self, conf: ProberConf) -> None:
        """Listen by this configuration; what cannot be done is told."""
        wish = (conf.traps, conf.devices, conf.plan.modules)
        if wish == self._wish:
            return
        self._wish = wish
        self.close()
        if not conf.traps.listen:
            return
        try:
            self._traps.know(self._credentials(conf), conf.devices, self._meanings(conf))
            self._receiver = Receiver(self._loop, conf.traps.listen, self._traps.take)
        except OpsError as error:
            sys.stderr.write(f"hisops prober: traps: {error.cause}; none are taken\n")

    def close(self) -> None:
        """Listen no more."""
        if self._receiver is not None:
            self._receiver.close()
            self._receiver = None

    def page(self) -> str:
        """What came so far."""
        return expose(self._traps.samples())

    def _credentials(self, conf: ProberConf) -> list[Credentials]:
        kinds = watch.Kinds(conf.units)
        units = [watch.make(name, conf.plan.modules, kinds) for name in conf.traps.modules]
        return [unit.credentials(self._net) for unit in units if isinstance(unit, Snmp)]

    def _meanings(self, conf: ProberConf) -> dict[str, Meaning]:
        own = conf.traps.own
        found = trap_table.read(self._net.read(own), own) if own else {}
        return {**trap_table.shipped(), **found}
