"""What can fill up: where its use and its size stand among the metrics."""

from collections.abc import Mapping

from hisops.core.model import Value

_REAL = 'fstype!~"tmpfs|ramfs|squashfs|iso9660|udf|erofs|cramfs|overlay"'


class Resource(Value, frozen=True, kw_only=True):
    """A kind of storage; `labels` name one of the kind on its host. Both expressions are PromQL.

    Without a size of its own (a database shares its disk) it has growth and no day when it is full.
    """

    kind: str
    used: str
    size: str = ""
    labels: tuple[str, ...]

    def name(self, labels: Mapping[str, str]) -> str:
        """What people call this one."""
        return " ".join(filter(None, (labels.get(key, "") for key in self.labels)))


RESOURCES = (
    # Root's reserve counts as used: programs cannot write there.
    Resource(
        kind="filesystem",
        used=f"(node_filesystem_size_bytes{{{_REAL}}} - node_filesystem_avail_bytes)"
        " and on (instance, mountpoint) node_filesystem_readonly == 0",
        size=f"node_filesystem_size_bytes{{{_REAL}}}",
        labels=("mountpoint",),
    ),
    # Debian's lvm-prom-collector (prometheus-node-exporter-collectors) writes these as a text file.
    Resource(
        kind="volume-group",
        used="node_volume_group_size - node_volume_group_free",
        size="node_volume_group_size",
        labels=("name",),
    ),
    Resource(kind="database", used="pg_database_size_bytes", labels=("datname",)),
    Resource(
        kind="tablespace",
        used="oracledb_tablespace_bytes",
        size="oracledb_tablespace_max_bytes",
        labels=("tablespace",),
    ),
    # Orthanc's own name and unit (its /tools/metrics-prometheus).
    Resource(kind="archive", used="orthanc_disk_size_mb * 1000000", labels=()),
)
