"""What a program does when hisops itself is killed: it ends, and a daemon that it left does not."""

import subprocess
import sys

import pytest

from hisops.io import process
from tests.lab.wait import is_gone, until

RUN = "import sys\nfrom hisops.io import process\nprocess.run(sys.argv[1:], 60)\n"
STREAM = "import sys\nfrom hisops.io import process\nlist(process.stream(sys.argv[1:], 60))\n"
# The program is started by a thread of its own, as the engine does.
THREAD = (
    "import sys, threading\nfrom hisops.io import process\n"
    "threading.Thread(target=process.run, args=(sys.argv[1:], 60)).start()\n"
)


def shell(script, *words):
    return ["sh", "-c", script, "sh", *map(str, words)]


def end(pid):
    process.run(["kill", "-9", str(pid)], 5)


@pytest.mark.parametrize("code", [RUN, STREAM, THREAD], ids=["run", "stream", "thread"])
def test_a_program_ends_when_hisops_is_killed(tmp_path, code):
    file = tmp_path / "pid"
    argv = shell("echo $$ >$1; exec sleep 600", file)
    starter = subprocess.Popen([sys.executable, "-c", code, *argv])
    try:
        pid = int(until(lambda: file.exists() and file.read_text()))
        assert not is_gone(pid)
    finally:
        starter.kill()
        starter.wait()

    try:
        assert until(lambda: is_gone(pid), 5)
    finally:
        end(pid)


def test_a_daemon_outlives_the_hisops_that_started_it_and_was_killed(tmp_path):
    file = tmp_path / "pid"
    argv = shell("setsid sleep 600 >/dev/null 2>&1 & echo $! >$1; exec sleep 600", file)
    starter = subprocess.Popen([sys.executable, "-c", RUN, *argv])
    try:
        pid = int(until(lambda: file.exists() and file.read_text()))
        shell_pid = int(process.run(["ps", "-o", "ppid=", "-p", str(pid)], 5).text)
    finally:
        starter.kill()
        starter.wait()

    try:
        assert until(lambda: is_gone(shell_pid), 5)
        assert not is_gone(pid)
    finally:
        end(pid)
