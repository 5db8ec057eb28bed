"""An Io for tests: recorded commands and answers, and a clock that moves only when told."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Completed, MailReply, MailServer, Reply


class Fake:
    """Answers only what it was told; anything else fails the test."""

    def __init__(self, files: Mapping[str, str | bytes] | None = None) -> None:
        self.files: dict[str, bytes] = {}
        for path, data in (files or {}).items():
            self.write(path, data)
        self.secrets: dict[str, str] = {}
        self.listening: set[str] = set()
        self.locks: set[str] = set()
        self.calls: list[tuple[str, ...]] = []
        self.requests: list[tuple[str, str, bytes]] = []
        self.mails: list[tuple[MailServer, str, str, bytes]] = []
        self._commands: dict[tuple[str, ...], list[Completed]] = {}
        self._replies: dict[tuple[str, str], list[Reply]] = {}
        self._mail_replies: list[MailReply] = []
        self._now = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        self._tick = 0.0
        self._ids = 0

    def runs(self, *argv: str, code: int = 0, out: str = "", err: str = "") -> None:
        """Record what a command that starts with these words answers, the next time."""
        answer = Completed(code, out.encode(), err.encode())
        self._commands.setdefault(argv, []).append(answer)

    def answers(self, method: str, url: str, *, status: int = 200, body: str = "") -> None:
        """Record what a request answers; `url` may be its end."""
        self._replies.setdefault((method, url), []).append(Reply(status, {}, body.encode()))

    def takes_mail(self, code: int = 250, text: str = "OK") -> None:
        """Record what the mail server answers, the next time; untold, it does not answer."""
        self._mail_replies.append(MailReply(code, text))

    def advance(self, seconds: float) -> None:
        """Move both clocks on."""
        self._now += timedelta(seconds=seconds)
        self._tick += seconds

    def set_clock(self, seconds: float) -> None:
        """Set the wall clock on, or back, as an administrator does: no time passes."""
        self._now += timedelta(seconds=seconds)

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60.0,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> Completed:
        self.calls.append(tuple(argv))
        for length in range(len(argv), 0, -1):
            answers = self._commands.get(tuple(argv[:length]))
            if answers:
                return answers.pop(0) if len(answers) > 1 else answers[0]
        raise AssertionError(f"nobody told what this command answers: {list(argv)}")

    def stream(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60.0,
        env: Mapping[str, str] | None = None,
    ) -> Generator[str, None, None]:
        done = self.run(argv)
        yield from done.text.splitlines()
        if done.code != 0:
            raise OpsError(f"{argv[0]} ended with {done.code}: {done.last_error}")

    def pipe(
        self,
        source: Sequence[str],
        sink: Sequence[str],
        *,
        timeout: float,
        env: Mapping[str, str] | None = None,
        complete: Callable[[bytes], bool] = lambda _tail: True,
    ) -> tuple[Completed, Completed]:
        first, second = self.run(source), self.run(sink)
        if first.code == 0 and not complete(first.out):
            first = first._replace(code=int(Exit.FAILED))
        return first, second

    def read(self, path: str) -> str:
        return self.read_bytes(path).decode(errors="replace")

    def read_bytes(self, path: str) -> bytes:
        if path not in self.files:
            raise OpsError(f"{path}: No such file or directory", code=Exit.MISSING)
        return self.files[path]

    def write(self, path: str, data: str | bytes, *, mode: int = 0o644) -> None:
        self.files[path] = data.encode() if isinstance(data, str) else data

    def remove(self, path: str) -> None:
        inside = path.rstrip("/") + "/"
        gone = [known for known in self.files if known == path or known.startswith(inside)]
        for known in gone:
            del self.files[known]

    def names(self, folder: str) -> list[str]:
        prefix = folder.rstrip("/") + "/"
        inside = (path[len(prefix) :] for path in self.files if path.startswith(prefix))
        return sorted({rest.split("/", 1)[0] for rest in inside})

    def exists(self, path: str) -> bool:
        return path in self.files or bool(self.names(path))

    def http(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
    ) -> Reply:
        self.requests.append((method, url, body))
        for (known_method, end), answers in self._replies.items():
            if method == known_method and url.endswith(end):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        raise OpsError(f"{url}: no answer", code=Exit.UNREACHABLE)

    def mail(
        self, server: MailServer, sender: str, to: str, message: bytes, *, timeout: float = 10.0
    ) -> MailReply:
        self.mails.append((server, sender, to, message))
        answers = self._mail_replies
        if not answers:
            raise OpsError(f"{server.address}: no answer", code=Exit.UNREACHABLE)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connects(self, address: str, *, timeout: float = 1.0) -> bool:
        return address in self.listening

    @contextlib.contextmanager
    def lock(self, path: str) -> Iterator[None]:
        if path in self.locks:
            raise OpsError(f"{path}: process 1 holds the lock", code=Exit.LOCKED)
        self.locks.add(path)
        try:
            yield
        finally:
            self.locks.discard(path)

    def now(self) -> datetime:
        return self._now

    def tick(self) -> float:
        return self._tick

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:016x}"

    def secret(self, ref: str) -> str:
        if ref not in self.secrets:
            raise OpsError(f"the secret {ref} is missing or empty", code=Exit.USAGE)
        return self.secrets[ref]
