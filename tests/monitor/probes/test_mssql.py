"""The SQL Server pack with a stand-in for its driver.

constructed after the SQL Server reference (system views); not run against the real server.
"""

import sys
from decimal import Decimal

import pytest

from hisops.core.text import Secret
from hisops.monitor.probes.mssql import Mssql
from hisops.monitor.sql import pack
from tests.monitor.probes.standin import Driver

_ROWS = (
    ("dm_os_sys_info", ["sessions", "uptime"], [(12, 3600)]),
    ("is_suspect", ["database", "is_online", "is_suspect"], [("his", 1, 0), ("lis", 0, 1)]),
    ("backupset", ["database", "full_age", "data_age", "log_age", "never"], [("his", 90000, 3600, 600, 0), ("lis", None, None, None, 1)]),
    ("dm_hadr_database_replica_states", ["group", "replica", "database", "health", "is_suspended", "send_queue", "redo_queue"], [("ag", "db2", "his", 2, 0, 1024.0, None)]),
    ("dm_os_waiting_tasks", ["tasks", "longest"], [(1, Decimal("45.5"))]),
    ("suspect_pages", ["pages"], [(0,)]),
    ("Percent Log Used", ["database", "ratio"], [("his", Decimal("0.42"))]),
    ("Number of Deadlocks", ["total"], [(3,)]),
    ("LastGoodCheckDbTime", ["database", "age"], [("his", 86400), ("lis", None)]),
    ("sysjobs", ["agent_job", "is_good"], [("nightly", 1), ("index", 0), ("never", None)]),
)  # fmt: skip


@pytest.fixture
def ask(probe, monkeypatch, tmp_path):
    """The outcome of a visit to a stand-in."""
    (tmp_path / "secret").write_text("p")

    def outcome(driver, **options):
        options = options or {"unencrypted": True}
        monkeypatch.setitem(sys.modules, "pytds", driver)
        return probe(Mssql(password=Secret(f"file:{tmp_path}/secret"), **options), "127.0.0.1")

    return outcome


def test_tells_what_the_views_say(ask, series):
    found = series(ask(Driver(_ROWS)))

    assert found["hisops_mssql_up"] == 1
    assert found['hisops_mssql_backup_full_age_seconds{database="his"}'] == 90000
    assert found['hisops_mssql_backup_never{database="lis"}'] == 1
    assert 'hisops_mssql_backup_full_age_seconds{database="lis"}' not in found
    assert found['hisops_mssql_replica_health{group="ag",replica="db2",database="his"}'] == 2
    assert found["hisops_mssql_longest_lock_wait_seconds"] == 45.5
    assert found['hisops_mssql_database_suspect{database="lis"}'] == 1
    assert found['hisops_mssql_agent_job_success{agent_job="index"}'] == 0
    assert 'hisops_mssql_agent_job_success{agent_job="never"}' not in found


def test_every_query_of_the_pack_is_tried_here():
    statements = [query.sql for query in pack("mssql").values()]

    assert [sql for sql in statements if not any(part in sql for part, _, _ in _ROWS)] == []


def test_connects_bounded_read_only_and_closes(ask):
    driver = Driver(_ROWS)

    ask(driver)

    assert driver.options["readonly"] is True
    assert (driver.options["timeout"], driver.options["login_timeout"]) == (2, 2)
    assert (driver.options["server"], driver.options["port"]) == ("127.0.0.1", 1433)
    assert driver.open == 0


def test_a_refusal_is_told_in_the_words_of_the_server(ask, series):
    outcome = ask(Driver(refuses="Login failed for user 'hisops'."))

    assert outcome.cause == "Login failed for user 'hisops'."
    assert series(outcome)["hisops_mssql_up"] == 0


def test_without_the_driver_it_says_what_to_install(ask):
    assert "pytds is not installed" in ask(None).cause


def test_sends_no_password_that_others_can_read(ask):
    driver = Driver(_ROWS)

    outcome = ask(driver, unencrypted=False)

    assert "readable" in outcome.cause
    assert driver.options == {}
