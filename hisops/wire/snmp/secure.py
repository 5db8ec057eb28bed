"""Conversations of v3: the engine is discovered once and kept, its clock is followed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.wire.snmp import ber, message, pdu, usm
from hisops.wire.snmp.credentials import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from hisops.wire.snmp.message import Engine, Message

_MOST_ENGINES = 20_000
_STATS = ber.oid_content("1.3.6.1.6.3.15.1.1")  # usmStats, RFC 3414
NOT_IN_TIME, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST = 2, 3, 4, 5
_CAUSES = {
    1: "does not take this user's security level (auth, priv)",
    UNKNOWN_USER: "does not know this user",
    WRONG_DIGEST: "finds the signature wrong: another auth protocol or password",
    6: "cannot decrypt: another priv protocol or password",
}


class RenewError(Exception):
    """The agent's engine or clock is not what we thought; ask once more."""


class Secure:
    """Wraps requests of one user to one agent and unwraps its answers."""

    version = 3

    def __init__(
        self, user: User, address: str, tick: Callable[[], float] = time.monotonic
    ) -> None:
        usm.check(user)
        self._user = user
        self._place = (address, user)
        self._tick = tick

    @property
    def is_discovered(self) -> bool:
        """Whether the agent's engine is known, so that requests can be made."""
        return self._place in _ENGINES

    def discover(self, message_id: int) -> bytes:
        """The question that makes an agent name its engine (RFC 3414 section 4)."""
        inner = pdu.request(pdu.GET, message_id, [])
        nobody = User(name="")
        return message.pack(nobody, usm.Keys(), message.Engine(), message_id, inner)

    def learn(self, data: bytes, message_id: int) -> bool:
        """Whether this is the answer to `discover`; its engine is kept."""
        found = message.read(data)
        if found.message_id != message_id or not found.engine.id:
            return False
        self._keep(found.engine)
        return True

    def forget(self) -> None:
        """Discover anew before the next request."""
        _ENGINES.pop(self._place, None)

    def wrap(self, request: bytes, request_id: int) -> bytes:
        """The message to send, with the request's id as its own."""
        engine = self._engine()
        keys = usm.localise(self._user, engine.id)
        return message.pack(self._user, keys, engine, request_id, request)

    def unwrap(self, data: bytes, request_id: int) -> pdu.Pdu | None:
        """The PDU of the answer to a request, None for another one's.

        Raises ValueError, RenewError, and OpsError for what the agent reports.
        """
        found = message.read(data)
        if found.message_id != request_id:
            return None
        engine = self._engine()
        keys = usm.localise(self._user, engine.id)
        genuine = message.is_genuine(found, self._user, keys)
        if genuine:
            self._keep(found.engine)
        elif self._user.auth and found.is_signed and found.engine.id == engine.id:
            raise ValueError("the signature of the answer is wrong")
        answer = message.open_scoped(found, self._user, keys)
        if answer.kind == pdu.REPORT:
            self._heed(found, answer, genuine)
        if self._user.auth and not genuine:
            raise ValueError("an answer without signature to a signed request")
        if self._user.priv and not found.is_encrypted:
            raise ValueError("an answer in clear to an encrypted request")
        return answer if answer.request_id == request_id else None

    def _heed(self, found: Message, answer: pdu.Pdu, genuine: bool) -> None:
        """Raise what a report means."""
        reason = next((_reason(oid) for oid, _, _ in answer.bindings()), 0)
        if reason == UNKNOWN_ENGINE:
            self._keep(found.engine)
            raise RenewError
        if reason == NOT_IN_TIME and (genuine or not self._user.auth):
            raise RenewError
        told = _CAUSES.get(reason, f"reports {answer.error_name}")
        raise OpsError(
            f"the agent {told} (user {self._user.name})",
            fix="compare the user with the device's configuration",
            code=Exit.REFUSED,
        )

    def _engine(self) -> Engine:
        engine, then = _ENGINES[self._place]
        return engine._replace(seconds=engine.seconds + int(self._tick() - then))

    def _keep(self, engine: Engine) -> None:
        if len(_ENGINES) >= _MOST_ENGINES:
            _ENGINES.clear()
        _ENGINES[self._place] = (engine, self._tick())


# Engines by address and user, with the moment at which their clock was told.
_ENGINES: dict[tuple[str, User], tuple[Engine, float]] = {}


def _reason(oid: bytes) -> int:
    return oid[len(_STATS)] if oid.startswith(_STATS) and len(oid) > len(_STATS) else 0
