"""Coroutines: deadlines hold, errors find their owner, nothing is left running."""

import os
import threading

import pytest

from hisops.io.loop import READ
from hisops.io.task import Signal


async def after(loop, seconds, value):
    await loop.sleep(seconds)
    return value


async def fail(_loop):
    raise ValueError("wrong")


def test_results_come_in_the_order_of_the_works(loop):
    works = [after(loop, 0.03 - 0.01 * number, number) for number in range(3)]

    assert loop.run(loop.gather(works, limit=2)) == [0, 1, 2]


def test_no_more_than_the_limit_run_at_once(loop):
    running, most = [], []

    async def work():
        running.append(1)
        most.append(len(running))
        await loop.sleep(0.001)
        running.pop()

    loop.run(loop.gather([work() for _ in range(20)], limit=3))

    assert max(most) == 3


def test_the_first_error_ends_the_others(loop):
    ended = []

    async def patient():
        try:
            await loop.sleep(60)
        finally:
            ended.append(True)

    with pytest.raises(ValueError, match="wrong"):
        loop.run(loop.gather([patient(), fail(loop)], limit=5))

    assert ended == [True]


def test_work_that_takes_too_long_is_ended(loop):
    ended = []

    async def patient():
        try:
            await loop.sleep(60)
        finally:
            ended.append(True)

    with pytest.raises(TimeoutError, match=r"0\.01 s"):
        loop.run(loop.within(0.01, loop.gather([patient(), patient()], limit=1)))

    assert ended == [True]


def test_an_outer_deadline_is_not_taken_for_an_inner_one(loop):
    seen = []

    async def inner():
        try:
            await loop.within(60, loop.sleep(60))
        except TimeoutError:
            seen.append("inner")

    with pytest.raises(TimeoutError):
        loop.run(loop.within(0.01, inner()))

    assert seen == []


def test_a_deadline_that_was_met_never_strikes_later(loop):
    async def work():
        first = await loop.within(0.02, after(loop, 0.001, "in time"))
        await loop.sleep(0.05)
        return first

    assert loop.run(work()) == "in time"


def test_a_probe_cannot_catch_its_own_end(loop):
    async def stubborn():
        try:
            await loop.sleep(60)
        except (OSError, RuntimeError, ValueError):
            await loop.sleep(60)

    with pytest.raises(TimeoutError):
        loop.run(loop.within(0.01, stubborn()))


def test_threads_hand_over_by_call(loop):
    signal = Signal()
    threading.Timer(0.01, lambda: loop.call(lambda: loop.give(signal, "hello"))).start()

    assert loop.run(loop.wait(signal)) == "hello"


def test_a_descriptor_wakes_its_task(loop):
    out, into = os.pipe()

    async def read():
        os.write(into, b"x")
        await loop.ready(out, READ)
        return os.read(out, 1)

    assert loop.run(read()) == b"x"
    os.close(out)
    os.close(into)


def test_an_error_that_nobody_waits_for_is_told(loop, capfd):
    async def main():
        loop.spawn(fail(loop))
        await loop.sleep(0.01)

    loop.run(main())

    assert "ValueError: wrong" in capfd.readouterr().err


def test_a_coroutine_that_waits_on_its_way_out_is_ended_all_the_same(loop, monkeypatch):
    monkeypatch.setattr("hisops.io.loop.GRACE_SECONDS", 0.02)

    async def clinging():
        try:
            await loop.sleep(60)
        finally:
            await loop.sleep(60)

    with pytest.raises(TimeoutError):
        loop.run(loop.within(0.01, clinging()))


def test_it_has_a_moment_to_put_things_right(loop):
    done = []

    async def tidy():
        try:
            await loop.sleep(60)
        finally:
            await loop.sleep(0.01)
            done.append(True)

    with pytest.raises(TimeoutError):
        loop.run(loop.within(0.01, tidy()))

    assert done == [True]


def test_a_time_that_is_no_number_is_refused(loop):
    async def work():
        await loop.sleep(float("nan"))

    with pytest.raises(ValueError, match="no number"):
        loop.run(work())
