"""Blocking work beside the loop: so many threads at a time, the others wait for their turn."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from hisops.io.task import Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from hisops.io.loop import Loop

T = TypeVar("T")


class Threads:
    """Runs functions on threads. One that hangs is given up, and holds one place until it ends."""

    def __init__(self, loop: Loop, limit: int) -> None:
        self._loop = loop
        self._free = limit
        self._queue: deque[Signal[None]] = deque()

    async def run(self, work: Callable[[], T], *, timeout: float) -> T:
        """What the work returns or raises; raises TimeoutError, also when no place came free."""
        return await self._loop.within(timeout, self._run(work))

    async def _run(self, work: Callable[[], T]) -> T:
        while not self._free:
            await self._turn()
        self._free -= 1
        signal: Signal[T] = Signal()

        def body() -> None:
            try:
                value, error = work(), None
            except BaseException as raised:  # noqa: BLE001 - raised again in the coroutine
                value, error = None, raised
            self._loop.call(lambda: self._finish(signal, value, error))

        threading.Thread(target=body, daemon=True).start()
        return await self._loop.wait(signal)

    async def _turn(self) -> None:
        signal: Signal[None] = Signal()
        self._queue.append(signal)
        try:
            await self._loop.wait(signal)
        except BaseException:
            if signal.is_set:  # our turn came, and we are gone: it is the next one's
                self._wake()
            else:
                self._queue.remove(signal)
            raise

    def _finish(self, signal: Signal[T], value: T | None, error: BaseException | None) -> None:
        self._free += 1
        self._loop.give(signal, value, error)
        self._wake()

    def _wake(self) -> None:
        if self._queue:
            self._loop.give(self._queue.popleft(), None)
