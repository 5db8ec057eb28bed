"""SNMP devices: interfaces, sensors, power, by profiles that are chosen by what the device is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family, Sample
from hisops.core.text import Duration, Secret
from hisops.monitor import block, profile, profile_reading
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.profile_label import as_text
from hisops.wire.snmp import ber, walk
from hisops.wire.snmp.credentials import Auth, Community, Priv, User
from hisops.wire.snmp.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hisops.core.net import Net
    from hisops.monitor.block import Block
    from hisops.monitor.profile import Profile, Table
    from hisops.wire.snmp.credentials import Credentials
    from hisops.wire.snmp.walk import Cells

_PORT = 161
_INFO = Family("hisops_snmp_device_info", "gauge", "What the device says it is.")
_PROFILE = Family("hisops_snmp_profile_info", "gauge", "Profiles that are read from the device.")
_ROWS = Family("hisops_snmp_variables", "gauge", "Variables that were read.")
_NAME = "1.3.6.1.2.1.1.5.0"
_LONGEST = 200


class Reading(NamedTuple):
    """Series of a device's tables, and those about the device itself."""

    blocks: list[Block]
    samples: list[Sample]


class Snmp(Probe, frozen=True, kw_only=True):
    """All series that the profiles of a device give.

    Without `profiles` they are detected. `own` names profile files of the site. `interfaces` is a
    pattern of interface names (ifName or ifDescr); others are left out. `bytes` is the size that
    answers aim at.
    """

    timeout: Duration = Duration(10)
    version: Literal["1", "2c", "3"] = "2c"
    community: Secret | None = None
    user: str = ""
    auth: Auth = ""
    auth_password: Secret | None = None
    priv: Priv = ""
    priv_password: Secret | None = None
    context: str = ""
    profiles: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    interfaces: str = ""
    bytes: int = walk.ANSWER_BYTES

    def __post_init__(self) -> None:
        if self.version == "3" and not self.user:
            raise ValueError("user: version 3 needs one")
        try:
            re.compile(self.interfaces)
        except re.error as error:
            raise ValueError(f"interfaces: no regular expression: {error}") from None

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the device answers all that its profiles ask."""
        found = await self.read(net, endpoint)
        return Outcome(True, [*found.samples, *block.samples(found.blocks)])

    async def read(self, net: Net, endpoint: Endpoint) -> Reading:
        """All that the profiles give; raises as `probe` may."""
        credentials = self.credentials(net)
        known = self._known(net)
        peer = await net.peer(endpoint.host, endpoint.port(_PORT))
        try:
            session = Session(peer, credentials, answer_bytes=self.bytes)
            about = await self._about(session)
            names = list(self.profiles) or profile.choose(
                known, about["object_id"], about["description"], [*map(_stem, self.own)]
            )
            chosen = [_named(known, name) for name in names]
            cells = await _collect(session, chosen)
        except TimeoutError:
            raise OpsError(self._silence(), code=Exit.UNREACHABLE) from None
        finally:
            peer.close()
        blocks = [
            each
            for one in chosen
            for table in one.tables
            for each in profile_reading.read(table, self._kept(table, cells))
        ]
        count = sum(map(len, cells.values()))
        head = [
            Sample(_INFO, 1, tuple(sorted(about.items()))),
            *(Sample(_PROFILE, 1, (("profile", name),)) for name in names),
            Sample(_ROWS, count),
        ]
        return Reading(blocks, head)

    def credentials(self, net: Net) -> Credentials:
        """Who asks, with the secrets filled in."""
        if self.version != "3":
            word = net.secret(self.community.ref) if self.community else "public"
            return Community(word=word, version=self.version)
        return User(
            name=self.user,
            auth=self.auth,
            auth_password=net.secret(self.auth_password.ref) if self.auth_password else "",
            priv=self.priv,
            priv_password=net.secret(self.priv_password.ref) if self.priv_password else "",
            context=self.context,
        )

    def _known(self, net: Net) -> dict[str, Profile]:
        own = {path: profile.read(net.read(path), path) for path in self.own}
        by_name = {_stem(path): found for path, found in own.items()}
        return {**profile.shipped(), **by_name}

    async def _about(self, session: Session) -> dict[str, str]:
        found = await session.get([profile.OBJECT_ID, profile.DESCRIPTION, _NAME])
        return {
            "object_id": str(found.get(profile.OBJECT_ID, "")),
            "description": _text(found.get(profile.DESCRIPTION)),
            "name": _text(found.get(_NAME)),
        }

    def _kept(self, table: Table, cells: Mapping[str, Cells]) -> Mapping[str, Cells]:
        """The cells of a table of interfaces without those that the pattern leaves out."""
        if not self.interfaces or not table.interfaces:
            return cells
        wanted = re.compile(self.interfaces)
        keep = set()
        for oid in _INTERFACE_NAMES:
            for index, cell in cells.get(oid, {}).items():
                if wanted.search(as_text(cell)):
                    keep.add(index)
        return {
            oid: {index: cell for index, cell in column.items() if index in keep}
            for oid, column in cells.items()
        }

    def _silence(self) -> str:
        if self.version == "3":
            return "no answer to SNMP v3: device or port 161 closed to us, or the priv password is wrong"
        return f"no answer to SNMP v{self.version}: device or port 161 closed to us, or the community is wrong"


_INTERFACE_NAMES = ("1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.2.2.1.2")


async def _collect(session: Session, chosen: Sequence[Profile]) -> dict[str, Cells]:
    """The cells of all columns of the profiles, each read once."""
    walked: dict[str, None] = {}
    single: dict[str, None] = {}
    for one in chosen:
        columns, scalars = profile_reading.columns(one)
        walked.update(dict.fromkeys(columns))
        single.update(dict.fromkeys(scalars))
    names = list(walked)
    cells = dict(zip(names, await session.columns(names), strict=True)) if names else {}
    for oid, cell in (await session.cells(list(single))).items():
        cells[oid.removesuffix(".0")] = {b"\0": cell}
    return cells


def _named(known: Mapping[str, Profile], name: str) -> Profile:
    if name not in known:
        fix = f"known: {', '.join(known)}"
        raise OpsError(f"there is no SNMP profile {name!r}", fix=fix, code=Exit.USAGE)
    return known[name]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yml")


def _text(value: ber.Scalar | None) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")
    return " ".join(text.split())[:_LONGEST]
