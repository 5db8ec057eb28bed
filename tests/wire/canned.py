"""A stream that says what a test wrote down, and keeps what it was sent."""

from hisops.core.net import MOST_BYTES, Times


class Canned:
    """A Stream over bytes in memory."""

    def __init__(self, says: bytes) -> None:
        self.times = Times(0.0, 0.0)
        self.address = "192.0.2.1"
        self.tls = None
        self.sent = b""
        self.is_closed = False
        self._says = says

    async def send(self, data: bytes) -> None:
        self.sent += data

    async def receive(self, most: int = 65536) -> bytes:
        data, self._says = self._says[:most], self._says[most:]
        return data

    async def exactly(self, count: int) -> bytes:
        if len(self._says) < count:
            raise ValueError("the peer ended")
        return await self.receive(count)

    async def until(self, mark: bytes, most: int = MOST_BYTES) -> bytes:
        at = self._says[:most].find(mark)
        if at < 0:
            raise ValueError(f"no {mark!r} within {most} bytes")
        return await self.receive(at + len(mark))

    async def start_tls(self, context: object, name: str = "") -> None:
        raise AssertionError("nobody asked for TLS")

    def close(self) -> None:
        self.is_closed = True


class CannedNet:
    """Each connection says the next of these; `dialled` tells where to. Its clock ticks per look."""

    def __init__(self, *says: bytes) -> None:
        self.streams = [Canned(data) for data in says]
        self.dialled: list[tuple[str, int]] = []
        self._left = list(self.streams)
        self._seconds = 0.0

    async def connect(self, host: str, port: int, **_options: object) -> Canned:
        self.dialled.append((host, port))
        return self._left.pop(0)

    def tick(self) -> float:
        self._seconds += 1.0
        return self._seconds

    def now(self) -> float:
        return 1_795_593_600.0

    async def within(self, _seconds: float, work):
        return await work


def finish(work):
    """The result of a coroutine that never has to wait."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits for something")
