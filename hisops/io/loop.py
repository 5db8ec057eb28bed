"""Coroutines on one thread and one epoll(7): what waits costs nothing, what hangs is ended.

asyncio would do the same for about twice the processor time of each probe (decision 0009).
"""

from __future__ import annotations

import contextlib
import heapq
import os
import select
import sys
import time
import types
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from hisops.io.task import Ended, Expired, Signal, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Iterable

T = TypeVar("T")
GRACE_SECONDS = 2.0  # for what a coroutine does on its way out, before it is thrown again
READ, WRITE = select.EPOLLIN, select.EPOLLOUT


class Loop:
    """Runs tasks until what they wait for has come."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._known: set[int] = set()
        self._waiting: dict[int, Task] = {}
        self._watched: dict[int, Callable[[], object]] = {}
        self._ready: deque[tuple[Task, int, Any]] = deque()
        self._timers: list[tuple[float, int, Task, int, Expired | None]] = []
        self._serial = 0
        self._current: Task | None = None
        self._calls: deque[Callable[[], object]] = deque()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.watch(self._bell, self._answer)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine; raises what it raises."""
        task = self.spawn(work, lambda _task: self.call(lambda: None))  # look up from waiting
        while not task.done:
            self.turn()
        if task.error is not None:
            raise task.error
        result: T = task.result
        return result

    def spawn(
        self, work: Coroutine[Any, Any, Any], then: Callable[[Task], object] | None = None
    ) -> Task:
        """Start a coroutine beside the others; without `then`, its error goes to the log."""
        task = Task(work, then)
        self._ready.append((task, 0, None))
        return task

    def watch(self, fd: int, call: Callable[[], object]) -> None:
        """Call this whenever the descriptor can be read."""
        self._watched[fd] = call
        self._poll.register(fd, READ)

    def unwatch(self, fd: int) -> None:
        """Call nothing for the descriptor any more; do so before it is closed."""
        if self._watched.pop(fd, None) is not None:
            self._poll.unregister(fd)

    def call(self, work: Callable[[], object]) -> None:
        """Have the loop call this; may be used by other threads and signal handlers."""
        self._calls.append(work)
        if self._bell >= 0:  # a library's call may end after the loop
            os.eventfd_write(self._bell, 1)

    def close(self) -> None:
        """Let go of the descriptors."""
        self._poll.close()
        bell, self._bell = self._bell, -1
        with contextlib.suppress(OSError):
            os.close(bell)

    def turn(self, patience: float | None = None) -> None:
        """Run what is ready, then wait for the next thing, `patience` seconds at most."""
        ready = self._ready
        for _ in range(len(ready)):
            task, turn, value = ready.popleft()
            if task.turn == turn:
                self._step(task, value, None)
        for fd, events in self._poll.poll(self._rest(patience), 512):
            task_there = self._waiting.pop(fd, None)
            if task_there is not None:
                task_there.fd = -1
                ready.append((task_there, task_there.turn, events))
            elif fd in self._watched:
                self._watched[fd]()
        self._ring()

    def end(self, task: Task) -> None:
        """Throw a task out of whatever it waits for; it is over then."""
        task.then = None
        if not task.done:
            self._throw(task, Ended())
        if not task.done:
            task.coroutine.close()
            task.done = True

    # What coroutines await:

    async def ready(self, fd: int, mask: int) -> int:
        """Wait until a descriptor can be read or written; gives epoll's events."""
        events: int = await _trap(self._on_descriptor, fd, mask)
        return events

    def forget(self, fd: int) -> None:
        """A descriptor is about to be closed; whoever waits for it is ended by its deadline."""
        self._known.discard(fd)
        self._waiting.pop(fd, None)

    async def sleep(self, seconds: float) -> None:
        """Wait so long."""
        await _trap(self._on_time, time.monotonic() + seconds, None)

    async def wait(self, signal: Signal[T]) -> T:
        """The signal's value; raises its error."""
        if not signal.is_set:
            await _trap(self._on_signal, signal, None)
        if signal.error is not None:
            raise signal.error
        return signal.value  # type: ignore[return-value]  # it is set

    def give(self, signal: Signal[T], value: T | None, error: BaseException | None = None) -> None:
        """Set a signal; a second time changes nothing."""
        if signal.is_set:
            return
        signal.is_set, signal.value, signal.error = True, value, error
        if signal.waiter is not None:
            self._ready.append((*signal.waiter, None))

    async def within(self, seconds: float, work: Coroutine[Any, Any, T]) -> T:
        """The result of the work; raises TimeoutError and ends it when it takes longer."""
        mine = Expired()
        self._arm(time.monotonic() + seconds, self._running(), mine)
        try:
            return await work
        except Expired as expired:
            if expired is mine:
                raise TimeoutError(f"no answer within {seconds:g} s") from None
            raise
        finally:
            mine.active = False

    async def gather(self, works: Iterable[Coroutine[Any, Any, T]], *, limit: int) -> list[T]:
        """All results in order, at most `limit` at a time; the first error ends the others."""
        waiting = deque(enumerate(works))
        results: list[Any] = [None] * len(waiting)
        running: dict[Task, int] = {}
        finished: deque[Task] = deque()
        bell: Signal[None] = Signal()

        def tell(task: Task) -> None:
            finished.append(task)
            self.give(bell, None)

        try:
            while waiting or running:
                while waiting and len(running) < limit:
                    at, work = waiting.popleft()
                    running[self.spawn(work, tell)] = at
                if not finished:
                    bell = Signal()
                    await self.wait(bell)
                while finished:
                    task = finished.popleft()
                    at = running.pop(task)
                    if task.error is not None:
                        raise task.error
                    results[at] = task.result
            return results
        finally:
            for task in running:
                self.end(task)
            for _, work in waiting:
                work.close()

    # How it works:

    def _running(self) -> Task:
        assert self._current is not None  # noqa: S101 - a coroutine runs in a task
        return self._current

    def _step(self, task: Task, value: Any, error: BaseException | None) -> None:
        """Let a task go on until it waits again."""
        before, self._current = self._current, task
        task.turn += 1
        try:
            if error is None:
                wish, first, second = task.coroutine.send(value)
            else:
                wish, first, second = task.coroutine.throw(error)
        except StopIteration as stop:
            self._finish(task, stop.value, None)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as raised:  # noqa: BLE001 - handed to whoever waits for the task
            self._finish(task, None, raised)
        else:
            wish(task, first, second)
        finally:
            self._current = before

    def _finish(self, task: Task, result: Any, error: BaseException | None) -> None:
        task.done, task.result, task.error = True, result, error
        if task.then is not None:
            task.then(task)
        elif error is not None and not isinstance(error, Ended):
            sys.stderr.write(f"hisops: {type(error).__name__}: {error}\n")

    def _throw(self, task: Task, error: BaseException) -> None:
        if task.fd >= 0:
            self._waiting.pop(task.fd, None)
            task.fd = -1
        self._step(task, None, error)

    def _on_descriptor(self, task: Task, fd: int, mask: int) -> None:
        task.fd = fd
        self._waiting[fd] = task
        if fd in self._known:
            self._poll.modify(fd, mask | select.EPOLLONESHOT)
        else:
            self._poll.register(fd, mask | select.EPOLLONESHOT)
            self._known.add(fd)

    def _on_time(self, task: Task, until: float, _: None) -> None:
        self._arm(until, task, None)

    def _on_signal(self, task: Task, signal: Signal[Any], _: None) -> None:
        signal.waiter = (task, task.turn)

    def _arm(self, until: float, task: Task, error: Expired | None) -> None:
        if until != until:  # noqa: PLR0124 - a NaN: at the root of the heap it would stop all others
            raise ValueError("a time that is no number")
        self._serial += 1
        heapq.heappush(self._timers, (until, self._serial, task, task.turn, error))

    def _rest(self, patience: float | None) -> float:
        """Seconds to wait for descriptors; -1 for ever."""
        if self._ready or self._calls:
            return 0
        while self._timers and _is_over(*self._timers[0][2:]):
            heapq.heappop(self._timers)
        if not self._timers:
            return -1 if patience is None else patience
        rest = max(0.0, self._timers[0][0] - time.monotonic())
        return rest if patience is None else min(rest, patience)

    def _ring(self) -> None:
        """Wake whom the time has come for."""
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            _, _, task, turn, error = heapq.heappop(self._timers)
            if _is_over(task, turn, error):
                continue
            if error is None:
                self._ready.append((task, turn, None))
                continue
            self._throw(task, error)
            if error.active and not task.done:  # it waits for something on its way out
                self._arm(now + GRACE_SECONDS, task, error)

    def _answer(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._bell)
        while self._calls:
            self._calls.popleft()()


def _is_over(task: Task, turn: int, error: Expired | None) -> bool:
    """Whether a timer wakes nobody any more."""
    return task.done or (task.turn != turn if error is None else not error.active)


@types.coroutine
def _trap(wish: Callable[..., None], first: Any, second: Any) -> Generator[Any, Any, Any]:
    return (yield (wish, first, second))
