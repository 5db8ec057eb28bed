"""Facts of one host: what collector.py wrote, decoded; a group that it could not read is a gap.

Format: JSON lines. First the header, then one line for each group with its status and cost,
last the line that says that nothing was cut off.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import ClassVar, TypeVar, cast

import msgspec

from hisops.audit.finding import Reason
from hisops.core.errors import OpsError
from hisops.core.model import Value

SCHEMA = 1


class Group(Value, frozen=True, kw_only=True):
    """Facts that are read together; `tag` is the group's name in the fact file."""

    tag: ClassVar[str]


class Package(msgspec.Struct, frozen=True, array_like=True):
    """An installed Debian package; `want` is dpkg's selection: install, hold, deinstall."""

    name: str
    architecture: str
    version: str
    want: str
    source: str


class Offer(msgspec.Struct, frozen=True, array_like=True):
    """A version that an index offers of an installed package; `phased` is its roll-out percentage."""

    name: str
    architecture: str
    version: str
    phased: int = 100


class IndexFile(Value, frozen=True, kw_only=True):
    """One Packages file of /var/lib/apt/lists; `promised_bytes` is its size by the Release file."""

    file: str
    release: str
    size_bytes: int
    promised_bytes: int | None
    offers: tuple[Offer, ...]


class ReleaseFile(Value, frozen=True, kw_only=True):
    """The fields at the top of a Release file, before its checksums.

    `is_empty` says that it promises indexes without a single package: apt keeps none of them.
    """

    head: str
    modified: float
    is_empty: bool = False


class Database(Value, frozen=True, kw_only=True):
    """A ClamAV database file and its first 512 bytes when it is a container."""

    name: str
    header: str
    size_bytes: int
    modified: float


class System(Group, frozen=True, kw_only=True):
    """Operating system, kernel, and the evidence that this is a container."""

    tag = "system"
    os_release: str
    release: str
    version: str
    machine: str
    euid: int
    container: str


class Packages(Group, frozen=True, kw_only=True):
    """Installed packages from dpkg's status file."""

    tag = "packages"
    rows: tuple[Package, ...]


class Index(Group, frozen=True, kw_only=True):
    """What the indexes on this host offer, whatever apt makes of it."""

    tag = "index"
    releases: Mapping[str, ReleaseFile]
    files: tuple[IndexFile, ...]


class Upgrade(Group, frozen=True, kw_only=True):
    """What apt itself would do: the text of a simulated dist-upgrade."""

    tag = "upgrade"
    code: int
    out: str
    err: str
    preferences: tuple[str, ...]


class Reboot(Group, frozen=True, kw_only=True):
    """Whether a package asked for a reboot, and which."""

    tag = "reboot"
    required: bool
    packages: str


class Accounts(Group, frozen=True, kw_only=True):
    """/etc/passwd."""

    tag = "accounts"
    passwd: str


class Shadow(Group, frozen=True, kw_only=True):
    """State of each password: empty, locked or set; never the password's hash."""

    tag = "shadow"
    passwords: Mapping[str, str]


class Listeners(Group, frozen=True, kw_only=True):
    """Local addresses of listening TCP sockets as /proc/net/tcp and tcp6 write them."""

    tag = "listeners"
    tcp: tuple[str, ...]


class Sshd(Group, frozen=True, kw_only=True):
    """The answer of `sshd -T`; `program` is empty when there is no sshd."""

    tag = "sshd"
    program: str
    code: int
    out: str
    err: str


class Clock(Group, frozen=True, kw_only=True):
    """The kernel's clock discipline by adjtimex(2)."""

    tag = "clock"
    state: int
    status: int
    offset_seconds: float
    max_error_seconds: float


class Antivirus(Group, frozen=True, kw_only=True):
    """ClamAV: programs by name, database files, and what its daemon answered by command."""

    tag = "antivirus"
    programs: Mapping[str, str]
    version: str
    folder: str
    databases: tuple[Database, ...]
    socket: str
    answers: Mapping[str, str]


GROUPS: tuple[type[Group], ...] = (
    System,
    Packages,
    Index,
    Upgrade,
    Reboot,
    Accounts,
    Shadow,
    Listeners,
    Sshd,
    Clock,
    Antivirus,
)
G = TypeVar("G", bound=Group)


class Gap(Value, frozen=True, kw_only=True):
    """Why a group holds nothing."""

    reason: Reason
    detail: str


class Facts(Value, frozen=True, kw_only=True):
    """What is known of a host, and when it was read."""

    host: str
    collected_at: datetime
    groups: Mapping[str, Group]
    gaps: Mapping[str, Gap]
    costs: Mapping[str, float]

    def get(self, kind: type[G]) -> G:
        """A group that the check needs; it is there, or the check would not run."""
        return cast(G, self.groups[kind.tag])

    def gap(self, kind: type[Group]) -> Gap | None:
        """Why a group is not there, or None when it is."""
        if kind.tag in self.groups:
            return None
        missing = Gap(reason=Reason.MISSING, detail=f"{kind.tag}: not collected")
        return self.gaps.get(kind.tag, missing)


class _Header(msgspec.Struct):
    schema: int
    host: str
    collected_at: float


class _Line(msgspec.Struct):
    group: str
    status: str
    seconds: float
    detail: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


_KINDS = {kind.tag: kind for kind in GROUPS}
_REASONS = {
    "denied": Reason.DENIED,
    "missing": Reason.MISSING,
    "timeout": Reason.TIMEOUT,
    "broken": Reason.BROKEN,
}


def decode(text: str) -> Facts:
    """Facts from the collector's output; whatever was cut off is a gap of the reason `truncated`.

    Raises OpsError when even the header is not there or has another schema.
    """
    lines = text.splitlines()
    header = _decode_header(lines[0] if lines else "")
    groups, gaps, costs = _decode_groups(lines[1:])
    if not (lines and lines[-1] == '{"end": true}'):
        cut = Gap(reason=Reason.TRUNCATED, detail="the collector's output was cut off")
        gaps |= {tag: cut for tag in _KINDS if tag not in groups and tag not in gaps}
    return Facts(
        host=header.host,
        collected_at=datetime.fromtimestamp(header.collected_at, UTC),
        groups=groups,
        gaps=gaps,
        costs=costs,
    )


def _decode_header(line: str) -> _Header:
    try:
        header = msgspec.json.decode(line, type=_Header)
    except msgspec.DecodeError:
        raise OpsError("the collector wrote no facts", fix="run it by hand on the host") from None
    if header.schema != SCHEMA:
        cause = f"{header.host}: facts of schema {header.schema}, this hisops reads {SCHEMA}"
        raise OpsError(cause, fix="collect again with this version")
    return header


def _decode_groups(
    lines: Iterable[str],
) -> tuple[dict[str, Group], dict[str, Gap], dict[str, float]]:
    groups: dict[str, Group] = {}
    gaps: dict[str, Gap] = {}
    costs: dict[str, float] = {}
    for text in lines:
        try:
            line = msgspec.json.decode(text, type=_Line)
        except msgspec.DecodeError:  # the end line, or one that was cut off
            continue
        costs[line.group] = line.seconds
        if line.group not in _KINDS:
            continue
        if line.status == "ok":
            try:
                groups[line.group] = msgspec.json.decode(line.data, type=_KINDS[line.group])
            except msgspec.DecodeError as error:
                gaps[line.group] = Gap(reason=Reason.BROKEN, detail=f"{line.group}: {error}")
        else:
            reason = _REASONS.get(line.status, Reason.BROKEN)
            gaps[line.group] = Gap(reason=reason, detail=f"{line.group}: {line.detail}")
    return groups, gaps, costs
