"""Programs: the only file that starts them, each in a process group of its own and with a deadline."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Completed

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_KEPT = ("HOME", "TMPDIR", "USER")
_PROGRAM = (b"\x7fEL", b"#!")
_TAIL_BYTES = 4096
_STOP_SECONDS = 5.0
_Child = subprocess.Popen[bytes]


def run(
    argv: Sequence[str],
    timeout: float,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
) -> Completed:
    """See core.io.Io.run."""
    start = time.monotonic()
    child = _start(argv, env=env, cwd=cwd, stdin=subprocess.PIPE)
    with _deadline(argv, timeout, child):
        out, err = child.communicate(stdin)
    return Completed(child.returncode, out, err, time.monotonic() - start)


def stream(
    argv: Sequence[str], timeout: float, env: Mapping[str, str] | None = None
) -> Generator[str, None, None]:
    """See core.io.Io.stream."""
    with tempfile.TemporaryFile() as errors:
        child = _start(argv, env=env, stderr=errors)
        with _deadline(argv, timeout, child):
            assert child.stdout is not None  # noqa: S101 - a pipe was asked for
            for line in child.stdout:
                yield line.decode(errors="replace").rstrip("\n")
            code = child.wait()
        errors.seek(0)
        ended = Completed(code, b"", errors.read())
    if code != 0:
        raise OpsError(f"{argv[0]} ended with {code}: {ended.last_error}")


def pipe(
    source: Sequence[str],
    sink: Sequence[str],
    timeout: float,
    env: Mapping[str, str] | None,
    complete: Callable[[bytes], bool],
) -> tuple[Completed, Completed]:
    """See core.io.Io.pipe."""
    start = time.monotonic()
    with contextlib.ExitStack() as stack:
        result, errors, complaints = (
            stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)
        )
        reader = _start(sink, env=env, stdin=subprocess.PIPE, stdout=result, stderr=errors)
        late = stack.enter_context(_deadline(sink, timeout, reader, signal.SIGINT))
        writer = _start(source, env=env, stderr=complaints)
        stack.enter_context(_deadline(source, timeout, writer))
        tail = _pump(writer, reader)
        if tail is None:
            first, tail = _stop(writer) or int(Exit.FAILED), b""
            second = _finish(reader)
        elif (first := writer.wait()) == 0 and complete(tail) and not late.is_set():
            _close_input(reader)
            second = reader.wait()
        else:
            first = first or int(Exit.FAILED)
            second = _stop(reader, signal.SIGINT)
        seconds = time.monotonic() - start
        texts = [(file.seek(0), file.read())[1] for file in (complaints, result, errors)]
    return (
        Completed(first, tail, texts[0], seconds),
        Completed(second, texts[1], texts[2], seconds),
    )


def _start(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int | object = subprocess.PIPE,
    stderr: int | object = subprocess.PIPE,
) -> _Child:
    fixed = {"PATH": _PATH, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    fixed |= {key: os.environ[key] for key in _KEPT if key in os.environ}
    try:
        return subprocess.Popen(
            _bound(argv),
            stdin=stdin,
            stdout=stdout,  # type: ignore[arg-type]  # a file object or a constant
            stderr=stderr,  # type: ignore[arg-type]  # a file object or a constant
            env=fixed | dict(env or {}),
            cwd=cwd,
            start_new_session=True,
        )
    except OSError as error:
        raise _unstartable(argv[0], cwd, error) from None


def _bound(argv: Sequence[str]) -> list[str]:
    """The command, ended by the kernel when its starter is killed and cannot do it any more.

    The kernel's word is about the thread that started it (PR_SET_PDEATHSIG, prctl(2)): here each
    thread waits for its program. setpriv hands what execve(2) refuses to a shell, as execvp(3)
    does, so a file that does not begin as a program is left to the caller, who reports it.
    """
    found = shutil.which(argv[0], path=_PATH)
    if found is None or not _begins_as_program(found) or not shutil.which("setpriv", path=_PATH):
        return list(argv)
    return ["setpriv", "--pdeathsig", "TERM", "--", *argv]


def _begins_as_program(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            return file.read(3).startswith(_PROGRAM)
    except OSError:  # it may be run, and not be read
        return False


def _unstartable(program: str, cwd: str | None, error: OSError) -> OpsError:
    if cwd is not None and error.filename == cwd:
        return OpsError(f"{cwd}: {error.strerror}", fix="make this folder")
    if isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError):
        fix = f"install the program {Path(program).name!r} (./up installs all that is needed)"
        return OpsError(f"{program}: {error.strerror}", fix=fix, code=Exit.MISSING)
    return OpsError(f"{program}: {error.strerror}", fix="check that it is a program")


@contextlib.contextmanager
def _deadline(
    argv: Sequence[str], timeout: float, child: _Child, gently: int = signal.SIGTERM
) -> Iterator[threading.Event]:
    """Ends the child's group when the time is up or the block fails; then the pipes are closed."""
    late = threading.Event()

    def end() -> None:
        late.set()
        _stop(child, gently)

    timer = threading.Timer(timeout, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        if late.is_set():
            timer.join()
        _stop(child, gently)
        _close_input(child)
        for output in (child.stdout, child.stderr):
            if output is not None:
                output.close()
    if late.is_set():
        raise OpsError(f"{argv[0]} did not end within {timeout:g} s", fix="raise its time-out")


def _stop(child: _Child, first: int = signal.SIGTERM) -> int:
    """End a group whose leader was not waited for yet: `first`, then SIGKILL to all that is left.

    Gives the exit code. Until somebody waits for the leader, nobody else can get its number.
    """
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, first)
            _has_ended(child, _STOP_SECONDS)
            os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def _finish(child: _Child) -> int:
    """The exit code of a program that is about to end by itself."""
    return child.wait() if _has_ended(child, _STOP_SECONDS) else _stop(child, signal.SIGINT)


def _has_ended(child: _Child, seconds: float) -> bool:
    """Whether the child ends within so many seconds; leaves its exit code to be waited for."""
    try:
        handle = os.pidfd_open(child.pid)
    except ProcessLookupError:
        return True
    try:
        watch = select.poll()
        watch.register(handle, select.POLLIN)
        return bool(watch.poll(seconds * 1000))
    finally:
        os.close(handle)


def _pump(writer: _Child, reader: _Child) -> bytes | None:
    """Carry all over and give the last 4 KiB; None when the sink stopped reading."""
    tail = b""
    assert writer.stdout is not None and reader.stdin is not None  # noqa: S101, PT018 - pipes
    try:
        while block := os.read(writer.stdout.fileno(), 1 << 20):
            reader.stdin.write(block)
            reader.stdin.flush()
            tail = (tail + block)[-_TAIL_BYTES:]
    except BrokenPipeError:
        return None
    return tail


def _close_input(child: _Child) -> None:
    if child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
