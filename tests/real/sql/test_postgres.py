"""The PostgreSQL probe against real servers: healthy, frozen, refusing, locked, not archiving, cut off."""

import os
import subprocess

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.postgres import Postgres
from hisops.monitor.sql import Metric, Query
from hisops.wire.tls import Tls
from tests.real.sql.cluster import replica
from tests.real.sql.server import free_port, frozen, wait_for

_HIS = '{datname="his"}'


@pytest.fixture
def ask(probe, series, password):
    """The series of a server that answers, by its target and the module's options."""

    def values(target, **options):
        options.setdefault("password", password)
        found = probe(Postgres(**options), target)
        assert found.success, found.cause
        return series(found)

    return values


def test_tells_about_a_healthy_server(ask, postgres):
    found = ask(postgres.target)

    assert found["pg_up"] == found["probe_success"] == 1
    assert found["pg_settings_max_connections"] == 20
    assert found["hisops_postgres_blocked_sessions"] == 0
    assert found["hisops_postgres_archiver_failing"] == 0
    assert found["pg_replication_is_replica"] == 0
    assert found[f"hisops_postgres_checksum_failures_total{_HIS}"] == 0
    assert 0 < found["hisops_postgres_connections_ratio"] < 0.5
    assert 0 <= found["hisops_postgres_xid_age_ratio"] < 0.01
    assert [key for key, value in found.items() if "query_success" in key and not value] == []


def test_leaves_nothing_behind_and_may_not_write(ask, postgres):
    rude = Query(sql="CREATE TABLE left_behind ()", metrics={"n": Metric(name="hisops_n")})

    found = ask(postgres.target, queries={"rude": rude})

    assert found['hisops_sql_query_success{query="rude"}'] == 0
    wait_for(
        lambda: (
            postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hisops'")
            == "0"
        )
    )


def test_asks_through_a_unix_socket(ask, postgres):
    assert ask(postgres.socket, password=None)["pg_up"] == 1


def test_asks_a_query_of_the_site(ask, postgres):
    mine = Query(
        sql="SELECT 'icu' AS ward, n AS waiting FROM generate_series(1, 1) n UNION ALL SELECT '急诊', 7",
        labels=("ward",),
        metrics={"waiting": Metric(name="his_waiting_patients")},
    )

    found = ask(postgres.target, queries={"waiting": mine})

    assert found['his_waiting_patients{ward="急诊"}'] == 7


@pytest.mark.parametrize(
    ("sql", "series_name"),
    [
        ("SELECT pg_sleep(9), 1 AS n", 'hisops_sql_query_success{query="mine"}'),
        ("SELECT n, repeat('x', 2000000) AS big FROM generate_series(1, 1) n", ""),
        ("SELECT 1 AS m", 'hisops_sql_query_success{query="mine"}'),
        ("SELECT 1 AS n; DROP TABLE x", 'hisops_sql_query_success{query="mine"}'),
    ],
    ids=["slow", "huge", "other-column", "two"],
)
def test_a_bad_query_of_the_site_costs_itself_only(
    probe, series, postgres, password, sql, series_name
):
    mine = Query(sql=sql, metrics={"n": Metric(name="hisops_n")})
    unit = Postgres(password=password, queries={"mine": mine}, statement_timeout=Duration(0.2))

    found = probe(unit, postgres.target)

    if series_name:
        assert found.success
        assert "query mine" in found.cause
        assert series(found)[series_name] == 0
    else:  # a message above the limit ends the conversation
        assert not found.success


def test_reads_no_more_rows_than_its_limit(ask, postgres):
    mine = Query(
        sql="SELECT n AS id, n FROM generate_series(1, 500) n",
        labels=("id",),
        metrics={"n": Metric(name="hisops_n")},
    )

    found = ask(postgres.target, queries={"many": mine})

    assert found['hisops_sql_query_cut{query="many"}'] == 1
    assert len([key for key in found if key.startswith("hisops_n{")]) == 200


def test_sees_who_waits_for_a_lock_and_who_idles_within_a_transaction(ask, postgres):
    lock = "BEGIN; LOCK TABLE pg_statistic_ext IN ACCESS EXCLUSIVE MODE;"
    with postgres.session(lock):
        wait_for(lambda: ask(postgres.target)["hisops_postgres_idle_in_transaction_seconds"] > 0)
        with postgres.session(lock):
            wait_for(lambda: ask(postgres.target)["hisops_postgres_blocked_sessions"] == 1)
            found = ask(postgres.target)

    assert found["hisops_postgres_longest_lock_wait_seconds"] > 0
    assert found["hisops_postgres_oldest_transaction_seconds"] > 0
    assert found['pg_stat_activity_count{datname="his",state="idle in transaction"}'] == 1


