"""One Prometheus of several: its share of the targets, and the store that all of them write to.

A target belongs to the shard that the hash of its address names (prometheus.io/docs, relabel_config,
action hashmod), so that each is scraped once, whatever order the shards start in.
"""

from collections.abc import Callable, Iterable, Mapping

from hisops.core.errors import Exit, OpsError
from hisops.core.remote import RemoteWrite
from hisops.core.text import Secret
from hisops.monitor.targets import Target

Block = Mapping[str, object]
FIRST = 0


def require(shard: int, shards: int) -> None:
    """Refuse the number of a shard that the site does not have."""
    if not 0 <= shard < shards:
        raise OpsError(
            f"there is no shard {shard}: site.yml has prometheus.shards: {shards}",
            fix=f"name one from 0 to {shards - 1}",
            code=Exit.USAGE,
        )


def own(targets: Iterable[Target], shard: int) -> list[Target]:
    """Without what runs beside the first Prometheus only; each watches itself."""
    return [
        target
        for target in targets
        if shard == FIRST or not target.is_local or target.labels["job"] == "prometheus"
    ]


def relabel(shard: int, shards: int) -> Block:
    """What a job needs so that it keeps the shard's share; nothing with a single one."""
    if shards == 1:
        return {}
    steps = [
        {
            "source_labels": ["__address__"],
            "modulus": shards,
            "target_label": "__tmp_shard",
            "action": "hashmod",
        },
        {"source_labels": ["__tmp_shard"], "regex": str(shard), "action": "keep"},
    ]
    return {"relabel_configs": steps}


def external(shard: int, shards: int) -> Mapping[str, str]:
    """What tells the shards' own series apart."""
    return {} if shards == 1 else {"shard": str(shard)}


def remote_write(remote: RemoteWrite | None, file_of: Callable[[Secret, str], str]) -> Block:
    """The part of the configuration that sends every sample on; `file_of` finds secrets."""
    if remote is None:
        return {}
    block: dict[str, object] = {"url": remote.url}
    named = {"ca_file": remote.ca, "cert_file": remote.certificate, "key_file": remote.key}
    if any(named.values()):
        block["tls_config"] = {key: path for key, path in named.items() if path}
    if remote.password:
        path = file_of(remote.password, "remote_write.password")
        block["basic_auth"] = {"username": remote.user, "password_file": path}
    if remote.token:
        path = file_of(remote.token, "remote_write.token")
        block["authorization"] = {"credentials_file": path}
    return {"remote_write": [block]}
