"""Programs end in time with all that they started, and a broken pipe is never taken for a whole."""

import signal
import subprocess
import sys
import time

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io import process
from tests.lab.wait import is_gone, until

# Takes what comes; writes "whole" at the end of file and "stopped" at SIGINT. The signal is waited
# for, not handled: Python would miss one that comes just before it reads on.
SINK = """
import os, signal, sys, threading
from pathlib import Path
log = Path(sys.argv[1])
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
def take():
    data = sys.stdin.buffer.read()
    log.write_text("whole")
    print(len(data), flush=True)
    os._exit(0)
log.write_text("ready")
threading.Thread(target=take, daemon=True).start()
signal.sigwait({signal.SIGINT})
log.write_text("stopped")
os._exit(7)
"""


def shell(script, *words):
    return ["sh", "-c", script, "sh", *map(str, words)]


@pytest.fixture
def sink(tmp_path):
    """A program that reads to the end, and the file that tells what it took the end for."""
    log = tmp_path / "sink.log"
    return ["python3", "-c", SINK, str(log)], log


def after_ready(log, script):
    """A source that writes only once the sink listens for signals."""
    return shell(f'until grep -q ready "$1" 2>/dev/null; do sleep 0.02; done; {script}', log)


def pipe(source, sink, timeout=10.0, complete=lambda _tail: True):
    return process.pipe(source, sink, timeout, None, complete)


def test_gives_exit_code_output_and_errors():
    done = process.run(shell("cat; echo no >&2; exit 3"), 5, stdin=b"hello")

    assert (done.code, done.out, done.last_error) == (3, b"hello", "no")


def test_a_killed_program_has_the_negative_number_of_its_signal():
    assert process.run(shell("kill -9 $$"), 5).code == -signal.SIGKILL


def test_no_shell_reads_the_words():
    assert process.run(["printf", "%s", "$(id) > x; *"], 5).text == "$(id) > x; *"