def test_sees_an_archive_command_that_fails(ask, postgres):
    postgres.sql("SELECT pg_switch_wal()")
    wait_for(lambda: ask(postgres.target)["pg_stat_archiver_archived_count"] > 0)
    before = ask(postgres.target)
    try:
        postgres.sql("ALTER SYSTEM SET archive_command = 'false'", "SELECT pg_reload_conf()")
        postgres.sql("CREATE TABLE IF NOT EXISTS filler ()", "SELECT pg_switch_wal()")
        wait_for(lambda: ask(postgres.target)["hisops_postgres_archiver_failing"] == 1)
        assert (
            ask(postgres.target)["pg_stat_archiver_failed_count"]
            > before["pg_stat_archiver_failed_count"]
        )
    finally:
        postgres.sql("ALTER SYSTEM SET archive_command = 'true'", "SELECT pg_reload_conf()")

    assert before["hisops_postgres_archiver_failing"] == 0
    assert before["hisops_postgres_archiver_never_archived"] == 0


def test_sees_a_replica_that_falls_off(ask, postgres):
    with replica(postgres) as copy:
        wait_for(lambda: ask(copy.target)["hisops_postgres_wal_receiver_up"] == 1)
        assert ask(copy.target)["pg_replication_is_replica"] == 1
        sync = 'hisops_postgres_replica_sync{application_name="walreceiver",client_addr="127.0.0.1",sync_state="async"}'
        assert ask(postgres.target)[sync] == 1

        copy.sql(
            "ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'", "SELECT pg_reload_conf()"
        )
        wait_for(lambda: ask(copy.target)["hisops_postgres_wal_receiver_up"] == 0)

        # What a lag in seconds alone would say: all is well.
        assert ask(copy.target)["pg_replication_lag_seconds"] == 0
        assert sync not in ask(postgres.target)


def test_sees_a_slot_that_keeps_wal(ask, postgres):
    postgres.sql("SELECT pg_create_physical_replication_slot('lost', true)")
    postgres.sql("CREATE TABLE IF NOT EXISTS more ()", "SELECT pg_switch_wal()")
    try:
        found = ask(postgres.target)
    finally:
        postgres.sql("SELECT pg_drop_replication_slot('lost')")

    assert found['pg_replication_slots_pg_wal_lsn_diff{slot_name="lost",slot_type="physical"}'] > 0
    assert found['pg_replication_slot_slot_is_active{slot_name="lost",slot_type="physical"}'] == 0
    status = 'pg_replication_slot_wal_status{slot_name="lost",slot_type="physical",wal_status="reserved"}'
    assert found[status] == 1


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({"user": "nobody"}, "password authentication failed"),
        ({"database": "none"}, 'database "none" does not exist'),
        ({"tls": Tls()}, "does not offer TLS"),
    ],
    ids=["user", "database", "tls"],
)
def test_tells_why_it_is_not_let_in(probe, series, postgres, password, options, cause):
    found = probe(Postgres(password=password, **options), postgres.target)

    assert not found.success
    assert cause in found.cause
    assert series(found)["pg_up"] == 0


def test_tells_a_wrong_password(probe, series, postgres, wrong_password):
    found = probe(Postgres(password=wrong_password), postgres.target)

    assert "password authentication failed" in found.cause
    assert series(found)["pg_up"] == 0


def test_a_frozen_server_costs_the_time_out_and_still_gives_its_up_series(
    probe, series, postgres, password, impatient
):
    with frozen(postgres.pid):
        found = probe(Postgres(password=password, timeout=impatient), postgres.target)

    assert found.cause == "no answer within 0.7 s"
    assert series(found)["pg_up"] == 0


def test_a_server_that_is_not_there_is_told(probe, series):
    found = probe(Postgres(), f"127.0.0.1:{free_port()}")

    assert "refused" in found.cause
    assert series(found)["pg_up"] == 0


@pytest.fixture
def authority(postgres, tmp_path):
    """The certificate of the server, which speaks TLS while the test runs."""
    cert, key = postgres.path / "data/server.crt", postgres.path / "data/server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=db", "-addext",
         "subjectAltName=IP:127.0.0.1", "-out", cert, "-keyout", key],
        check=True, capture_output=True,
    )  # fmt: skip
    for path in (cert, key):
        path.chmod(0o600)
        os.chown(path, postgres.path.stat().st_uid, -1)
    ca = tmp_path / "ca.pem"
    ca.write_text(cert.read_text())
    postgres.sql("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()")
    wait_for(lambda: postgres.sql("SHOW ssl") == "on")
    yield str(ca)
    postgres.sql("ALTER SYSTEM SET ssl = off", "SELECT pg_reload_conf()")


def test_verifies_the_server_over_tls(probe, postgres, password, authority):
    good = probe(Postgres(password=password, tls=Tls(ca_file=authority)), postgres.target)
    bad = probe(Postgres(password=password, tls=Tls()), postgres.target)

    assert good.success, good.cause
    assert not bad.success
    assert "not trusted" in bad.cause
