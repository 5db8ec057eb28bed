"""Claim by lease, send, mark: nothing is lost, nothing is overwritten, failures find another way."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from hisops.alerting import incident, outbox
from hisops.alerting.note import Notifier, Undelivered
from hisops.alerting.sender import send_one
from hisops.alerting.step import unwatched


class Told(Notifier, frozen=True, kw_only=True):
    """A notifier that keeps what it was given, or fails as it was told."""

    notes: list
    fails: list

    def send(self, io, note):
        """Keep the note, unless a failure is due."""
        if self.fails:
            raise self.fails.pop(0)
        self.notes.append(note)
        return f"id-{len(self.notes)}"


@pytest.fixture
def channels():
    return {
        "smtp": Told(notes=[], fails=[]),
        "webhook": Told(notes=[], fails=[]),
    }


def send(world, channels, owner="me", reached=unwatched):
    """Send one message; gives the result."""
    return send_one(world.io, world.store, world.desk, channels, owner, reached)


def drain(world, channels):
    """Send until nothing is due."""
    while send(world, channels):
        pass


def later(seconds, permanent=False):
    """A failure."""
    return Undelivered(f"{seconds}", permanent=permanent)


def test_a_page_leaves_once_by_each_channel(world, alerts, channels):
    world.post(alerts.firing())
    drain(world, channels)

    assert [len(channels[name].notes) for name in ("smtp", "webhook")] == [1, 1]
    assert {row.state for row in world.rows()} == {"accepted"}
    assert [event.result for event in world.events("page.attempted")] == ["accepted"] * 2


def test_a_passing_failure_is_tried_again_after_2_4_8_seconds(world, alerts, channels):
    channels["smtp"].fails[:] = [later(1), later(2), later(3)]
    world.post(alerts.firing())
    waits = []
    while world.rows()[0].state != "accepted":
        drain(world, channels)
        row = world.rows()[0]
        if row.state == "pending":
            waits.append(round(row.due - world.io.now().timestamp()))
        world.io.advance(1)

    assert waits[0] == 2
    assert max(waits) == 8
    assert len(channels["smtp"].notes) == 1


@pytest.mark.parametrize(
    ("id_", "wait"), [("0" * 16, 8.0), ("8" + "0" * 15, 9.0), ("f" * 16, 10.0)]
)
def test_the_wait_is_up_to_a_quarter_longer_by_chance(world, alerts, id_, wait):
    world.post(alerts.firing(severity="warning"))
    row = world.do(lambda step: outbox.claim(step, "me"))

    world.do(
        lambda step: outbox.retry(step._replace(new_id=lambda: id_), replace(row, attempts=3), "x")
    )

    assert world.rows()[0].due - world.io.now().timestamp() == pytest.approx(wait)


def test_a_final_failure_takes_the_next_channel_at_once(world, alerts, channels):
    channels["smtp"].fails[:] = [later(1, permanent=True)]
    world.post(alerts.firing(severity="warning"))
    drain(world, channels)

    assert [row.state for row in world.rows()] == ["failed", "accepted"]
    assert len(channels["webhook"].notes) == 1


def test_two_passing_failures_take_the_next_channel(world, alerts, channels):
    channels["smtp"].fails[:] = [later(n) for n in range(9)]
    world.post(alerts.firing(severity="warning"))
    for _ in range(5):
        drain(world, channels)
        world.io.advance(1)

    assert len(channels["webhook"].notes) == 1


def test_after_the_last_channel_the_next_person_then_the_fallback_team(world, alerts, channels):
    refusals = [later(n, permanent=True) for n in range(3)]
    channels["smtp"].fails[:], channels["webhook"].fails[:] = refusals[:2], refusals[2:]
    world.post(alerts.firing(severity="warning"))
    drain(world, channels)

    assert [(row.person, row.channel, row.state) for row in world.rows()] == [
        ("li", "smtp", "failed"),
        ("li", "webhook", "failed"),
        ("wang", "smtp", "failed"),
        ("he", "smtp", "accepted"),
    ]


def test_a_notifier_with_a_mistake_is_a_failure_that_finds_another_way(world, alerts, channels):
    channels["smtp"].fails[:] = [ValueError("https://secret") for _ in range(9)]
    world.post(alerts.firing(severity="warning"))
    for _ in range(5):
        drain(world, channels)
        world.io.advance(1)

    assert len(channels["webhook"].notes) == 1
    assert "ValueError" in world.rows()[0].last_error
    assert "secret" not in world.rows()[0].last_error


def test_a_talkative_provider_does_not_fill_the_journal(world, alerts, channels):
    channels["smtp"].fails[:] = [Undelivered("x" * 100_000, permanent=True)]
    world.post(alerts.firing(severity="warning"))
    drain(world, channels)

    assert len(world.rows()[0].last_error) == 500
    assert len(world.events("page.attempted")[0].detail) == 500


def test_an_alert_of_the_year_9999_is_told_like_any_other(world, alerts, channels):
    world.post(replace(alerts.firing(), starts_at=datetime(9999, 12, 31, 23, tzinfo=UTC)))
    drain(world, channels)

    assert len(channels["smtp"].notes) == 1


def test_nobody_else_is_called_when_one_channel_took_the_page(world, alerts, channels):
    channels["smtp"].fails[:] = [later(n, permanent=True) for n in range(3)]
    world.post(alerts.firing())
    drain(world, channels)

    assert {row.person for row in world.rows()} == {"li"}


def test_a_dead_senders_message_is_taken_over_when_its_lease_ends(world, alerts, channels):
    world.post(alerts.firing(severity="warning"))
    world.do(lambda step: outbox.claim(step, "dead"))
    assert send(world, channels) == ""

    world.io.advance(outbox.LEASE_SECONDS)

    assert send(world, channels) == "accepted"


def test_a_sender_that_wakes_up_late_overwrites_nothing(world, alerts, channels):
    world.post(alerts.firing(severity="warning"))
    old = world.do(lambda step: outbox.claim(step, "hung"))
    world.io.advance(outbox.LEASE_SECONDS)
    send(world, channels)

    assert not world.do(lambda step: outbox.retry(step, old, "late"))
    assert world.rows()[0].state == "accepted"
    assert world.events("page.attempted")[-1].result == "failed late"


def test_a_sender_that_was_stopped_before_the_send_does_not_send(world, alerts, channels):
    world.post(alerts.firing(severity="warning"))

    def stopped(point):
        if point == "send-before":
            world.io.advance(30)

    assert send(world, channels, reached=stopped) == "retry"
    assert channels["smtp"].notes == []


def test_an_acknowledgement_takes_back_what_is_not_claimed(world, alerts, channels):
    world.post(alerts.firing())
    world.do(lambda step: incident.acknowledge(step, 1))
    drain(world, channels)

    assert channels["smtp"].notes == []
    assert world.incidents()[0].acked_by == "root"


def test_an_acknowledged_page_of_a_dead_sender_is_dropped(world, alerts, channels):
    world.post(alerts.firing(severity="warning"))
    world.do(lambda step: outbox.claim(step, "dead"))
    world.do(lambda step: incident.acknowledge(step, 1))
    world.io.advance(outbox.LEASE_SECONDS)

    assert send(world, channels) == "cancelled"
    assert channels["smtp"].notes == []


def test_messages_about_one_incident_keep_their_order(world, alerts, channels):
    world.post(alerts.firing(severity="warning"))
    world.do(lambda step: outbox.claim(step, "slow"))
    world.post(alerts.resolved(alerts.firing(severity="warning"), world.io.now()))

    assert send(world, channels) == ""


def test_a_clock_set_back_does_not_hold_a_page(world, alerts, channels):
    world.post(alerts.firing(severity="warning"))
    world.do(lambda step: step.transaction.execute("UPDATE outbox SET due = due + 3600"))

    assert send(world, channels) == "accepted"


def test_a_test_page_that_fails_is_not_tried_again(world, channels):
    channels["smtp"].fails[:] = [later(1)]
    world.do(
        lambda step: outbox.add(
            step, incident=None, round_=0, kind="test", person="li", channel="smtp"
        )
    )
    drain(world, channels)

    assert world.rows("test")[0].state == "failed"


def test_a_page_tells_system_impact_since_runbook_and_how_to_acknowledge(world, alerts, channels):
    world.post(alerts.firing())
    drain(world, channels)

    (note,) = channels["smtp"].notes
    assert note.subject == "[FIRING critical] his-1 does not answer (#1)"
    for part in (
        "System: HIS (his, C1)",
        "Impact: registration, Payment",
        "Vendor: Acme",
        "AgentDown his-1 since 2026-01-05 16:00:00 CST",
        "runbooks/server-down.md",
        "hisops incident ack 1",
        "his-1 无应答",
    ):
        assert part in note.text


def test_a_row_keeps_its_id_over_all_tries(world, alerts, channels):
    token = None
    world.post(alerts.firing(severity="warning"))
    channels["smtp"].fails[:] = [later(1)]
    drain(world, channels)
    token = world.rows()[0].token
    world.io.advance(2)
    drain(world, channels)

    assert channels["smtp"].notes[0].id == token
