"""A change of the alerting tables: one transaction, who makes it, and when."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from hisops.core import journal
from hisops.core.event import Event
from hisops.core.io import Io
from hisops.core.store import Store, Transaction

Reached = Callable[[str], None]


class Step(NamedTuple):
    """An open transaction with its actor and moment."""

    transaction: Transaction
    at: datetime
    actor: str
    new_id: Callable[[], str]

    @property
    def now(self) -> float:
        """The moment in seconds since 1970."""
        return self.at.timestamp()

    def tell(self, event: Event) -> None:
        """Add an event to the journal, in the same transaction."""
        journal.append(self.transaction, event, at=self.at, actor=self.actor)


@contextmanager
def change(store: Store, io: Io, actor: str) -> Iterator[Step]:
    """A step that is committed when the block ends, and rolled back by an exception."""
    with store.write() as transaction:
        yield Step(transaction, io.now(), actor, io.new_id)


def unwatched(_point: str) -> None:
    """Nobody waits at the named points of the engine."""
