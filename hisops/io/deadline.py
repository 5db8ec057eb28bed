"""A bound on a whole exchange over a socket: a peer that drips bytes cannot stretch it."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def bounded(
    seconds: float, find: Callable[[], socket.socket | None]
) -> Iterator[Callable[[], None]]:
    """Cut the socket that `find` gives when the time is up; raises TimeoutError then.

    Gives a check to call before a step that cannot be taken back: it raises, too, when this
    process was stopped meanwhile and the timer did not yet have its turn.
    """
    late, end = threading.Event(), time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > end:
            late.set()
            raise TimeoutError

    def cut() -> None:
        late.set()
        found = find()
        if found is not None:
            with contextlib.suppress(OSError):  # it was closed at the same moment
                found.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield check
    except Exception as error:
        if late.is_set():
            raise TimeoutError(f"no full answer within {seconds:g} s") from error
        raise
    finally:
        timer.cancel()
