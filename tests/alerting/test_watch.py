"""What happens without a request."""

import pytest

from hisops.alerting import heartbeat, incident
from hisops.alerting.alert import Posted
from hisops.alerting.step import unwatched
from hisops.alerting.watch import Watch


@pytest.fixture
def watch(world):
    return Watch(world.io.tick())


def look(world, watch, seconds=0.0, step=5.0):
    """Let time pass with a look every few seconds."""
    watch.look(world.io, world.store, world.desk, unwatched)
    while seconds > 0:
        world.io.advance(min(step, seconds))
        watch.look(world.io, world.store, world.desk, unwatched)
        seconds -= step


def sent(world):
    """Mark all messages as accepted."""
    world.do(lambda step: step.transaction.execute("UPDATE outbox SET state = 'accepted'"))


def test_a_critical_page_is_repeated_until_it_is_acknowledged(world, alerts, watch):
    world.post(alerts.firing())
    sent(world)
    look(world, watch, 300)
    assert [row.round for row in world.rows()] == [1, 1, 2, 2]

    world.do(lambda step: incident.acknowledge(step, 1))
    look(world, watch, 600)

    assert len(world.rows()) == 4


def test_no_page_is_added_behind_one_that_still_waits(world, alerts, watch):
    world.post(alerts.firing())
    look(world, watch, 900)

    assert {row.round for row in world.rows()} == {1}


def test_an_open_incident_without_a_timer_is_paged(world, alerts, watch):
    world.post(alerts.firing())
    sent(world)
    world.do(lambda step: step.transaction.execute("UPDATE incident SET next_at = NULL"))
    look(world, watch)

    assert {row.round for row in world.rows()} == {1, 2}


def hear(world, *posted):
    """A request as the engine takes it."""
    world.post(*posted)
    world.do(lambda step: heartbeat.hear(step, heartbeat.ANY_POST))


def test_an_alert_that_its_sender_no_longer_tells_is_resolved(world, alerts, watch):
    one = alerts.firing()
    hear(world, Posted(labels=one.labels, ends_at=world.io.now()))
    world.do(
        lambda step: step.transaction.execute(
            "UPDATE alert SET status = 'firing', ends_at = ?", (step.now + 40,)
        )
    )
    world.do(lambda step: step.transaction.execute("UPDATE incident SET state = 'open'"))
    for _ in range(40):
        hear(world)
        look(world, watch, 5)

    assert world.incidents()[0].state == "resolved"
    assert world.events("alert.accepted")[-1].status == "lapsed"


def test_nothing_lapses_while_the_sender_is_silent(world, alerts, watch):
    hear(world, alerts.firing())
    world.do(
        lambda step: step.transaction.execute("UPDATE alert SET ends_at = ?", (step.now + 40,))
    )
    look(world, watch, 600)

    assert world.incidents()[0].state == "open"


def test_a_lost_heartbeat_pages_and_its_return_resolves(world, alerts, watch):
    beat = alerts.firing("Watchdog", "", severity="info")
    hear(world, beat)
    look(world, watch, 240)
    assert [found.title for found in world.incidents()] == [
        "the heartbeat watchdog is missing: alerts may not reach this engine"
    ]

    hear(world, beat)
    look(world, watch, 5)

    assert world.incidents()[0].state == "resolved"


def test_a_stopped_engine_does_not_call_what_it_missed_lost(world, alerts, watch):
    hear(world, alerts.firing("Watchdog", "", severity="info"))
    look(world, watch)
    world.io.advance(3600)
    look(world, watch, 60)

    assert world.incidents() == []


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_clock_that_is_set_makes_no_heartbeat_late(world, alerts, watch, seconds):
    beat = alerts.firing("Watchdog", "", severity="info")
    for _ in range(30):
        hear(world, beat)
        look(world, watch, 10)
    world.io.set_clock(seconds)
    look(world, watch, 5)
    for _ in range(30):
        hear(world, beat)
        look(world, watch, 10)

    assert world.incidents() == []


def test_a_heartbeat_that_is_lost_after_the_clock_was_set_still_pages(world, alerts, watch):
    hear(world, alerts.firing("Watchdog", "", severity="info"))
    look(world, watch, 10)
    world.io.set_clock(3600)
    look(world, watch, 240)

    assert len(world.incidents()) == 1
