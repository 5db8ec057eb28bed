"""Series of Redis' INFO.

constructed after INFO of redis-server 7.0.15; the real one is asked in tests/real/sql.
"""

import pytest

from hisops.monitor import redis_info

_REPLICA = """# Server\r
redis_version:7.0.15\r
uptime_in_seconds:12\r
# Clients\r
connected_clients:2\r
maxclients:10000\r
# Memory\r
used_memory:1120608\r
maxmemory:0\r
mem_fragmentation_ratio:13.86\r
# Persistence\r
rdb_last_bgsave_status:ok\r
aof_last_write_status:ok\r
# Replication\r
role:slave\r
master_host:127.0.0.1\r
master_port:44067\r
master_link_status:up\r
master_last_io_seconds_ago:0\r
slave_repl_offset:50\r
# Keyspace\r
db0:keys=1,expires=0,avg_ttl=0\r
"""
_MASTER = """redis_version:7.0.15\r
role:master\r
connected_slaves:1\r
slave0:ip=127.0.0.1,port=42581,state=online,offset=50,lag=0\r
"""


def _values(text, series):
    found = redis_info.samples(redis_info.fields(text))
    return {s.family.name: (s.value, s.labels) for s in found}[series]


def test_numbers_keep_the_names_of_the_usual_exporter():
    assert _values(_REPLICA, "redis_memory_used_bytes") == (1120608, ())
    assert _values(_REPLICA, "redis_mem_fragmentation_ratio") == (13.86, ())
    assert _values(_REPLICA, "redis_config_maxclients") == (10000, ())
    assert _values(_REPLICA, "redis_db_keys") == (1, (("db", "db0"),))


@pytest.mark.parametrize(
    ("field", "series"),
    [
        ("rdb_last_bgsave_status:ok", "redis_rdb_last_bgsave_status"),
        ("aof_last_write_status:ok", "redis_aof_last_write_status"),
    ],
)
def test_words_become_one_and_zero(field, series):
    assert _values(_REPLICA, series) == (1, ())
    assert _values(_REPLICA.replace(field, field.replace("ok", "err")), series) == (0, ())


def test_a_replica_names_its_master():
    labels = (("master_host", "127.0.0.1"), ("master_port", "44067"))

    assert _values(_REPLICA, "redis_master_link_up") == (1, labels)
    assert _values(_REPLICA.replace("status:up", "status:down"), "redis_master_link_up") == (
        0,
        labels,
    )


def test_a_master_names_its_replicas():
    labels = (("slave_ip", "127.0.0.1"), ("slave_port", "42581"), ("slave_state", "online"))

    assert _values(_MASTER, "redis_connected_slave_lag_seconds") == (0, labels)


@pytest.mark.parametrize(
    "text", ["", ":\r\n" * 100_000, "used_memory:lots\r\nslave0:ip\r\ndb0:keys=x"]
)
def test_nonsense_gives_no_numbers(text):
    found = redis_info.samples(redis_info.fields(text))

    assert [s.family.name for s in found] == ["redis_instance_info"]
