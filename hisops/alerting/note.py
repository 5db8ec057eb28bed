"""One message to one person, and the contract of the units that carry it."""

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.model import Person, Value


class Note(Value, frozen=True, kw_only=True):
    """A message; `id` stays the same over all tries, so that people and providers can merge copies."""

    id: str
    kind: str
    to: Person
    subject: str
    text: str
    severity: str = ""
    team: str = ""
    incident: int | None = None
    runbook: str = ""
    alerts: tuple[dict[str, str], ...] = ()


class Undelivered(OpsError):  # noqa: N818 - the name says what happened
    """The provider did not take a note; `permanent` when the same try cannot succeed later."""

    def __init__(self, cause: str, *, permanent: bool) -> None:
        super().__init__(cause)
        self.permanent = permanent


class Notifier(Value, frozen=True, kw_only=True):
    """Base of the units in notifiers/: fields are options, `send` makes one try."""

    def send(self, io: Io, note: Note) -> str:
        """Hand a note over within SEND_SECONDS; gives the provider's id for it.

        Raises Undelivered. Never tries twice, and never puts a secret into the cause.
        """
        raise NotImplementedError
