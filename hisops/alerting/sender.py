"""One message from the outbox to a person: claim, send, mark; on failure, the next way."""

from collections.abc import Mapping

from hisops.alerting import incident, outbox, wording
from hisops.alerting.alert import Alert
from hisops.alerting.desk import Desk
from hisops.alerting.incident import Incident
from hisops.alerting.note import Note, Notifier, Undelivered
from hisops.alerting.outbox import LEASE_SECONDS, SEND_SECONDS, Row
from hisops.alerting.rota import on_call
from hisops.alerting.step import Reached, Step, change
from hisops.core.io import Io
from hisops.core.store import Store

_NEXT_CHANNEL_AFTER, _NEXT_PERSON_AFTER = 2, 4
_TEST_TRIES, _RESOLVED_TRIES = 1, 20
_LONGEST_DETAIL = 500  # what a provider says goes into the journal, which never forgets
_ACTOR = "engine"


def send_one(
    io: Io,
    store: Store,
    desk: Desk,
    channels: Mapping[str, Notifier],
    owner: str,
    reached: Reached,
) -> str:
    """Take one message through; gives its result, empty when there was none to send."""
    if not outbox.has_work(store, io.now().timestamp()):
        return ""
    with change(store, io, _ACTOR) as step:
        claimed = _claim(step, desk, owner)
        reached("claim-before-commit")
    started = io.tick()
    reached("claim-after-commit")
    if claimed is None:
        return ""
    row, note = claimed
    if note is None:
        return "cancelled"
    result, detail = _try(io, channels, row, note, started, reached)
    with change(store, io, _ACTOR) as step:
        _mark(step, desk, row, result, detail[:_LONGEST_DETAIL])
        reached("mark-before-commit")
    reached("mark-after-commit")
    return result


def _claim(step: Step, desk: Desk, owner: str) -> tuple[Row, Note | None] | None:
    """A row with its note; without one when nobody needs it any more."""
    row = outbox.claim(step, owner)
    if row is None:
        return None
    if row.incident is None:
        return row, wording.write_test(desk, row)
    found = incident.get(step, row.incident)
    if row.kind == "page" and found.state != "open":
        outbox.drop(step, row, f"the incident is {found.state}")
        return row, None
    return row, wording.write(desk, row, found, _alerts(step, row, found))


def _alerts(step: Step, row: Row, found: Incident) -> list[Alert]:
    alerts = step.transaction.read(
        Alert, "SELECT * FROM alert WHERE incident = ? ORDER BY starts_at", (found.id,)
    )
    firing = [alert for alert in alerts if alert.status == "firing"]
    return firing if row.kind == "page" else alerts


def _try(
    io: Io,
    channels: Mapping[str, Notifier],
    row: Row,
    note: Note,
    started: float,
    reached: Reached,
) -> tuple[str, str]:
    notifier = channels.get(row.channel)
    if notifier is None:
        return "failed", f"there is no channel {row.channel!r}"
    reached("send-before")
    # A process that was stopped in between must not send: the row may be another's by now.
    if io.tick() - started > LEASE_SECONDS - SEND_SECONDS:
        return "retry", "too late to send within the lease"
    try:
        provider_id = notifier.send(io, note)
    except Undelivered as error:
        return ("failed" if error.permanent else "retry"), error.cause
    except Exception as error:  # noqa: BLE001 - a notifier, also a site's own, may raise anything
        # Not its text: it may hold an address or a password.
        return "retry", f"{row.channel}: a mistake of the notifier: {type(error).__name__}"
    reached("send-after")
    return "accepted", provider_id


def _mark(step: Step, desk: Desk, row: Row, result: str, detail: str) -> None:
    if result == "accepted":
        outbox.accept(step, row, detail)
        return
    tries = {"test": _TEST_TRIES, "resolved": _RESOLVED_TRIES}.get(row.kind)
    is_last = result == "failed" or (tries is not None and row.attempts >= tries)
    mine = outbox.fail(step, row, detail) if is_last else outbox.retry(step, row, detail)
    if mine and row.kind == "page" and not outbox.was_accepted(step, row):
        _fail_over(step, desk, row, is_final=is_last)


def _fail_over(step: Step, desk: Desk, row: Row, *, is_final: bool) -> None:
    """Write the same page for the person's next channel, or the next person's first one.

    After the team's people come those of the fallback team.
    """
    channels = list(desk.person(row.person).channels)
    after = channels[channels.index(row.channel) + 1 :] if row.channel in channels else channels
    if after and (is_final or row.attempts >= _NEXT_CHANNEL_AFTER):
        _write(step, row, row.person, after[0])
    elif not after and (is_final or row.attempts >= _NEXT_PERSON_AFTER):
        found = incident.get(step, row.incident or 0)
        team = on_call(desk.rota, found.team, step.at)
        line = [*dict.fromkeys((*team, *on_call(desk.rota, desk.rota.fallback, step.at)))]
        later = line[line.index(row.person) + 1 :] if row.person in line else line
        for person in later[:1]:
            for channel in desk.person(person).channels[:1]:
                _write(step, row, person, channel)


def _write(step: Step, row: Row, person: str, channel: str) -> None:
    outbox.add(
        step,
        incident=row.incident,
        round_=row.round,
        kind=row.kind,
        person=person,
        channel=channel,
    )
