"""Mirth Connect: channels that stand still, messages that wait, changes nobody deployed.

Names of the series are those of mirth_channel_exporter. Not run against the real server: the samples
of the tests are constructed after its source (DashboardStatus.java, ChannelStatistics.java).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

from hisops.core.metric import Family
from hisops.monitor.phase import Record, recorded
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.rest import Login, ask
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hisops.core.net import Net

_UP = Family("mirth_up", "gauge", "Whether Mirth answered the questions about its channels")
_SECONDS = Family("hisops_mirth_duration_seconds", "gauge", "Duration of questions by phase")
_RUNNING = Family("hisops_hl7_channel_running", "gauge", "Whether an interface takes messages")
_UNDEPLOYED = Family("mirth_undeployed_revisions", "gauge", "Changes that are not deployed")
_QUEUED = Family("mirth_messages_queued", "gauge", "Messages that wait to be sent")
_OLDEST = Family(
    "hisops_hl7_oldest_queued_seconds", "gauge", "Age of the oldest message that waits"
)
_COUNTERS = {
    field: Family(f"mirth_messages_{word}_total", "counter", f"Messages {word}")
    for field, word in (
        ("received", "received"),
        ("filtered", "filtered"),
        ("sent", "sent"),
        ("error", "errored"),
    )
}
_MOST_CHANNELS = 300
_MOST_QUEUES = 20


class Channel(NamedTuple):
    """A channel: its name, state, and how many revisions it is behind."""

    id: str
    name: str
    state: str
    behind: int


class Mirth(Probe, frozen=True, kw_only=True):
    """The state and the statistics of all channels; the target is the base URL (https://host:8443).

    Statuses know nothing of queued messages, statistics nothing of states: both are asked.
    """

    login: Login = Login()
    tls: Tls = Tls()

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when both answers came; what they tell is judged by alert rules."""
        work = partial(self._ask, net, endpoint)
        return await recorded(net, self.timeout, (_UP, _SECONDS), work)

    async def _ask(self, net: Net, endpoint: Endpoint, record: Record) -> str:
        base = endpoint.text.rstrip("/") + "/api/channels"
        # Mirth refuses requests without this header since 4.0 (its upgrade guide).
        headers = {
            "Accept": "application/xml",
            "X-Requested-With": "hisops",
            **self.login.headers(net),
        }
        page = await ask(net, record, "statuses", f"{base}/statuses", headers, self.tls)
        channels = statuses(page.body)
        page = await ask(net, record, "statistics", f"{base}/statistics", headers, self.tls)
        numbers = statistics(page.body)
        tell(channels, numbers, record)
        waiting = [c for c in channels if numbers.get(c.id, {}).get("queued", 0)][:_MOST_QUEUES]
        record.begin("queues")
        for channel in channels:
            if channel not in waiting:
                record.add(_OLDEST, 0, (("channel", channel.name),))
        for channel in waiting:
            url = f"{base}/{channel.id}/messages"
            page = await ask(net, record, "queues", f"{url}/count?status=QUEUED", headers, self.tls)
            # Messages come newest first: the last one is the oldest.
            last = max(0, int(page.body.decode("ascii", "replace").strip() or "0") - 1)
            query = f"{url}?status=QUEUED&includeContent=false&limit=1&offset={last}"
            page = await ask(net, record, "queues", query, headers, self.tls)
            since = received(page.body)
            if since is not None:
                record.add(_OLDEST, net.now() - since, (("channel", channel.name),))
        return ""


def statuses(body: bytes) -> list[Channel]:
    """Channels of an answer; raises ValueError for what is none."""
    found = []
    for entry in _list(body).findall("dashboardStatus"):
        behind = _number(entry.findtext("deployedRevisionDelta"))
        identity = (entry.findtext("channelId") or "")[:60]
        if not identity.replace("-", "").isalnum():
            raise ValueError("a channel with an id that it cannot have")
        name = (entry.findtext("name") or identity)[:60]
        found.append(Channel(identity, name, entry.findtext("state") or "", behind))
    if len(found) > _MOST_CHANNELS:
        raise ValueError(f"more than {_MOST_CHANNELS} channels")
    return found


def statistics(body: bytes) -> dict[str, dict[str, int]]:
    """Numbers by channel id."""
    return {
        entry.findtext("channelId") or "": {
            field: _number(entry.findtext(field)) for field in (*_COUNTERS, "queued")
        }
        for entry in _list(body).findall("channelStatistics")
    }


def received(body: bytes) -> float | None:
    """When the only message of an answer was received, seconds since 1970; None without one."""
    stamps = [_number(each.findtext("time")) for each in _list(body).iter("receivedDate")]
    return min(stamps) / 1000 if stamps else None


def tell(channels: list[Channel], numbers: Mapping[str, Mapping[str, int]], record: Record) -> None:
    """Keep the series of all channels."""
    for channel in channels:
        label = (("channel", channel.name),)
        record.add(_RUNNING, int(channel.state == "STARTED"), label)
        record.add(_UNDEPLOYED, channel.behind, label)
        mine = numbers.get(channel.id, {})
        record.add(_QUEUED, mine.get("queued", 0), label)
        for field, family in _COUNTERS.items():
            record.add(family, mine.get(field, 0), label)


def _list(body: bytes) -> ElementTree.Element:
    if b"<!" in body:
        raise ValueError("a document type or comment in the XML")  # entities can grow without end
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - no entities, see above
    except ElementTree.ParseError as error:
        raise ValueError(f"no XML: {error}") from None


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