def test_only_the_fixed_environment_and_what_is_handed_over_is_seen(monkeypatch):
    monkeypatch.setenv("RESTIC_PASSWORD", "from the caller's shell")
    monkeypatch.setenv("LD_PRELOAD", "")

    done = process.run(["env"], 5, env={"A": "b"})

    names = {line.partition("=")[0] for line in done.text.splitlines()}
    assert names <= {"PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "USER", "A"}
    assert "A" in names


@pytest.mark.parametrize(
    "script",
    [
        "sleep 600 & echo $! >$1; wait",
        "sleep 600 & echo $! >$1; exit 0",
        "(trap '' TERM; sleep 600 & echo $! >$1; wait) & wait",
    ],
    ids=["parent waits", "parent left", "grandchild ignores SIGTERM"],
)
def test_a_time_out_ends_grandchildren_too(tmp_path, script):
    begun = time.monotonic()

    with pytest.raises(OpsError) as problem:
        process.run(shell(script, tmp_path / "pid"), 0.5)

    assert problem.value.cause == "sh did not end within 0.5 s"
    assert problem.value.code is Exit.FAILED
    assert until(lambda: is_gone(int((tmp_path / "pid").read_text())), 2)
    assert time.monotonic() - begun < 10


def test_a_frozen_program_is_killed(monkeypatch):
    monkeypatch.setattr(process, "_STOP_SECONDS", 0.3)
    begun = time.monotonic()

    with pytest.raises(OpsError, match="did not end within"):
        process.run(shell("kill -STOP $$"), 0.3)

    assert time.monotonic() - begun < 5


def test_a_daemon_that_let_go_of_the_output_outlives_its_starter(tmp_path):
    script = "sleep 600 >/dev/null 2>&1 & echo $! >$1"

    done = process.run(shell(script, tmp_path / "pid"), 5)

    pid = int((tmp_path / "pid").read_text())
    try:
        assert done.code == 0
        assert not is_gone(pid)
    finally:
        process.run(["kill", str(pid)], 5)


def test_a_program_that_does_not_read_its_input_is_no_error():
    assert process.run(["true"], 5, stdin=b"x" * 1_000_000).code == 0


@pytest.mark.parametrize(
    ("argv", "cause"),
    [
        (["no-such-program"], "no-such-program: No such file or directory"),
        (["/etc/passwd"], "/etc/passwd: Permission denied"),
        (["/etc/passwd/x"], "/etc/passwd/x: Not a directory"),
    ],
)
def test_a_missing_program_is_named_with_what_to_do(argv, cause):
    with pytest.raises(OpsError) as problem:
        process.run(argv, 5)

    assert problem.value.cause == cause
    assert "install the program" in problem.value.fix
    assert problem.value.code is Exit.MISSING


def test_a_missing_folder_is_not_taken_for_a_missing_program(tmp_path):
    with pytest.raises(OpsError) as problem:
        process.run(["true"], 5, cwd=str(tmp_path / "none"))

    assert problem.value.cause == f"{tmp_path}/none: No such file or directory"


def test_a_file_that_is_no_program_is_one_line(tmp_path):
    script = tmp_path / "hook"
    script.write_bytes(b"\x00\x01")
    script.chmod(0o755)

    with pytest.raises(OpsError, match="hook: Exec format error"):
        process.run([str(script)], 5)


def test_lines_come_while_the_program_still_runs(tmp_path):
    lines = process.stream(
        shell('echo one; until [ -e "$1" ]; do sleep 0.02; done; echo two', tmp_path / "go"), 10
    )

    first = next(lines)
    (tmp_path / "go").touch()

    assert [first, *lines] == ["one", "two"]


def test_a_stream_that_ends_badly_tells_the_last_error():
    lines = process.stream(shell("echo one; echo broken >&2; exit 4"), 5)

    assert next(lines) == "one"
    with pytest.raises(OpsError, match="sh ended with 4: broken"):
        next(lines)


def test_closing_a_stream_ends_the_program_and_its_children(tmp_path):
    lines = process.stream(shell("sleep 600 & echo $!; wait"), 60)
    pid = int(next(lines))

    lines.close()

    assert until(lambda: is_gone(pid), 2)


def test_a_stream_that_goes_silent_ends_in_time():
    lines = process.stream(shell("echo one; sleep 600"), 0.5)

    assert next(lines) == "one"
    with pytest.raises(OpsError, match="sh did not end within"):
        next(lines)


def test_a_whole_source_reaches_the_sink_with_its_end(sink):
    argv, log = sink
    size = 3_000_000

    first, second = pipe(shell(f"head -c {size} /dev/zero; echo end"), argv)

    assert (first.code, second.code) == (0, 0)
    assert second.text.strip() == str(size + 4)
    assert log.read_text() == "whole"
    assert first.out.endswith(b"end\n")
    assert len(first.out) == 4096


@pytest.mark.parametrize(
    ("script", "code"),
    [("head -c 100000 /dev/zero; exit 3", 3), ("head -c 100000 /dev/zero; kill -9 $$", -9)],
    ids=["failed", "killed half way"],
)
def test_the_end_is_withheld_when_the_source_fails(sink, script, code):
    argv, log = sink

    first, second = pipe(after_ready(log, script), argv)

    assert first.code == code
    assert second.code == 7
    assert log.read_text() == "stopped"


def test_the_end_is_withheld_when_the_source_ends_well_but_incomplete(sink):
    argv, log = sink

    first, second = pipe(after_ready(log, "echo half"), argv, complete=lambda tail: b"done" in tail)

    assert first.code != 0
    assert (second.code, log.read_text()) == (7, "stopped")


def test_the_end_is_withheld_when_the_judge_itself_breaks(sink):
    argv, log = sink

    def broken(_tail):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pipe(after_ready(log, "echo half"), argv, complete=broken)

    assert log.read_text() == "stopped"


def test_the_end_is_withheld_when_the_source_hangs(sink):
    argv, log = sink

    with pytest.raises(OpsError, match="did not end within 2 s"):
        pipe(after_ready(log, "echo half; sleep 600"), argv, timeout=2)

    assert log.read_text() == "stopped"


def test_the_end_is_withheld_when_there_is_no_such_source(sink):
    argv, log = sink

    with pytest.raises(OpsError) as problem:
        pipe(["no-such-program"], argv)

    assert problem.value.code is Exit.MISSING
    assert not log.exists() or log.read_text() != "whole"


def test_a_sink_that_closes_its_input_early_stops_the_source_and_keeps_its_own_code():
    begun = time.monotonic()

    first, second = pipe(
        ["yes"], shell("head -c 10 >/dev/null; exec <&-; sleep 0.5; echo full >&2; exit 5")
    )

    assert first.code != 0
    assert (second.code, second.last_error) == (5, "full")
    assert time.monotonic() - begun < 5


def test_a_sink_that_leaves_early_without_complaint_is_still_no_success():
    first, second = pipe(["yes"], ["true"])

    assert first.code != 0
    assert second.code == 0


def test_an_interrupt_ends_the_source_and_withholds_the_end(sink, tmp_path):
    argv, log = sink
    source = after_ready(log, f"echo half; echo $$ >{tmp_path}/pid; sleep 600")
    code = f"from hisops.io import process; process.pipe({source}, {argv}, 60, None, bool)"
    # `env` undoes what a shell does to programs in the background: they ignore SIGINT.
    argv = ["env", "--default-signal=INT", sys.executable, "-c", code]
    child = subprocess.Popen(argv, stderr=subprocess.PIPE)
    try:
        pid = int(until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=20)
    finally:
        child.kill()

    assert b"KeyboardInterrupt" in errors
    assert until(lambda: is_gone(pid), 2)
    assert log.read_text() == "stopped"
