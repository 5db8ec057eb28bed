"""Alerts as Prometheus posts them (Alertmanager API v2, api/v2/openapi.yaml) and as the store keeps them."""

from collections.abc import Container
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from hisops.core.model import Value

_QUIET = ("info", "none")
_OFFSET, _PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF
_UNSET_YEAR = 1  # Go's zero time is 0001-01-01
_LAST_SECONDS = 32503680000.0  # the year 3000: close to 9999 a moment has no local time everywhere


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """One alert of a request."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: datetime | None = msgspec.field(default=None, name="startsAt")
    ends_at: datetime | None = msgspec.field(default=None, name="endsAt")
    url: str = msgspec.field(default="", name="generatorURL")


class Report(NamedTuple):
    """A posted alert read at its arrival: sorted labels, plain times, and how loud it is."""

    fingerprint: str
    name: str
    status: str
    severity: str
    heartbeat: str
    labels: dict[str, str]
    annotations: dict[str, str]
    url: str
    starts_at: float
    ends_at: float | None

    @property
    def incident_key(self) -> str:
        """What joins alerts into one incident: the same alert on the same instance."""
        instance = self.labels.get("instance")
        return f"{self.name}/{instance}" if instance else f"{self.name}/#{self.fingerprint}"


class Alert(Value, frozen=True, kw_only=True):
    """A row of the alert table: the newest state of a label set."""

    fingerprint: str
    incident: int | None
    status: str
    name: str
    labels: str
    annotations: str
    url: str
    starts_at: float
    ends_at: float | None
    seen_at: float

    @property
    def label(self) -> dict[str, str]:
        """The labels."""
        return msgspec.json.decode(self.labels, type=dict[str, str])

    @property
    def annotation(self) -> dict[str, str]:
        """The annotations."""
        return msgspec.json.decode(self.annotations, type=dict[str, str])


def decode(body: bytes) -> list[Posted]:
    """The alerts of a request's body; raises ValueError with the place of the mistake."""
    return msgspec.json.decode(body, type=list[Posted])


def report(posted: Posted, now: float, severities: Container[str]) -> Report | None:
    """A posted alert as we take it at a moment; None when it has no label."""
    labels = clean(posted.labels)
    if not labels:
        return None
    name, ends = labels.get("alertname", ""), seconds(posted.ends_at)
    beat = heartbeat(name, labels)
    return Report(
        fingerprint=fingerprint(labels),
        name=name,
        status="resolved" if ends is not None and ends <= now else "firing",
        severity="" if beat else severity(labels, severities),
        heartbeat=beat,
        labels=labels,
        annotations=posted.annotations,
        url=posted.url,
        starts_at=seconds(posted.starts_at) or now,
        ends_at=ends,
    )


def clean(labels: dict[str, str]) -> dict[str, str]:
    """Labels in order of their names, without empty ones: those stand for no label."""
    return {name: labels[name] for name in sorted(labels) if labels[name]}


def fingerprint(labels: dict[str, str]) -> str:
    """FNV-1a 64 over name, 0xFF, value, 0xFF in order of names: Alertmanager's own fingerprint.

    Source: prometheus/common, model/signature.go.
    """
    words = (word.encode() for name in sorted(labels) for word in (name, labels[name]))
    total = _OFFSET
    for byte in b"".join(word + b"\xff" for word in words):
        total = ((total ^ byte) * _PRIME) & _MASK
    return f"{total:016x}"


def seconds(moment: datetime | None) -> float | None:
    """Seconds since 1970, up to the year 3000; None for Go's zero time: it stands for `not set`."""
    if moment is None or moment.year == _UNSET_YEAR:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware.timestamp(), 0.0), _LAST_SECONDS)


def severity(labels: dict[str, str], known: Container[str]) -> str:
    """How loud an alert is; empty for one that pages nobody. An unknown word pages as a warning."""
    word = labels.get("severity", "")
    if word in known:
        return word
    return "" if word in _QUIET else "warning"


def heartbeat(name: str, labels: dict[str, str]) -> str:
    """Name of the heartbeat that an alert is; empty for all others."""
    return labels.get("heartbeat", "") or ("watchdog" if name == "Watchdog" else "")
