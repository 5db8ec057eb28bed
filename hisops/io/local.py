"""This machine: the Io that the command line and the agent hand to features."""

import contextlib
import fcntl
import os
import secrets as random_source
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Completed, MailReply, MailServer, Reply
from hisops.io import secrets

_SPACE = "check owner and free space"
_OWNER = "check who owns it"


class Local:
    """An Io over the machine that it runs on; `credentials` is the folder behind credential:."""

    def __init__(self, credentials: str = "") -> None:
        self.credentials = credentials

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60.0,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> Completed:
        from hisops.io import process

        return process.run(argv, timeout, stdin, env, cwd)

    def stream(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60.0,
        env: Mapping[str, str] | None = None,
    ) -> Generator[str, None, None]:
        from hisops.io import process

        return process.stream(argv, timeout, env)

    def pipe(
        self,
        source: Sequence[str],
        sink: Sequence[str],
        *,
        timeout: float,
        env: Mapping[str, str] | None = None,
        complete: Callable[[bytes], bool] = lambda _tail: True,
    ) -> tuple[Completed, Completed]:
        from hisops.io import process

        return process.pipe(source, sink, timeout, env, complete)

    def read(self, path: str) -> str:
        return self.read_bytes(path).decode(errors="replace")

    def read_bytes(self, path: str) -> bytes:
        try:
            return Path(path).read_bytes()
        except OSError as error:
            code = Exit.MISSING if isinstance(error, FileNotFoundError) else Exit.FAILED
            raise OpsError(f"{path}: {error.strerror}", code=code) from None

    def write(self, path: str, data: str | bytes, *, mode: int = 0o644) -> None:
        target = Path(path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        except OSError as error:
            raise OpsError(f"{path}: {error.strerror}", fix=_SPACE) from None
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data.encode() if isinstance(data, str) else data)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            Path(name).replace(target)
            _sync(target.parent)
        except OSError as error:
            Path(name).unlink(missing_ok=True)
            raise OpsError(f"{path}: {error.strerror}", fix=_SPACE) from None

    def remove(self, path: str) -> None:
        target = Path(path)
        try:
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
        except OSError as error:
            raise OpsError(f"{path}: {error.strerror}", fix=_OWNER) from None

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(entry.name for entry in os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise OpsError(f"{folder}: {error.strerror}", fix=_OWNER) from None

    def exists(self, path: str) -> bool:
        try:
            return Path(path).exists()
        except OSError as error:
            raise OpsError(f"{path}: {error.strerror}", fix=_OWNER) from None

    def http(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
    ) -> Reply:
        from hisops.io import web

        return web.fetch(method, url, body, headers or {}, timeout)

    def mail(
        self, server: MailServer, sender: str, to: str, message: bytes, *, timeout: float = 10.0
    ) -> MailReply:
        from hisops.io import mail

        return mail.post(server, sender, to, message, timeout)

    def connects(self, address: str, *, timeout: float = 1.0) -> bool:
        from hisops.io.connection import connect

        host, _, port = address.rpartition(":")
        try:
            connect(host.strip("[]"), int(port), timeout).close()
        except (OSError, UnicodeError):  # the second: a name too long to be asked for
            return False
        return True

    @contextlib.contextmanager
    def lock(self, path: str) -> Iterator[None]:
        with _open_lock(path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                fix = f"wait for process {holder}, or end it"
                cause = f"{path}: process {holder} holds the lock"
                raise OpsError(cause, fix=fix, code=Exit.LOCKED) from None
            _sign(path, file.fileno())
            yield

    def now(self) -> datetime:
        return datetime.now(UTC)

    def tick(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def new_id(self) -> str:
        return random_source.token_hex(8)

    def secret(self, ref: str) -> str:
        return secrets.resolve(ref, self.credentials, lambda argv: self.run(argv, timeout=20))


def _open_lock(path: str) -> TextIO:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return Path(path).open("a+")
    except OSError as error:
        raise OpsError(f"{path}: {error.strerror}", fix=_OWNER) from None


def _sign(path: str, handle: int) -> None:
    """Write who holds a lock; past the file object, whose close would try again on a full disk."""
    try:
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
    except OSError as error:
        raise OpsError(f"{path}: {error.strerror}", fix=_SPACE) from None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
