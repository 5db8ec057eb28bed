"""The screen of `hisops top`, driven by textual's own pilot."""

import asyncio
import time
from datetime import timedelta

import msgspec
import pytest
from textual.widgets import DataTable, Input, Static

from hisops.cli.top_screen import Page, Top
from hisops.core.errors import OpsError
from hisops.core.text import Duration
from hisops.workflow.light import Light
from tests.cli.scenes import NOW, SCENE, system


class World:
    """What the screen sees, and a clock that the test moves."""

    def __init__(self) -> None:
        self.now, self.scene, self.problem, self.looks = NOW, SCENE, "", 0

    def look(self):
        self.looks += 1
        if self.problem:
            raise OpsError(self.problem)
        return self.scene

    def read(self, kind, key):
        return f"{kind} of {key}"


def drive(steps, world=None, size=(80, 24)):
    """Run the screen and what a person does; gives what `steps` gives."""
    world = world or World()
    app = Top(world.look, world.read, lambda: world.now, Duration(0.2))

    async def run():
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: world.looks > 0 and (app._keys or world.problem))
            return await steps(app, pilot)

    return asyncio.run(run())


async def until(pilot, condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await pilot.pause(0.02)


def cells(app):
    table = app.screen_stack[0].query_one(DataTable)
    return [[str(cell) for cell in table.get_row_at(i)] for i in range(table.row_count)]


def text_of(app):
    """What is on the terminal, line by line."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def head(app):
    return str(app.screen_stack[0].query_one("#head", Static).render())


def test_it_begins_with_the_systems_the_worst_first():
    async def steps(app, pilot):
        return cells(app)

    assert [row[2] for row in drive(steps)] == ["pacs", "oa", "his"]


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (["2"], "db2"),
        (["3"], "5 min ago"),
        (["tab"], "db2"),
        (["3", "1"], "C1"),
        ([":", *"hosts", "enter"], "db2"),
        ([":", *"alerts", "enter"], "5 min ago"),
    ],
)
def test_keys_and_commands_change_the_pane(keys, first):
    async def steps(app, pilot):
        await pilot.press(*["colon" if key == ":" else key for key in keys])
        await pilot.pause()
        return cells(app)

    assert drive(steps)[0][1] == first


def test_a_filter_works_while_it_is_typed_and_escape_drops_it():
    async def steps(app, pilot):
        await pilot.press("slash", *"pac")
        await pilot.pause()
        typed = [row[2] for row in cells(app)]
        await pilot.press("enter")
        await pilot.pause()
        kept = [row[2] for row in cells(app)], app.query_one(Input).display
        await pilot.press("escape")
        await pilot.pause()
        return typed, kept, len(cells(app))

    assert drive(steps) == (["pacs"], (["pacs"], False), 3)


def test_describe_log_and_runbook_open_a_page_and_escape_closes_it():
    async def steps(app, pilot):
        shown = []
        await pilot.press("2", "down")
        await pilot.pause()
        for key in ("d", "l", "r", "question_mark"):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(app.screen, Page)
            shown.append(app.screen._text)
            await pilot.press("escape")
            await pilot.pause()
        return shown

    described, log, book, keys = drive(steps)
    assert "cpu" in described
    assert "0.25" in described
    assert log == "log of db1"
    assert book == "runbook of server-down"
    assert "describe the row" in keys


def test_data_that_no_longer_comes_turns_stale_with_its_age():
    world = World()

    async def steps(app, pilot):
        assert [row[0] for row in cells(app)] == ["✖ bad", "? unknown", "✓ ok"]
        world.problem = "Prometheus does not answer"
        world.now = NOW + timedelta(seconds=45)
        await until(pilot, lambda: "does not answer" in head(app))
        return cells(app), head(app), app.query_one("#head").has_class("old")

    rows, told, old = drive(steps, world)
    assert [row[0] for row in rows] == ["✖ bad", "░ stale", "? unknown"]
    assert "data 45 s old" in told
    assert old


def test_a_prometheus_that_is_silent_from_the_start_is_told():
    world = World()
    world.problem = "no answer at 127.0.0.1:19090"

    async def steps(app, pilot):
        await until(pilot, lambda: "no answer" in head(app))
        return head(app)

    assert "? unknown" in drive(steps, world)


def test_the_last_scene_stays_when_a_later_one_has_nothing():
    world = World()

    async def steps(app, pilot):
        world.scene = msgspec.structs.replace(SCENE, systems=(), cause="silent")
        await until(pilot, lambda: "silent" in head(app))
        return [row[2] for row in cells(app)]

    assert "his" in drive(steps, world)


def test_the_cursor_stays_on_its_system_when_the_order_changes():
    world = World()

    async def steps(app, pilot):
        await pilot.press("down", "down")
        await pilot.pause()
        before = app._key()
        systems = (
            *SCENE.systems[:2],
            system("oa", "办公", Light.BAD),
            system("z", "新", Light.BAD),
        )
        world.scene = msgspec.structs.replace(SCENE, systems=systems)
        await until(pilot, lambda: len(cells(app)) == 4)
        return before, app._key()

    assert drive(steps, world) == ("his", "his")


def test_at_80_by_24_every_line_fits_with_wide_characters():
    from rich.cells import cell_len

    async def steps(app, pilot):
        await pilot.pause()
        return text_of(app)

    lines = drive(steps)
    assert len(lines) == 24
    assert {cell_len(line) for line in lines} == {80}
    (row,) = [line for line in lines if "门诊急诊" in line]
    assert "3/3" in row
    assert "市第一人民医院" in lines[0]
    assert "runbook" in lines[-1]


def test_q_leaves():
    async def steps(app, pilot):
        await pilot.press("q")
        await pilot.pause()
        return app._exit

    assert drive(steps)


def test_an_unknown_command_is_told_with_the_nearest():
    async def steps(app, pilot):
        await pilot.press("colon", *"hosst", "enter")
        await pilot.pause()
        return [notice.message for notice in app._notifications]

    assert drive(steps) == ["there is no command 'hosst' did you mean 'hosts'?"]
