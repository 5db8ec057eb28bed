"""The Redis probe against real servers: healthy, frozen, refusing, saves failing, evicting, cut off."""

import pytest

from hisops.monitor.probes.redis import Redis
from hisops.wire.tls import Tls
from tests.real.sql import redis
from tests.real.sql.server import frozen, wait_for


@pytest.fixture
def ask(probe, series, password):
    """The series of a server that answers."""

    def values(target, **options):
        found = probe(Redis(user="hisops", password=password, **options), target)
        assert found.success, found.cause
        return series(found)

    return values


def test_tells_about_a_healthy_server(ask, keys):
    found = ask(keys.target)

    assert found["redis_up"] == 1
    assert found["redis_memory_used_bytes"] > 100_000
    assert found["redis_rdb_last_bgsave_status"] == 1
    assert found["redis_config_maxclients"] > 0
    assert found["hisops_redis_unauthenticated"] == 0
    assert found["hisops_redis_ping_seconds"] > 0


def test_asks_through_a_unix_socket_and_with_the_common_password(probe, keys, password):
    found = probe(Redis(password=password), f"{keys.path}/sock")

    assert found.success, found.cause


def test_finds_a_server_without_a_password(probe, series):
    with redis.server("--requirepass", "") as server:
        found = probe(Redis(), server.target)

    assert found.success
    assert series(found)["hisops_redis_unauthenticated"] == 1


def test_sees_a_save_that_fails(ask, keys):
    keys.run("set", "a", "b")
    (keys.path / "dump.rdb").mkdir()
    keys.run("bgsave")

    wait_for(lambda: ask(keys.target)["redis_rdb_last_bgsave_status"] == 0)


def test_sees_keys_that_are_thrown_out(ask):
    with redis.server("--maxmemory", "2mb", "--maxmemory-policy", "allkeys-lru") as server:
        for number in range(16):
            server.run("set", f"k{number}", "x" * 100_000)

        found = ask(server.target)

    assert found["redis_memory_max_bytes"] == 2 * 1024 * 1024
    assert found["redis_evicted_keys_total"] > 0


def test_sees_a_replica_that_loses_its_master(ask):
    with redis.server() as master, redis.server("--replicaof", f"127.0.0.1 {master.port}") as copy:
        link = f'redis_master_link_up{{master_host="127.0.0.1",master_port="{master.port}"}}'
        wait_for(lambda: ask(copy.target)[link] == 1)
        assert ask(master.target)["redis_connected_slaves"] == 1

        master.run("shutdown", "nosave")
        wait_for(lambda: ask(copy.target)[link] == 0)


@pytest.mark.parametrize(
    ("options", "cause"),
    [({"user": "nobody"}, "WRONGPASS"), ({"tls": Tls()}, "no answer")],
    ids=["user", "tls"],
)
def test_tells_why_it_is_not_let_in(probe, series, keys, password, impatient, options, cause):
    found = probe(Redis(password=password, timeout=impatient, **options), keys.target)

    assert cause in found.cause
    assert series(found)["redis_up"] == 0


def test_tells_that_a_password_is_wanted(probe, series, keys):
    found = probe(Redis(), keys.target)

    assert "NOAUTH" in found.cause
    assert series(found)["redis_up"] == 0


def test_a_frozen_server_costs_the_time_out_and_still_gives_its_up_series(
    probe, series, keys, password, impatient
):
    with frozen(keys.pid):
        found = probe(Redis(password=password, timeout=impatient), keys.target)

    assert found.cause == "no answer within 0.7 s"
    assert series(found)["redis_up"] == 0
