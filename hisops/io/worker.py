"""A thread that does one thing when asked; whoever asks decides how long to wait for it."""

import _thread
from collections.abc import Callable

_STACK_BYTES = 512 * 1024


class Worker:
    """Runs `work` once for each time it is asked, on a thread that it starts at first use.

    A call that hangs holds this one thread and no other. `work` must not raise.
    """

    def __init__(
        self, work: Callable[[], object], notify: Callable[[], object] = lambda: None
    ) -> None:
        """`notify` is called from the thread when `wait` would say that the work is done."""
        self._work = work
        self._notify = notify
        self._asked = _thread.allocate_lock()
        self._done = _thread.allocate_lock()
        self._asked.acquire()
        self._done.acquire()
        self._started = False
        self._ended = False
        self.busy = False

    def ask(self) -> None:
        """Begin the work, unless the last one still runs; a result nobody fetched is forgotten."""
        if not self.wait(0):
            return
        if not self._started:
            _thread.stack_size(_STACK_BYTES)
            _thread.start_new_thread(self._run, ())
            self._started = True
        self.busy = True
        self._asked.release()

    def wait(self, seconds: float) -> bool:
        """Whether the work that was asked for is done, within so many seconds."""
        if self.busy and self._done.acquire(timeout=max(0.0, seconds)):
            self.busy = False
        return not self.busy

    def end(self) -> None:
        """Let the thread go when what it does is done."""
        self._ended = True
        if self._started and not self.busy:
            self._asked.release()

    def _run(self) -> None:
        while True:
            self._asked.acquire()
            if self._ended:
                return
            self._work()
            self._done.release()
            self._notify()
            if self._ended:
                return
