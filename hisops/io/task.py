"""What the loop of io/loop.py runs, and what its coroutines wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


class Ended(BaseException):
    """Thrown into a coroutine that is no longer wanted; no probe may catch it."""


class Expired(Ended):
    """The time of one `within` is up."""

    active = True


class Task:
    """A coroutine that runs by itself; `turn` counts its steps, so that a late wake-up is known."""

    __slots__ = ("coroutine", "done", "error", "fd", "result", "then", "turn")

    def __init__(
        self, coroutine: Coroutine[Any, Any, Any], then: Callable[[Task], object] | None = None
    ) -> None:
        self.coroutine = coroutine
        self.then = then
        self.fd = -1
        self.turn = 0
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None


class Signal(Generic[T]):
    """A value that comes later, once; one task may wait for it."""

    __slots__ = ("error", "is_set", "value", "waiter")

    def __init__(self) -> None:
        self.is_set = False
        self.value: T | None = None
        self.error: BaseException | None = None
        self.waiter: tuple[Task, int] | None = None
