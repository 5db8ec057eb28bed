"""Sizes of file systems, some of which hang."""

import os
import threading
import time

import pytest

from hisops.io.volume import Volumes


@pytest.fixture
def gate(monkeypatch):
    """File systems under /hung hang until the gate opens; /bad refuses."""
    opened = threading.Event()
    real = os.statvfs

    def statvfs(path):
        if path.startswith("/hung"):
            opened.wait(20)
        if path.startswith("/bad"):
            raise PermissionError(path)
        return real("/")

    monkeypatch.setattr(os, "statvfs", statvfs)
    yield opened
    opened.set()


def timed(volumes: Volumes, paths: list[str]) -> tuple[float, set[str]]:
    begin = time.monotonic()
    found = set(volumes.measure(paths))
    return time.monotonic() - begin, found


def test_measures_what_answers():
    volumes = Volumes()

    (size,) = volumes.measure(["/"]).values()

    assert size.size_bytes >= size.free_bytes >= size.available_bytes > 0
    assert volumes.measure([]) == {}


def test_a_mount_that_refuses_is_left_out(gate):
    assert set(Volumes().measure(["/a", "/bad", "/b"])) == {"/a", "/b"}


def test_one_that_hangs_costs_itself_and_is_not_asked_again(gate):
    volumes = Volumes()

    first = timed(volumes, ["/a", "/hung", "/b"])
    later = [timed(volumes, ["/a", "/hung", "/b"]) for _ in range(5)]

    assert first[1] == {"/a", "/b"}
    assert first[0] < 5
    assert all(found == {"/a", "/b"} for _, found in later)
    assert min(seconds for seconds, _ in later) < 0.1


def test_one_that_lets_go_is_asked_again(gate):
    volumes = Volumes()
    volumes.measure(["/hung", "/b"])
    gate.set()
    deadline = time.monotonic() + 5
    while set(volumes.measure(["/hung", "/b"])) != {"/hung", "/b"}:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_many_that_hang_never_hold_more_than_eight_threads(gate):
    volumes = Volumes()
    hung = [f"/hung{number}" for number in range(30)]
    before = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - a count is all

    times = [timed(volumes, ["/a", *hung, "/b"]) for _ in range(8)]

    assert max(seconds for seconds, _ in times) < 5
    assert len(os.listdir("/proc/self/task")) - before <= 10  # noqa: PTH208 - a count is all
    assert "/a" in times[-1][1]
