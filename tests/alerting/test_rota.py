"""Somebody is on duty at every instant, and mistakes are told with their place."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisops.alerting import rota
from hisops.alerting.rota import Rota, Shift, hands_over, on_call
from hisops.core.model import Inventory

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")


def made(people=("a", "b", "c"), zone="Asia/Shanghai", **more) -> Rota:
    """A rota of one team."""
    return Rota(teams={"dba": Shift(people=people, **more)}, fallback="dba", timezone=zone)


def test_the_handover_instant_belongs_to_the_person_who_comes():
    change = datetime(2026, 1, 12, 0, 0, tzinfo=UTC)  # Monday 08:00 in Shanghai

    assert on_call(made(), "dba", change - timedelta(microseconds=1))[0] == "a"
    assert on_call(made(), "dba", change)[0] == "b"


def test_the_others_follow_in_their_order():
    assert on_call(made(), "dba", datetime(2026, 1, 13, tzinfo=UTC)) == ("b", "c", "a")


def test_a_daily_rotation_changes_every_day():
    at = datetime(2026, 1, 5, 4, tzinfo=UTC)

    found = [on_call(made(rotation="daily"), "dba", at + timedelta(days=n))[0] for n in range(4)]

    assert found == ["a", "b", "c", "a"]


def test_an_unknown_team_is_answered_by_the_fallback():
    assert on_call(made(), "nobody", datetime(2026, 1, 6, tzinfo=UTC))[0] == "a"


@pytest.mark.parametrize("handover", ["01:30", "02:30"])
def test_clock_changes_do_not_bring_the_last_person_back(handover):
    rota_ = made(zone="Europe/Berlin", rotation="daily", handover=handover, start=date(2026, 1, 1))
    zone = ZoneInfo("Europe/Berlin")
    for day in (datetime(2026, 3, 29, tzinfo=zone), datetime(2026, 10, 25, tzinfo=zone)):
        begin = day.astimezone(UTC)
        people = [
            on_call(rota_, "dba", begin + timedelta(minutes=10 * n))[0] for n in range(25 * 6)
        ]
        changes = sum(a != b for a, b in pairwise(people))
        assert changes in (1, 2), people


@given(
    st.integers(1_577_836_800, 2_051_222_400).map(lambda t: datetime.fromtimestamp(t, UTC)),
    st.sampled_from(ZONES),
    st.sampled_from(["daily", "weekly"]),
    st.times().map(lambda t: t.strftime("%H:%M")),
    st.integers(1, 6),
)
def test_exactly_one_person_is_first_until_the_handover(at, zone, rotation, handover, count):
    people = tuple("abcdef"[:count])
    rota_ = made(people, zone, rotation=rotation, handover=handover)

    line, end = on_call(rota_, "dba", at), hands_over(rota_, "dba", at)

    assert sorted(line) == sorted(people)
    assert end > at
    assert on_call(rota_, "dba", end - timedelta(seconds=1)) == line
    assert on_call(rota_, "dba", end) == line[1:] + line[:1]


GOOD = """\
fallback: dba
teams:
  dba: {people: [li], start: 2026-01-05, handover: "18:00"}
"""


def read(io, desk, text):
    """Read a rota and give its problems as `line: cause`."""
    io.write("/site/alerts/oncall.yml", text)
    inventory = desk.site.inventory
    return rota.read(io, "/site", inventory, "Asia/Shanghai", ("smtp", "webhook"))


def test_reads_a_rota(io, desk):
    found, problems = read(io, desk, GOOD)

    assert problems == []
    assert found.teams["dba"].people == ("li",)
    assert found.pages["critical"].channels == "all"


@pytest.mark.parametrize(
    ("wrong", "right", "cause"),
    [
        ("fallback: dba", "fallback: dbs", "there is no team 'dbs'"),
        ("people: [li]", "people: [lu]", "there is no person 'lu'"),
        ("people: [li]", "people: []", "expected at least one"),
        ("people: [li]", "people: [li, li]", "somebody stands twice"),
        ('"18:00"', "18:00", "expected str, got int"),
        ('"18:00"', '"25:00"', "expected a time such as"),
        ("2026-01-05", "soon", "start"),
        ("  dba:", "  net:", "nobody is called for his: its owner 'dba' has no rota"),
        ("  dba:", "  net:", "there is no such team in the inventory"),
        ("fallback: dba", "fallbak: dba", "unknown setting"),
    ],
)
def test_mistakes_are_told(io, desk, wrong, right, cause):
    _, problems = read(io, desk, GOOD.replace(wrong, right))

    assert cause in "\n".join(problem.cause for problem in problems)


def test_all_mistakes_are_told_at_once(io, desk):
    _, problems = read(io, desk, GOOD.replace("[li]", "[lu, la]").replace(": dba\n", ": x\n"))

    assert len(problems) == 3


def test_a_person_who_cannot_be_reached_is_a_mistake(io, desk):
    person = desk.site.inventory.people["wang"]
    people = {"li": type(person)(name="x", channels=("smtp", "webhook", "sms"))}
    inventory = Inventory(people=people, teams=desk.site.inventory.teams)
    io.write("/site/alerts/oncall.yml", GOOD)

    _, problems = rota.read(io, "/site", inventory, "UTC", ("smtp", "webhook"))

    causes = " ".join(problem.cause for problem in problems)
    assert "no email" in causes
    assert "no webhook" in causes
    assert "'sms', which does not exist" in causes


def test_a_missing_file_is_told(io, desk):
    _, problems = rota.read(io, "/site", desk.site.inventory, "UTC")

    assert problems[0].file == "alerts/oncall.yml"
