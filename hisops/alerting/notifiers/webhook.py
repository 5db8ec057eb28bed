"""A POST of JSON to the person's own address, with the provider's answer read."""

import re

import msgspec

from hisops.alerting.note import Note, Notifier, Undelivered
from hisops.alerting.outbox import SEND_SECONDS
from hisops.core.errors import OpsError
from hisops.core.io import Io, Reply

_TAKEN = range(200, 300)
_LATER = (408, 425, 429, *range(500, 600))
_LONGEST_WORDS = 200
_SHORTEST_SECRET = 6


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    """What we send; also readable by robots that show `title` and `text`."""

    id: str
    kind: str
    incident: int | None
    severity: str
    team: str
    to: str
    title: str
    text: str
    runbook: str
    acknowledge: str
    alerts: tuple[dict[str, str], ...]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Fields by which providers refuse under HTTP 200: DingTalk and WeCom `errcode`, Feishu `code`
    and `StatusCode`, Pushplus `code` (200 is good), Telegram and Slack `ok` (their API pages)."""

    errcode: int | None = None
    code: int | str | None = None
    status_code: int | None = msgspec.field(default=None, name="StatusCode")
    ok: bool | None = None
    success: bool | None = None
    id: str | int | None = None


class Webhook(Notifier, frozen=True, kw_only=True):
    """Has no options: each person's address is a secret reference in inventory/teams.yml."""

    def send(self, io: Io, note: Note) -> str:
        """Post the note; gives the id that the provider names. Never tells the address."""
        if note.to.webhook is None:
            raise Undelivered("the person has no webhook", permanent=True)
        try:
            url = io.secret(note.to.webhook.ref)
        except OpsError as error:
            raise Undelivered(error.cause, permanent=True) from None
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Idempotency-Key": note.id,
            "User-Agent": "hisops",
        }
        try:
            reply = io.http("POST", url, body=_encode(note), headers=headers, timeout=SEND_SECONDS)
        except OpsError:  # its cause names the address
            raise Undelivered("webhook: no answer in time", permanent=False) from None
        try:
            return read(reply)
        except Undelivered as error:
            raise Undelivered(_hide(error.cause, url), permanent=error.permanent) from None


def read(reply: Reply) -> str:
    """The provider's id for a note that it took; raises Undelivered when it did not."""
    if reply.status not in _TAKEN:
        cause = f"webhook: HTTP {reply.status} {_words(reply)}".strip()
        raise Undelivered(cause, permanent=reply.status not in _LATER)
    try:
        answer = msgspec.json.decode(reply.body, type=_Answer)
    except msgspec.DecodeError:  # not JSON, or none of ours: the status is all there is
        return ""
    is_refused = (
        bool(answer.errcode)
        or bool(answer.status_code)
        or answer.code not in (None, 0, 200, "0", "200", "")
        or answer.ok is False
        or answer.success is False
    )
    if is_refused:
        raise Undelivered(f"webhook: refused under HTTP 200: {_words(reply)}", permanent=True)
    return str(answer.id or "")


def _encode(note: Note) -> bytes:
    acknowledge = f"hisops incident ack {note.incident}" if note.kind == "page" else ""
    return msgspec.json.encode(
        _Body(
            id=note.id,
            kind=note.kind,
            incident=note.incident,
            severity=note.severity,
            team=note.team,
            to=note.to.name,
            title=note.subject,
            text=note.text,
            runbook=note.runbook,
            acknowledge=acknowledge,
            alerts=note.alerts,
        )
    )


def _hide(cause: str, url: str) -> str:
    """The cause without parts of the address, in case the provider repeats them."""
    for part in re.split(r"[/?&=#]", url.partition("://")[2].partition("/")[2]):
        if len(part) >= _SHORTEST_SECRET:
            cause = cause.replace(part, "***")
    return cause


def _words(reply: Reply) -> str:
    return " ".join(reply.body.decode(errors="replace").split())[:_LONGEST_WORDS]
