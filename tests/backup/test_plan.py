"""Policies: what loads, and that every mistake is told at once with its place."""

import pytest

from hisops.backup import plan
from hisops.core.config import locate
from hisops.core.model import Class, Inventory, Name, System
from hisops.core.text import Duration

GOOD = """\
his-db:
  system: his
  source: {kind: postgres, host: db01, database: his, user: backup, password: "credential:db"}
  schedule: {every: 15 min, timeout: 10 min}
  expect: {min_bytes: 10 MB, max_drop: 10%}
  repository: {url: /srv/backup/his, password: "credential:restic"}
  retention: {daily: 14}
  copies:
    - to: site-b
      url: "sftp://backup@site-b.example:2222/his"
      known_hosts: "${site}/backup/known_hosts"
      identity: "${state}/credentials/site-b"
  drill:
    every: 30 d
    from: site-b
    assert:
      - {counts: manifest}
      - {sql: select count(*) from patient, min: 1}
      - {rto: 15 min}
"""


@pytest.fixture
def read(io):
    def load(text):
        io.write("/site/backup/a.yml", text)
        return plan.read(io, "/site", "/state")

    return load


def test_reads_a_plan_whole(read):
    plans, problems = read(GOOD)

    assert problems == []
    found = plans["his-db"]
    assert found.expect.drop_share == 0.1
    assert found.copies[0].identity == "/state/credentials/site-b"
    assert found.drill.from_ == "site-b"
    assert found.max_age_seconds == 2 * 900 + 600


@pytest.mark.parametrize(
    ("right", "wrong", "line", "cause"),
    [
        ("  retention: {daily: 14}\n", "", 1, "retention: missing"),
        ("{daily: 14}", "{daily: 0}", 7, "keeps nothing"),
        ('"credential:restic"', "hunter2", 6, "expected a reference"),
        ("/srv/backup/his", "srv/his", 6, "absolute folder"),
        ("sftp://backup@site-b.example:2222/his", "s3:bucket", 10, "expected sftp://"),
        ("sftp://backup@", "sftp://backup:secret@", 10, "a password stands in it"),
        (":2222/his", ":99999/his", 10, "expected a port"),
        ("${site}/backup/known_hosts", "backup/known_hosts", 11, "expected an absolute path"),
        ("${state}/credentials/site-b", "/k\\n  ProxyCommand x", 12, "expected an absolute path"),
        ("to: site-b", "to: local", 9, "expected a short name"),
        ("from: site-b", "from: site-c", 15, "there is no copy 'site-c'"),
        ("kind: postgres", "kind: postgre", 3, "there is no source 'postgre'"),
        ("user: backup,", "user: backup, mode: physical,", 3, "mode: unknown setting"),
        ("max_drop: 10%", "max_drop: 10", 5, "expected str, got int"),
        ("max_drop: 10%", "max_drop: most", 5, "expected a share"),
        ("{counts: manifest}", "{amcheck: true}", 17, "amcheck: unknown setting"),
        ("{counts: manifest}", "{counts: manifest, rto: 1 s}", 17, "exactly one of"),
        ("{counts: manifest}", "{checksums: true}", 17, "cannot answer checksums"),
        (", min: 1}", "}", 18, "expected min, max or equals"),
        ("every: 15 min", "every: 7 min", 4, "cron can say"),
        ("${state}", "${home}", 12, "stands for nothing"),
        ("his-db:", "HIS DB:", 1, "small letters"),
        (
            "  system: his\n",
            "  system: his\n  verify: {full: 90 d}\n",
            3,
            "verify: unknown setting",
        ),
    ],
)
def test_tells_a_mistake_with_its_place(read, right, wrong, line, cause):
    text = GOOD.replace(right, wrong, 1)

    plans, problems = read(text)

    assert cause in "; ".join(problem.cause for problem in problems)
    (found,) = [p for p in problems if cause in p.cause]
    assert abs((found.line or locate(text, found.at)) - line) <= 1
    assert "hunter2" not in repr(problems)
    assert plans == {}


def test_tells_all_mistakes_at_once(read):
    text = GOOD.replace("{daily: 14}", "{}").replace("from: site-b", "form: site-b")

    _, problems = read(text.replace("kind: postgres", "kind: oracle"))

    assert len(problems) == 3


def test_refuses_two_plans_of_one_source_in_one_repository(read):
    _, problems = read(GOOD + GOOD.replace("his-db:", "his-again:"))

    assert [p.cause for p in problems] == ["his-again: the same source and repository as his-db"]


def test_refuses_one_name_in_two_files(io, read):
    io.write("/site/backup/b.yml", GOOD)

    _, problems = read(GOOD)

    assert "stands in backup/a.yml, too" in problems[0].cause


def test_refuses_patterns_and_relative_paths_of_files(read):
    files = GOOD.replace(
        'kind: postgres, host: db01, database: his, user: backup, password: "credential:db"',
        'kind: files, paths: [/srv/data], exclude: ["/srv/data/*.tmp"]',
    )

    _, problems = read(files)

    assert "patterns cannot be done yet" in problems[0].cause


def test_a_plan_names_a_system_and_is_drilled_as_often_as_its_class_asks(read):
    system = System(name=Name(zh="医", en="HIS"), class_=Class.C1, owner="dba")
    plans, _ = read(GOOD.replace("every: 30 d", "every: 91 d"))

    strict = list(plan.check(plans, Inventory(systems={"his": system})))
    lost = list(plan.check(plans, Inventory(systems={"hiss": system})))

    assert "class C1 asks for 30 d at most" in strict[0].cause
    assert lost[0].fix == "did you mean 'hiss'?"


def test_the_limit_of_a_drill_s_age_counts_two_periods(read):
    plans, _ = read(GOOD)

    assert plans["his-db"].drill_max_age_seconds == 2 * 30 * 86400 + Duration(7200).seconds
