"""A TCP connection within a deadline, the search for the name and all its addresses included."""

import queue
import socket
import threading


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """The connection; raises OSError, and TimeoutError when there was none in time.

    A name server that is off holds getaddrinfo(3) for as long as resolv.conf(5) says, 10 s and
    more, and each address of a name may take the whole time-out: a thread waits for that, not we.
    """
    results: queue.SimpleQueue[socket.socket | Exception] = queue.SimpleQueue()
    is_left, guard = False, threading.Lock()

    def work() -> None:
        try:
            found: socket.socket | Exception = socket.create_connection((host, port), seconds)
        except Exception as error:  # noqa: BLE001 - raised below, whatever it is
            found = error
        with guard:
            if not is_left:
                results.put(found)
            elif isinstance(found, socket.socket):
                found.close()

    threading.Thread(target=work, daemon=True, name=f"connect to {host}").start()
    try:
        result = results.get(timeout=seconds)
    except queue.Empty:
        with guard:
            is_left = True
        if results.empty():
            raise TimeoutError(f"no connection within {seconds:g} s") from None
        result = results.get()  # it came in just this moment
    if isinstance(result, Exception):
        raise result
    return result
