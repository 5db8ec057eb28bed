"""The MySQL probe against real MariaDB: healthy, frozen, refusing, locked, replication broken."""

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.mysql import Mysql
from hisops.monitor.sql import Metric, Query
from hisops.wire.tls import Tls
from tests.real.sql import mariadb
from tests.real.sql.server import free_port, frozen, wait_for

_BED = '{schema="his",table="bed",column="id"}'
_SOURCE = '{connection_name="",master_host="127.0.0.1"}'


@pytest.fixture
def ask(probe, series, password):
    """The series of a server that answers, by its target and the module's options."""

    def values(target, **options):
        found = probe(Mysql(password=password, **options), target)
        assert found.success, found.cause
        return series(found)

    return values


def test_tells_about_a_healthy_server(ask, maria):
    found = ask(maria.target)

    assert found["mysql_up"] == 1
    assert found["mysql_global_status_threads_connected"] >= 1
    assert found["mysql_global_variables_max_connections"] == 151
    assert found["hisops_mysql_blocked_transactions"] == 0
    assert found["mysql_info_schema_innodb_metrics_transaction_trx_rseg_history_len"] >= 0
    assert [key for key, value in found.items() if "query_success" in key and not value] == []


def test_sees_a_number_that_runs_out(ask, maria):
    found = ask(maria.target)

    assert found[f"mysql_info_schema_auto_increment_column{_BED}"] == 121
    assert found[f"mysql_info_schema_auto_increment_column_max{_BED}"] == 127


def test_asks_through_a_unix_socket(ask, maria):
    assert ask(maria.socket)["mysql_up"] == 1


def test_asks_a_query_of_the_site(ask, maria):
    beds = Query(
        sql="SELECT ward, COUNT(*) AS n FROM his.bed GROUP BY ward",
        labels=("ward",),
        metrics={"n": Metric(name="his_beds")},
    )

    assert ask(maria.target, queries={"beds": beds})['his_beds{ward="icu"}'] >= 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT SLEEP(9) AS n FROM his.bed",
        "DELETE FROM his.bed",
        "SELECT n FROM his.none",
        "SELECT 1 AS m",
    ],
    ids=["slow", "writes", "no-table", "other-column"],
)
def test_a_bad_query_of_the_site_costs_itself_only(ask, maria, sql):
    mine = Query(sql=sql, metrics={"n": Metric(name="hisops_n")})

    found = ask(maria.target, queries={"mine": mine}, statement_timeout=Duration(0.2))

    assert found['hisops_sql_query_success{query="mine"}'] == 0
    assert found['hisops_sql_query_success{query="status"}'] == 1
    assert maria.sql("SELECT COUNT(*) FROM his.bed WHERE id = 120") == "1"


def test_sees_who_waits_for_a_row(ask, maria):
    # InnoDB shows its transactions anew only to who has not asked for 0.1 s (trx0i_s.cc).
    patience = {"every": 0.15}
    change = "BEGIN; UPDATE his.bed SET ward = 'x' WHERE id = 120;"
    with maria.session(change):
        wait_for(
            lambda: maria.sql("SELECT COUNT(*) FROM information_schema.INNODB_TRX") == "1",
            **patience,
        )
        with maria.session(change):
            wait_for(
                lambda: ask(maria.target)["hisops_mysql_blocked_transactions"] == 1, **patience
            )
            found = ask(maria.target)

    assert found["mysql_global_status_innodb_row_lock_current_waits"] == 1


def test_sees_replication_that_breaks(ask, maria):
    with mariadb.server(2) as copy:
        copy.sql(
            "STOP SLAVE; RESET MASTER; SET GLOBAL gtid_slave_pos = '';"
            f"CHANGE MASTER TO master_host='127.0.0.1', master_port={maria.port}, master_user='copy',"
            f" master_password='{mariadb.PASSWORD}', master_log_file='{_log(maria)}', master_log_pos={_at(maria)}; START SLAVE;"
        )
        running = f"mysql_slave_status_slave_sql_running{_SOURCE}"
        behind = f"mysql_slave_status_seconds_behind_master{_SOURCE}"
        wait_for(lambda: ask(copy.target).get(behind) == 0)
        assert ask(copy.target)[running] == 1

        clash = "SET sql_log_bin = %d; INSERT INTO his.bed VALUES (7, 'icu');"
        copy.sql(clash % 0)
        maria.sql(clash % 1)
        wait_for(lambda: ask(copy.target)[running] == 0)

        found = ask(copy.target)
        assert found[f"mysql_slave_status_last_sql_errno{_SOURCE}"] == 1062
        assert behind not in found


@pytest.mark.parametrize(
    ("options", "cause"),
    [({"user": "nobody"}, "Access denied"), ({"tls": Tls()}, "does not offer TLS")],
    ids=["user", "tls"],
)
def test_tells_why_it_is_not_let_in(probe, series, maria, password, options, cause):
    found = probe(Mysql(password=password, **options), maria.target)

    assert cause in found.cause
    assert series(found)["mysql_up"] == 0


def test_tells_a_wrong_password(probe, series, maria, wrong_password):
    found = probe(Mysql(password=wrong_password), maria.target)

    assert "Access denied" in found.cause
    assert series(found)["mysql_up"] == 0


def test_a_frozen_server_costs_the_time_out_and_still_gives_its_up_series(
    probe, series, maria, password, impatient
):
    with frozen(maria.pid):
        found = probe(Mysql(password=password, timeout=impatient), maria.target)

    assert found.cause == "no answer within 0.7 s"
    assert series(found)["mysql_up"] == 0


def test_a_server_that_is_not_there_is_told(probe):
    assert "refused" in probe(Mysql(), f"127.0.0.1:{free_port()}").cause


def _log(server):
    return server.sql("SHOW MASTER STATUS").split("\t")[0]


def _at(server):
    return server.sql("SHOW MASTER STATUS").split("\t")[1]
