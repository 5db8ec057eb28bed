"""Blocking work beside the loop: everybody gets a turn, and a hung one costs one place."""

import threading
import time

import pytest

from hisops.io.threads import Threads


def test_more_works_than_threads_are_all_done(loop):
    threads = Threads(loop, 3)
    running, most = [], []

    def work():
        running.append(1)
        most.append(len(running))
        time.sleep(0.002)
        running.pop()
        return threading.get_ident()

    found = loop.run(loop.gather([threads.run(work, timeout=20) for _ in range(40)], limit=100))

    assert len(found) == 40
    assert max(most) <= 3


def test_who_waits_behind_hung_ones_is_told_in_time_and_others_go_on_later(loop):
    threads, release = Threads(loop, 1), threading.Event()

    async def main():
        with pytest.raises(TimeoutError):
            await threads.run(release.wait, timeout=0.02)
        with pytest.raises(TimeoutError):
            await threads.run(lambda: "second", timeout=0.02)
        release.set()
        return await threads.run(lambda: "third", timeout=20)

    assert loop.run(main()) == "third"


def test_what_the_work_raises_is_raised(loop):
    def wrong():
        raise KeyError("x")

    with pytest.raises(KeyError):
        loop.run(Threads(loop, 1).run(wrong, timeout=20))
