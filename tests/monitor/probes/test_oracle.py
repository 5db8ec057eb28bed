"""The Oracle pack with a stand-in for its driver.

constructed after the Oracle Database Reference 19c; not run against the real server.
"""

import sys
from datetime import timedelta
from decimal import Decimal

import pytest

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.oracle import Oracle
from hisops.monitor.sql import pack
from tests.monitor.probes.standin import Driver

# Oracle gives column names in capitals, numbers as float, int or Decimal.
_ROWS = (
    ("v$resource_limit", ["SESSIONS", "PROCESSES"], [(0.5, Decimal("0.25"))]),
    ("v$session WHERE blocking", ["SESSIONS", "LONGEST"], [(2, 75)]),
    ("v$session GROUP", ["STATUS", "TYPE", "VALUE"], [("ACTIVE", "USER", 7), ("ACTIVE", "BACKGROUND", 60)]),
    ("dba_tablespace_usage_metrics", ["TABLESPACE", "TYPE", "BYTES", "MAX_BYTES", "USED_PERCENT"], [("USERS", "PERMANENT", 900, 1000, 90.0)]),
    ("v$recovery_file_dest", ["MOST", "RATIO"], [(10**12, 0.91)]),
    ("v$dataguard_stats", ["APPLY", "TRANSPORT"], [(timedelta(minutes=2), None)]),
    ("v$rman_backup_job_details", ["TYPE", "AGE"], [("DB FULL", 90000.0), ("ARCHIVELOG", 600.0)]),
    ("v$database_block_corruption", ["BLOCKS"], [(0,)]),
    ("v$diag_alert_ext", ["ERRORS"], "ORA-01031: insufficient privileges"),
    ("v$asm_diskgroup_stat", ["NAME", "TOTAL", "FREE"], []),
    ("v$database", ["ROLE", "OPEN_MODE", "VALUE"], [("PRIMARY", "READ WRITE", 1)]),
)  # fmt: skip


@pytest.fixture
def ask(probe, monkeypatch, tmp_path):
    """The outcome of a visit to a stand-in."""
    (tmp_path / "secret").write_text("p")

    def outcome(driver, **options):
        monkeypatch.setitem(sys.modules, "oracledb", driver)
        unit = Oracle(service="HIS", password=Secret(f"file:{tmp_path}/secret"), **options)
        return probe(unit, "127.0.0.1:1522")

    return outcome


def test_tells_what_the_views_say(ask, series):
    found = series(ask(Driver(_ROWS)))

    assert found["oracledb_up"] == 1
    assert found["hisops_oracle_sessions_ratio"] == 0.5
    assert found["hisops_oracle_longest_lock_wait_seconds"] == 75
    assert found['oracledb_sessions_value{status="ACTIVE",type="USER"}'] == 7
    assert found['oracledb_tablespace_used_percent{tablespace="USERS",type="PERMANENT"}'] == 90
    assert found["hisops_oracle_recovery_area_ratio"] == 0.91
    assert found["hisops_oracle_dataguard_apply_lag_seconds"] == 120
    assert found['hisops_oracle_backup_age_seconds{type="DB FULL"}'] == 90000


def test_a_view_that_may_not_be_read_costs_itself_only(ask, series):
    outcome = ask(Driver(_ROWS))

    assert outcome.success
    assert "alert_log: ORA-01031" in outcome.cause
    assert series(outcome)['hisops_sql_query_success{query="alert_log"}'] == 0


def test_every_query_of_the_pack_is_tried_here():
    statements = [query.sql for query in pack("oracle").values()]

    assert [sql for sql in statements if not any(part in sql for part, _, _ in _ROWS)] == []


def test_connects_bounded_and_closes(ask):
    driver = Driver(_ROWS)

    ask(driver, statement_timeout=Duration(3))

    assert driver.options["host"] == "127.0.0.1"
    assert driver.options["port"] == 1522
    assert driver.options["service_name"] == "HIS"
    assert driver.options["tcp_connect_timeout"] == 3
    assert driver.connection.call_timeout == 3000
    assert driver.open == 0


def test_a_refusal_is_told_in_the_words_of_the_server(ask, series):
    outcome = ask(Driver(refuses="ORA-01017: invalid username/password"))

    assert outcome.cause == "ORA-01017: invalid username/password"
    assert series(outcome)["oracledb_up"] == 0


def test_without_the_driver_it_says_what_to_install(ask, series):
    outcome = ask(None)

    assert "oracledb is not installed" in outcome.cause
    assert series(outcome)["oracledb_up"] == 0


def test_reads_no_more_rows_than_its_limit(ask, series):
    many = (
        ("v$session GROUP", ["STATUS", "TYPE", "VALUE"], [(str(n), "USER", n) for n in range(500)]),
        *_ROWS,
    )

    found = series(ask(Driver(many)))

    assert found['hisops_sql_query_cut{query="sessions"}'] == 1
    assert len([key for key in found if key.startswith("oracledb_sessions_value")]) == 200
