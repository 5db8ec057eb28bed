"""net/accepted.yml: single failures that the site accepts, each with a reason and an end."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.inventory import ranges
from hisops.core.io import Io
from hisops.core.model import Inventory, Value
from hisops.core.text import did_you_mean
from hisops.net.fabric import Fabric
from hisops.net.proof import Finding
from hisops.net.world import Kind

FILE = "net/accepted.yml"


class Accepted(Value, frozen=True, kw_only=True):
    """A switch, an end of a cable (`host:port`), a path or a shared risk, maybe with ranges.

    Without `systems` it holds for all of them.
    """

    element: str
    reason: str
    until: date
    systems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("reason: say why one failure may cut it")


def read(io: Io, root: str) -> tuple[list[Accepted], list[Problem]]:
    """What stands in the file, as far as it can be read; a site without the file accepts nothing."""
    problems: list[Problem] = []
    path = str(Path(root, FILE))
    if not io.exists(path):
        return [], problems
    data = config.parse(io.read(path), FILE, problems)
    found = config.decode(data or [], tuple[Accepted, ...], FILE, problems)
    return list(found or ()), problems


def check(found: Iterable[Accepted], inventory: Inventory, fabric: Fabric) -> Iterator[Problem]:
    """Entries about something that does not exist."""
    known = {*inventory.hosts, *fabric.risks, *(c.path for c in fabric.cables if c.path)}
    known |= {end for cable in fabric.cables for end in cable.ends}
    for number, entry in enumerate(found):
        try:
            missing = [name for name in ranges.expand(entry.element) if name not in known]
        except ValueError as error:
            yield Problem(file=FILE, at=(number, "element"), cause=str(error))
            continue
        if missing:
            cause = f"there is no switch, end of a cable or path {missing[0]!r}"
            fix = did_you_mean(missing[0], known) or "name one of `hisops net prove`"
            yield Problem(file=FILE, at=(number, "element"), cause=cause, fix=fix)
        for system in entry.systems:
            if system not in inventory.systems:
                fix = did_you_mean(system, inventory.systems) or "name a system of systems.yml"
                cause = f"there is no system {system!r}"
                yield Problem(file=FILE, at=(number, "systems"), cause=cause, fix=fix)


def apply(
    findings: Iterable[Finding], accepted: Iterable[Accepted], fabric: Fabric, today: date
) -> list[Finding]:
    """Findings with the reason where they are accepted; an entry that has ended counts no more.

    What is cut already is never accepted.
    """
    valid = [(set(ranges.expand(a.element)), a) for a in accepted if a.until >= today]
    ends = {cable.text: cable.ends for cable in fabric.cables}
    marked: list[Finding] = []
    for finding in findings:
        names = {finding.element, *ends.get(finding.element, ())}
        mine = [a for elements, a in valid if elements & names]
        if finding.kind is Kind.NOTHING:
            mine = []
        marked += _split(finding, mine)
    return marked


def _split(finding: Finding, mine: list[Accepted]) -> list[Finding]:
    """A finding, in two when only some of its systems are accepted."""
    reasons = {system: a.reason for a in mine for system in (a.systems or finding.systems)}
    parts: dict[str, list[int]] = {}
    for number, cut in enumerate(finding.cuts):
        parts.setdefault(reasons.get(cut.system, ""), []).append(number)
    return [
        msgspec.structs.replace(
            finding, cuts=tuple(finding.cuts[n] for n in numbers), accepted=reason
        )
        for reason, numbers in parts.items()
    ]
