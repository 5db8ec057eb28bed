"""What INFO of Redis says, as the series of redis_exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.metric import Family, Labels, Sample
from hisops.monitor.sql import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_LINES = 1000


class _Rule(NamedTuple):
    field: str
    metric: str
    help: str
    kind: str = "gauge"


_RULES = (
    _Rule("uptime_in_seconds", "redis_uptime_in_seconds", "Seconds since the server was started"),
    _Rule("connected_clients", "redis_connected_clients", "Open connections"),
    _Rule("blocked_clients", "redis_blocked_clients", "Clients that wait in a blocking call"),
    _Rule("maxclients", "redis_config_maxclients", "Connections that the server takes"),
    _Rule("used_memory", "redis_memory_used_bytes", "Memory in use"),
    _Rule("used_memory_rss", "redis_memory_used_rss_bytes", "Resident memory"),
    _Rule("used_memory_peak", "redis_memory_used_peak_bytes", "Most memory ever in use"),
    _Rule("maxmemory", "redis_memory_max_bytes", "Limit of memory; 0 is none"),
    _Rule("mem_fragmentation_ratio", "redis_mem_fragmentation_ratio", "Resident to used memory"),
    _Rule("loading", "redis_loading_dump_file", "Whether the server is loading its data"),
    _Rule("rdb_changes_since_last_save", "redis_rdb_changes_since_last_save", "Changes not saved yet"),
    _Rule("rdb_last_save_time", "redis_rdb_last_save_timestamp_seconds", "When data was last saved"),
    _Rule("rdb_last_bgsave_status", "redis_rdb_last_bgsave_status", "Whether the last save succeeded"),
    _Rule("rdb_bgsave_in_progress", "redis_rdb_bgsave_in_progress", "Whether a save is under way"),
    _Rule("aof_enabled", "redis_aof_enabled", "Whether the append-only file is written"),
    _Rule("aof_last_write_status", "redis_aof_last_write_status", "Whether the last write to it succeeded"),
    _Rule("aof_last_bgrewrite_status", "redis_aof_last_bgrewrite_status", "Whether its last rewrite succeeded"),
    _Rule("total_connections_received", "redis_connections_received_total", "Connections taken", "counter"),
    _Rule("total_commands_processed", "redis_commands_processed_total", "Commands executed", "counter"),
    _Rule("rejected_connections", "redis_rejected_connections_total", "Connections above maxclients", "counter"),
    _Rule("evicted_keys", "redis_evicted_keys_total", "Keys thrown out for want of memory", "counter"),
    _Rule("expired_keys", "redis_expired_keys_total", "Keys whose time was over", "counter"),
    _Rule("keyspace_hits", "redis_keyspace_hits_total", "Keys that were found", "counter"),
    _Rule("keyspace_misses", "redis_keyspace_misses_total", "Keys that were not there", "counter"),
    _Rule("total_error_replies", "redis_total_error_replies", "Answers that were errors", "counter"),
    _Rule("connected_slaves", "redis_connected_slaves", "Replicas that are connected"),
    _Rule("master_repl_offset", "redis_master_repl_offset", "Position of replication"),
    _Rule("cluster_enabled", "redis_cluster_enabled", "Whether the server belongs to a cluster"),
)  # fmt: skip
# Of a replica, with the labels of its master.
_LINK = (
    _Rule("master_link_status", "redis_master_link_up", "Whether a replica is connected to its master"),
    _Rule("master_last_io_seconds_ago", "redis_master_last_io_seconds_ago", "Seconds since it last heard of it"),
    _Rule("master_sync_in_progress", "redis_master_sync_in_progress", "Whether it is copying everything"),
    _Rule("slave_repl_offset", "redis_slave_repl_offset", "Its position of replication"),
)  # fmt: skip
_LAG = Family("redis_connected_slave_lag_seconds", "gauge", "Seconds since a replica acknowledged")
_KEYS = Family("redis_db_keys", "gauge", "Keys of a database")
_EXPIRING = Family("redis_db_keys_expiring", "gauge", "Keys of a database that have a time limit")
_INSTANCE = Family("redis_instance_info", "gauge", "Version and role of the server")
_WORDS = {"ok": 1, "err": 0, "up": 1, "down": 0}


def fields(text: str) -> dict[str, str]:
    """INFO's lines `name:value`."""
    lines = (line.partition(":") for line in text.split("\r\n")[:_MOST_LINES])
    return {name: value for name, colon, value in lines if colon}


def samples(info: Mapping[str, str]) -> list[Sample]:
    """The series of an INFO."""
    role = info.get("role", "")
    about = (("redis_version", info.get("redis_version", "")[:40]), ("role", role[:40]))
    found = [Sample(_INSTANCE, 1, about), *_plain(info, _RULES, ())]
    if role == "slave":
        host, port = info.get("master_host", "")[:120], info.get("master_port", "")[:10]
        found += _plain(info, _LINK, (("master_host", host), ("master_port", port)))
    return [*found, *_replicas(info), *_databases(info)]


def _plain(info: Mapping[str, str], rules: tuple[_Rule, ...], labels: Labels) -> Iterator[Sample]:
    for rule in rules:
        text = info.get(rule.field)
        value = _WORDS.get(text, number(text)) if text is not None else None
        if value is not None:
            yield Sample(Family(rule.metric, rule.kind, rule.help), value, labels)


def _replicas(info: Mapping[str, str]) -> Iterator[Sample]:
    """`slave0:ip=…,port=…,state=online,offset=…,lag=0`."""
    for at in range(100):
        line = info.get(f"slave{at}")
        if line is None:
            return
        parts = _parts(line)
        value = number(parts.get("lag"))
        if value is not None:
            names = ("ip", "port", "state")
            yield Sample(_LAG, value, tuple((f"slave_{n}", parts.get(n, "")[:120]) for n in names))


def _databases(info: Mapping[str, str]) -> Iterator[Sample]:
    """`db0:keys=1,expires=0,avg_ttl=0`."""
    for at in range(64):
        parts = _parts(info.get(f"db{at}", ""))
        for family, name in ((_KEYS, "keys"), (_EXPIRING, "expires")):
            value = number(parts.get(name))
            if value is not None:
                yield Sample(family, value, (("db", f"db{at}"),))


def _parts(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(",")[:20])
    return {name: value for name, _, value in pairs}
