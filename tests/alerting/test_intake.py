"""Alerts become incidents and pages; the same alert never pages twice for being posted twice."""

from datetime import timedelta

from hisops.alerting import incident, intake
from hisops.alerting.alert import Posted


def test_a_critical_alert_pages_all_channels_of_the_person_on_duty(world, alerts):
    world.post(alerts.firing())

    assert [(row.person, row.channel) for row in world.rows()] == [
        ("li", "smtp"),
        ("li", "webhook"),
    ]
    assert world.incidents()[0].state == "open"


def test_a_warning_takes_the_first_channel_only(world, alerts):
    world.post(alerts.firing(severity="warning"))

    assert [row.channel for row in world.rows()] == ["smtp"]


def test_an_alert_without_a_team_goes_to_the_fallback(world, alerts):
    world.post(alerts.firing(team=""))

    assert [row.person for row in world.rows()] == ["he"]


def test_the_same_alert_again_changes_nothing(world, alerts, start):
    world.post(alerts.firing())
    world.io.advance(10)
    world.post(alerts.firing())
    late = alerts.firing()
    world.post(Posted(labels=late.labels, starts_at=start + timedelta(hours=1)))

    assert len(world.rows()) == 2
    assert len(world.incidents()) == 1
    assert len(world.events("alert.accepted")) == 1


def test_info_and_heartbeats_are_kept_and_page_nobody(world, alerts):
    world.post(alerts.firing("Watchdog", "", severity="info"), alerts.firing(severity="info"))

    assert world.incidents() == []
    assert world.rows() == []
    assert len(world.events("alert.accepted")) == 2
    assert world.do(lambda step: intake.heartbeat.list_beats(step.transaction)).keys() == {
        "watchdog"
    }


def test_a_second_alert_of_the_incident_is_told_by_the_page_that_waits(world, alerts):
    world.post(alerts.firing(mount="/"), alerts.firing(mount="/var"))

    assert len(world.incidents()) == 1
    assert len(world.rows()) == 2


def test_resolved_is_told_to_those_who_were_paged(world, alerts):
    world.post(alerts.firing())
    world.do(lambda step: step.transaction.execute("UPDATE outbox SET state = 'accepted'"))
    world.io.advance(60)
    world.post(alerts.resolved(alerts.firing(), world.io.now()))

    assert world.incidents()[0].state == "resolved"
    assert [row.channel for row in world.rows("resolved")] == ["smtp", "webhook"]


def test_resolved_counts_only_when_the_last_alert_is(world, alerts):
    world.post(alerts.firing(mount="/"), alerts.firing(mount="/var"))
    world.post(alerts.resolved(alerts.firing(mount="/"), world.io.now()))

    assert world.incidents()[0].state == "open"


def test_an_alert_that_came_and_went_unseen_is_told_once(world, alerts, start):
    world.io.advance(120)
    gone = alerts.resolved(alerts.firing(), start + timedelta(seconds=60), start)
    world.post(gone)
    world.post(gone)

    assert world.incidents()[0].state == "resolved"
    assert world.rows() == []
    assert [row.person for row in world.rows("resolved")] == ["li"]


def test_a_second_unseen_episode_is_told_too(world, alerts, start):
    world.io.advance(300)
    for minute in (0, 2):
        begin = start + timedelta(minutes=minute)
        world.post(alerts.resolved(alerts.firing(), begin + timedelta(seconds=30), begin))

    assert len(world.rows("resolved")) == 2


def test_a_return_within_the_flap_window_opens_the_same_incident(world, alerts):
    world.post(alerts.firing())
    world.post(alerts.resolved(alerts.firing(), world.io.now()))
    world.io.advance(60)
    world.post(alerts.firing())

    (found,) = world.incidents()
    assert (found.state, found.round) == ("open", 2)


def test_a_return_much_later_is_a_new_incident(world, alerts):
    world.post(alerts.firing())
    world.post(alerts.resolved(alerts.firing(), world.io.now()))
    world.io.advance(incident.REOPEN_SECONDS + 1)
    world.post(alerts.firing())

    assert [found.state for found in world.incidents()] == ["resolved", "open"]


def test_an_acknowledged_incident_stays_quiet_for_the_same_alert(world, alerts):
    world.post(alerts.firing())
    world.do(lambda step: incident.acknowledge(step, 1))
    world.post(alerts.firing())
    world.post(alerts.resolved(alerts.firing(), world.io.now()))

    assert {row.state for row in world.rows()} == {"cancelled"}


def test_something_new_breaks_an_acknowledgement(world, alerts):
    world.post(alerts.firing(mount="/"))
    world.do(lambda step: incident.acknowledge(step, 1))
    world.post(alerts.firing(mount="/var"))

    assert world.incidents()[0].state == "open"
    assert len([row for row in world.rows() if row.state == "pending"]) == 2


def test_a_louder_alert_breaks_an_acknowledgement(world, alerts):
    world.post(alerts.firing(severity="warning"))
    world.do(lambda step: incident.acknowledge(step, 1))
    world.post(alerts.firing(severity="critical"))

    found = world.incidents()[0]
    assert (found.state, found.severity) == ("open", "critical")


def test_a_mistake_in_one_alert_does_not_cost_the_others(world, alerts):
    taken = world.post(Posted(labels={}), alerts.firing())

    assert taken.accepted == 1
    assert "alert 0" in taken.mistakes[0]


def test_what_is_resolved_by_hand_comes_back_when_it_still_fires(world, alerts):
    world.post(alerts.firing())
    world.do(lambda step: incident.close(step, 1, "mended"))
    world.io.advance(10)
    world.post(alerts.firing())

    assert world.incidents()[0].state == "open"


def test_ten_thousand_alerts_are_one_transaction_within_ten_seconds(world, alerts):
    from time import process_time

    posted = [alerts.firing(instance=f"host-{n}") for n in range(10_000)]
    begin = process_time()

    taken = world.post(*posted)

    assert taken.accepted == 10_000
    assert len(world.incidents()) == 10_000
    assert process_time() - begin < 10
