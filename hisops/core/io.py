"""The outside world as features see it: a protocol that io/local.py and io/fake.py fulfil."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol


class Completed(NamedTuple):
    """A program that ended: its exit code (minus the signal's number when killed) and output."""

    code: int
    out: bytes
    err: bytes
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are no UTF-8 become U+FFFD."""
        return self.out.decode(errors="replace")

    @property
    def last_error(self) -> str:
        """Last line that is not empty on standard error, for a one-line cause."""
        lines = [line.strip() for line in self.err.decode(errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line), "")


class Reply(NamedTuple):
    """An HTTP answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_ok(self) -> bool:
        """Whether the answer is 200."""
        return self.status == 200  # noqa: PLR2004 - HTTP


class MailServer(NamedTuple):
    """Where mail leaves: ADDRESS:PORT, `none`, `starttls` or `tls`, and who we are there."""

    address: str
    security: str = "none"
    user: str = ""
    password: str = ""


class MailReply(NamedTuple):
    """What a mail server said last: 250 when it took the mail (RFC 5321, 4.2)."""

    code: int
    text: str


class Io(Protocol):
    """Everything that a feature may do outside its own memory."""

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60.0,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> Completed:
        """Run a program in its own process group, without a shell.

        `env` is added to a small fixed environment. Raises OpsError MISSING when there is no
        such program and FAILED when `timeout` seconds have passed; then the group is dead.
        """
        ...

    def stream(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60.0,
        env: Mapping[str, str] | None = None,
    ) -> Generator[str, None, None]:
        """Lines of standard output as they come; raises OpsError as `run`, and on exit != 0.

        Closing the generator ends the program.
        """
        ...

    def pipe(
        self,
        source: Sequence[str],
        sink: Sequence[str],
        *,
        timeout: float,
        env: Mapping[str, str] | None = None,
        complete: Callable[[bytes], bool] = lambda _tail: True,
    ) -> tuple[Completed, Completed]:
        """Run `source | sink`; the sink sees the end only when the source succeeded.

        `complete` is asked about the source's last 4 KiB after its exit code 0. When the source
        failed, the sink is stopped by SIGINT before it can take the end of file for the whole.
        """
        ...

    def read(self, path: str) -> str: ...

    def read_bytes(self, path: str) -> bytes: ...

    def write(self, path: str, data: str | bytes, *, mode: int = 0o644) -> None:
        """Replace a file whole: temporary file, fsync, rename; parent folders are made."""
        ...

    def remove(self, path: str) -> None:
        """Delete a file or a folder with all that is in it; nothing happens when it is not there."""
        ...

    def names(self, folder: str) -> list[str]:
        """Sorted names in a folder; empty when there is no such folder."""
        ...

    def exists(self, path: str) -> bool: ...

    def http(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
    ) -> Reply:
        """One request, no redirect followed; raises OpsError UNREACHABLE without an answer.

        `timeout` bounds the whole exchange, not each part of it.
        """
        ...

    def mail(
        self, server: MailServer, sender: str, to: str, message: bytes, *, timeout: float = 10.0
    ) -> MailReply:
        """Hand one mail over; raises OpsError UNREACHABLE without an answer in time."""
        ...

    def connects(self, address: str, *, timeout: float = 1.0) -> bool:
        """Whether something accepts TCP connections at ADDRESS:PORT."""
        ...

    def lock(self, path: str) -> AbstractContextManager[None]:
        """Hold a lock file while the block runs; it is free again when its holder dies.

        Raises OpsError LOCKED with the holder's process id.
        """
        ...

    def now(self) -> datetime:
        """Wall clock, aware, UTC."""
        ...

    def tick(self) -> float:
        """Seconds on a clock that never jumps."""
        ...

    def sleep(self, seconds: float) -> None: ...

    def new_id(self) -> str:
        """Random, 16 hexadecimal digits."""
        ...

    def secret(self, ref: str) -> str:
        """What a reference (env:, file:, credential:, cmd:) stands for; never empty."""
        ...
