"""Silences keep pages back, end by themselves, and are never silent in the journal."""

import pytest

from hisops.alerting import intake, silence
from hisops.alerting.silence import Matcher
from hisops.alerting.step import unwatched
from hisops.alerting.watch import Watch
from hisops.core.errors import OpsError


@pytest.mark.parametrize(
    ("text", "labels", "hit"),
    [
        ("instance=his-1", {"instance": "his-1"}, True),
        ("instance=his", {"instance": "his-1"}, False),
        ('instance=~"his-.*"', {"instance": "his-1"}, True),
        ("instance=~his", {"instance": "his-1"}, False),
        ("instance!=his-1", {"instance": "his-2"}, True),
        ("instance!~his-.", {"instance": "his-2"}, False),
        ("team!=dba", {}, True),
    ],
)
def test_matchers_mean_what_alertmanagers_mean(text, labels, hit):
    assert silence.parse(text).matches(labels) is hit


@pytest.mark.parametrize("text", ["", "instance", "1x=2", "=x"])
def test_what_is_no_matcher_is_refused(text):
    with pytest.raises(OpsError, match="no matcher"):
        silence.parse(text)


@pytest.mark.parametrize("text", ["instance=~.*", "team!=dba", "x=~("])
def test_a_silence_of_everything_or_nothing_is_refused(text):
    with pytest.raises(OpsError):
        silence.check([silence.parse(text)])


def test_a_filter_with_a_broken_expression_is_refused():
    with pytest.raises(OpsError, match="not a regular expression"):
        silence.parse("x=~(")


def add(world, text="instance=his-1", seconds=3600.0):
    """Set a silence from now on."""

    def work(step):
        now = step.now
        matchers: list[Matcher] = [silence.parse(text)]
        id_ = silence.add(step, matchers, starts_at=now, ends_at=now + seconds, reason="change 1")
        intake.settle_all(step, world.desk)
        return id_

    return world.do(work)


def test_a_silenced_alert_does_not_page_and_says_so(world, alerts):
    add(world)
    world.post(alerts.firing())

    assert world.rows() == []
    assert world.incidents()[0].state == "silenced"
    assert world.events("incident.changed")[0].state == "suppressed"


def test_a_silence_takes_back_what_nobody_has_claimed(world, alerts):
    world.post(alerts.firing())
    add(world)

    assert {row.state for row in world.rows()} == {"cancelled"}


def test_another_host_still_pages(world, alerts):
    add(world)
    world.post(alerts.firing(instance="his-2"))

    assert len(world.rows()) == 2


def test_what_still_fires_pages_when_the_silence_ends(world, alerts):
    add(world, seconds=60)
    world.post(alerts.firing())
    watch = Watch(world.io.tick())
    watch.look(world.io, world.store, world.desk, unwatched)
    assert world.rows() == []

    world.io.advance(61)
    watch.look(world.io, world.store, world.desk, unwatched)

    assert world.incidents()[0].state == "open"
    assert len(world.rows()) == 2


def test_a_silence_ended_by_hand_pages_at_once(world, alerts):
    id_ = add(world)
    world.post(alerts.firing())

    world.do(lambda step: (silence.expire(step, id_), intake.settle_all(step, world.desk)))

    assert len(world.rows()) == 2


def test_what_is_resolved_while_silenced_tells_nobody(world, alerts):
    add(world)
    world.post(alerts.firing())
    world.post(alerts.resolved(alerts.firing(), world.io.now()))

    assert world.rows("resolved") == []
    assert world.incidents()[0].state == "resolved"


def test_a_silence_that_is_not_there_cannot_be_ended(world):
    with pytest.raises(OpsError, match="no silence"):
        world.do(lambda step: silence.expire(step, "x"))
