"""What is over is forgotten after 30 days, in small steps; what is alive never."""

import pytest

from hisops.alerting import outbox
from hisops.alerting.alert import Alert
from hisops.alerting.retention import BATCH, KEPT_SECONDS, prune
from hisops.alerting.step import unwatched
from hisops.alerting.watch import Watch

DAY = 86400.0


def alert_names(world):
    return [row.name for row in world.store.read(Alert, "SELECT * FROM alert ORDER BY name")]


def end(world, posted, alerts):
    """Resolve an alert, and mark every message as taken."""
    world.post(alerts.resolved(posted, world.io.now()))
    world.do(
        lambda step: step.transaction.execute(
            "UPDATE outbox SET state = 'accepted', done_at = ?", (step.now,)
        )
    )


def test_a_resolved_alert_and_its_messages_are_kept_for_30_days_and_not_longer(world, alerts):
    posted = alerts.firing()
    world.post(posted)
    end(world, posted, alerts)

    world.io.advance(KEPT_SECONDS)
    assert not prune(world.io, world.store)
    assert (alert_names(world), len(world.rows())) == (["AgentDown"], 2)
    world.io.advance(1)
    prune(world.io, world.store)

    assert (alert_names(world), world.rows(), world.rows("resolved")) == ([], [], [])
    assert world.incidents()[0].state == "resolved"
    assert world.events("incident.changed")[-1].state == "resolved"


def test_what_belongs_to_a_live_incident_stays_however_old_it_is(world, alerts):
    first, second = alerts.firing(mount="/"), alerts.firing(mount="/var")
    world.post(first, second)
    end(world, first, alerts)
    world.io.advance(400 * DAY)

    prune(world.io, world.store)

    assert alert_names(world) == ["AgentDown"] * 2
    assert len(world.rows()) == 2


def test_an_alert_that_fires_stays_even_without_an_incident(world, alerts):
    world.post(alerts.firing("Quiet", severity="info"))
    world.io.advance(400 * DAY)

    prune(world.io, world.store)

    assert alert_names(world) == ["Quiet"]


@pytest.mark.parametrize("state", ["pending", "sending"])
def test_a_message_that_still_waits_stays(world, state):
    world.do(
        lambda step: outbox.add(
            step, incident=None, round_=0, kind="test", person="li", channel="smtp"
        )
    )
    world.do(lambda step: step.transaction.execute("UPDATE outbox SET state = ?", (state,)))
    world.io.advance(400 * DAY)

    prune(world.io, world.store)

    assert len(world.rows("test")) == 1


def test_many_rows_go_in_batches_and_the_rest_is_said_to_be_left(world, alerts):
    quiet = [alerts.firing("Quiet", f"h-{n}", severity="info") for n in range(BATCH + 1)]
    world.post(*quiet)
    world.post(*(alerts.resolved(each, world.io.now()) for each in quiet))
    world.io.advance(31 * DAY)

    assert prune(world.io, world.store)
    assert len(alert_names(world)) == 1
    assert not prune(world.io, world.store)
    assert alert_names(world) == []


def test_the_watch_prunes_after_an_hour_of_running_not_at_once(world, alerts):
    posted = alerts.firing("Quiet", severity="info")
    world.post(posted)
    end(world, posted, alerts)
    world.io.advance(31 * DAY)
    watch = Watch(world.io.tick())

    watch.look(world.io, world.store, world.desk, unwatched)
    assert alert_names(world) == ["Quiet"]
    world.io.advance(3601)
    watch.look(world.io, world.store, world.desk, unwatched)

    assert alert_names(world) == []
