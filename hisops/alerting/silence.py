"""Silences: matchers of labels that keep alerts from paging until a moment."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from hisops.alerting.step import Step
from hisops.core.errors import Exit, OpsError
from hisops.core.event import SilenceChanged
from hisops.core.model import Value
from hisops.core.store import Store, Transaction

_TEXT = re.compile(r"\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*")
_SYMBOLS = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}


class Matcher(Value, frozen=True, kw_only=True):
    """A condition on one label, in the form of Alertmanager's API v2."""

    name: str
    value: str
    is_regex: bool = msgspec.field(default=False, name="isRegex")
    is_equal: bool = msgspec.field(default=True, name="isEqual")

    def matches(self, labels: dict[str, str]) -> bool:
        """Whether the labels fulfil it; a label that is not there counts as empty."""
        found = labels.get(self.name, "")
        hit = bool(re.fullmatch(self.value, found)) if self.is_regex else found == self.value
        return hit is self.is_equal

    def __str__(self) -> str:
        return f'{self.name}{_SYMBOLS[self.is_regex, self.is_equal]}"{self.value}"'


class Silence(Value, frozen=True, kw_only=True):
    """A row of the silence table."""

    id: str
    matchers: str
    starts_at: float
    ends_at: float
    author: str
    reason: str
    updated_at: float

    @property
    def conditions(self) -> tuple[Matcher, ...]:
        """The matchers."""
        return msgspec.json.decode(self.matchers, type=tuple[Matcher, ...])


class Active(Value, frozen=True, kw_only=True):
    """A silence in effect with its matchers decoded, for asking about many alerts."""

    id: str
    until: float
    reason: str
    matchers: tuple[Matcher, ...]

    def covers(self, labels: dict[str, str]) -> bool:
        """Whether an alert with these labels is silenced."""
        return all(matcher.matches(labels) for matcher in self.matchers)


def parse(text: str) -> Matcher:
    """A matcher written as `instance=~"his-.*"`; raises OpsError."""
    words = _TEXT.fullmatch(text)
    if words is None:
        fix = "write NAME=VALUE, NAME!=VALUE, NAME=~REGEX or NAME!~REGEX"
        raise OpsError(f"{text!r} is no matcher", fix=fix, code=Exit.USAGE)
    name, symbol, value = words.groups()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    regex, equal = next(key for key, sign in _SYMBOLS.items() if sign == symbol)
    found = Matcher(name=name, value=value, is_regex=regex, is_equal=equal)
    _is_empty_hit(found)
    return found


def check(matchers: Sequence[Matcher]) -> None:
    """Raise OpsError for a broken expression, and for matchers that would silence everything."""
    hits = [_is_empty_hit(matcher) for matcher in matchers]
    if all(hits):
        fix = "add a matcher such as alertname=NAME or instance=HOST"
        raise OpsError("these matchers would silence every alert", fix=fix, code=Exit.USAGE)


def active(transaction: Transaction | Store, now: float) -> list[Active]:
    """The silences in effect."""
    rows = transaction.read(
        Silence, "SELECT * FROM silence WHERE ends_at > ? AND starts_at <= ?", (now, now)
    )
    return [
        Active(id=row.id, until=row.ends_at, reason=row.reason, matchers=row.conditions)
        for row in rows
    ]


def covering(silences: Iterable[Active], labels: dict[str, str]) -> Active | None:
    """The silence that lasts longest of those that cover an alert."""
    hits = [silence for silence in silences if silence.covers(labels)]
    return max(hits, key=lambda silence: silence.until, default=None)


def list_silences(store: Store, now: float) -> list[Silence]:
    """All silences that are in effect or to come, the one that ends first on top."""
    return store.read(Silence, "SELECT * FROM silence WHERE ends_at > ? ORDER BY ends_at", (now,))


def add(
    step: Step, matchers: Sequence[Matcher], *, starts_at: float, ends_at: float, reason: str
) -> str:
    """Set a silence; gives its id. Raises OpsError as `check`, and when it would end at once."""
    check(matchers)
    if ends_at <= max(starts_at, step.now):
        raise OpsError(
            "the silence would end before it begins", fix="end it later", code=Exit.USAGE
        )
    id_ = step.new_id()
    text = msgspec.json.encode(list(matchers)).decode()
    step.transaction.execute(
        "INSERT INTO silence (id, matchers, starts_at, ends_at, author, reason, updated_at) "
        "VALUES (?,?,?,?,?,?,?)",
        (id_, text, starts_at, ends_at, step.actor, reason, step.now),
    )
    _tell(step, id_, "set", matchers, ends_at, reason)
    return id_


def expire(step: Step, id_: str) -> None:
    """End a silence now; raises OpsError MISSING when there is none in effect."""
    rows = step.transaction.read(
        Silence, "SELECT * FROM silence WHERE id = ? AND ends_at > ?", (id_, step.now)
    )
    if not rows:
        fix = "hisops silence list shows them"
        raise OpsError(f"there is no silence {id_} in effect", fix=fix, code=Exit.MISSING)
    step.transaction.execute(
        "UPDATE silence SET ends_at = ?, updated_at = ? WHERE id = ?", (step.now, step.now, id_)
    )
    _tell(step, id_, "ended", rows[0].conditions, step.now, rows[0].reason)


def _is_empty_hit(matcher: Matcher) -> bool:
    """Whether an alert without labels fulfils it; raises OpsError for a broken expression."""
    try:
        return matcher.matches({})
    except (re.error, RecursionError, OverflowError) as error:
        cause = f"{matcher}: not a regular expression: {error}"
        raise OpsError(cause, fix="mend it", code=Exit.USAGE) from None


def _tell(
    step: Step, id_: str, state: str, matchers: Sequence[Matcher], until: float, reason: str
) -> None:
    step.tell(
        SilenceChanged(
            subject=id_,
            state=state,
            matchers=tuple(str(matcher) for matcher in matchers),
            until=datetime.fromtimestamp(until, UTC).isoformat(timespec="seconds"),
            reason=reason,
        )
    )
