"""A restore drill: the newest backup restored into a scratch place, proven there, and taken down.

RTO is the time from the start of the drill to the last assertion that was answered. RPO is the age
of the restored data at the start: what would have been lost had the site burnt down then.
"""

from collections.abc import Callable, Iterable

import msgspec

from hisops.backup import evidence, ledger, metrics, offsite, restic, server
from hisops.backup.plan import Plan
from hisops.backup.run import staging
from hisops.backup.server import Server
from hisops.backup.source import Restored
from hisops.core import journal
from hisops.core.errors import Exit, OpsError
from hisops.core.event import Assertion, BackupFinished, DrillFinished
from hisops.core.io import Io
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.core.text import span

Tell = Callable[[str], None]


def run(
    io: Io, store: Store, site: Site, plan: Plan, *, actor: str, tell: Tell, copy: str = ""
) -> DrillFinished:
    """Drill a plan from `copy` (the plan's own choice when empty); a failure is a result.

    Raises OpsError LOCKED when the plan is drilled already, USAGE when there is no such copy.
    """
    copy = copy or plan.drill.from_
    offsite.find_copy(plan, copy)
    with io.lock(f"{site.state}/run/drill-{plan.name}.lock"):
        at, place = io.now(), f"{_scratch(site, plan)}/{io.new_id()[:8]}"
        clean(io, site, plan, tell)
        try:
            event = _attempt(io, store, site, plan, copy, place, tell)
        finally:
            clean(io, site, plan, tell)
        folder = f"{site.state}/drills/{plan.name}-{at:%Y%m%dT%H%M%SZ}"
        event = msgspec.structs.replace(event, evidence=folder)
        evidence.write(io, folder, plan, event, at=at, actor=actor)
        journal.record(store, event, at=io.now(), actor=actor)
        metrics.publish(io, store, site, [plan])
    return event


def clean(io: Io, site: Site, plan: Plan, tell: Tell) -> None:
    """End and remove what drills of this plan left behind, also those that were killed.

    A restore may outlive its killed drill; what it still writes is removed by the next one.
    """
    folder = _scratch(site, plan)
    for name in io.names(folder):
        place = f"{folder}/{name}"
        data = f"{place}/pg/data"
        if io.exists(f"{data}/postmaster.pid"):
            server.stop(io, Server(folder=f"{place}/pg", tools=server.find_tools(io), data=data))
        io.run(["chmod", "-R", "u+rwX", place])  # a restored folder may be read-only
        try:
            io.remove(place)
        except OpsError as error:
            tell(f"{plan.name}: {place} is still in use: {error.cause}")
    if not io.names(folder):
        io.remove(folder)


def _attempt(
    io: Io, store: Store, site: Site, plan: Plan, copy: str, place: str, tell: Tell
) -> DrillFinished:
    start, now = io.tick(), io.now().timestamp()
    assertions: list[Assertion] = []
    event = DrillFinished(subject=plan.name, copy=copy, passed=False)
    seconds = 0.0
    try:
        backup = _newest(store, plan, copy)
        event = msgspec.structs.replace(
            event, snapshot=backup.snapshot, rpo_seconds=round(now - backup.data_at, 3)
        )
        for assertion in _prove(io, site, plan, backup, place, tell):
            assertions.append(assertion)
            seconds = round(io.tick() - start, 3)
    except OpsError as error:
        assertions.append(Assertion(name="restore", passed=False, detail=error.cause))
        seconds = round(io.tick() - start, 3)
    assertions += _promises(plan, seconds, event.rpo_seconds)
    wrong = [a for a in assertions if not a.passed]
    return msgspec.structs.replace(
        event,
        passed=not wrong,
        rto_seconds=seconds,
        assertions=tuple(assertions),
        cause="; ".join(f"{a.name}: {a.detail}" for a in wrong),
    )


def _newest(store: Store, plan: Plan, copy: str) -> BackupFinished:
    backup = ledger.newest_good(store, plan.name, copy)
    if backup is None:
        cause = f"{plan.name}: the journal knows no good backup in {copy}"
        raise OpsError(cause, fix=f"hisops backup run {plan.name}", code=Exit.MISSING)
    return backup


def _prove(
    io: Io, site: Site, plan: Plan, backup: BackupFinished, folder: str, tell: Tell
) -> Iterable[Assertion]:
    """Restore by the ids of the journal, never by `latest`: a stranger may have planted one."""
    far = plan.copy(backup.copy)
    repository = offsite.connect(io, site, plan, far) if far else offsite.local(site, plan)
    io.write(f"{folder}/.keep", "")
    for name, id in backup.parts.items():
        tell(f"{plan.name}: restoring {name} from {backup.copy}")
        limit = plan.drill.timeout.seconds
        restic.restore(io, repository, id, f"{folder}/restored", timeout=limit)
    yield Assertion(name="restore", passed=True, detail=f"{len(backup.parts)} snapshots")
    tell(f"{plan.name}: proving what was restored")
    restored = Restored(
        folder=f"{folder}/restored",
        scratch=f"{folder}/pg",
        manifest=backup.manifest,
        checks=plan.drill.checks,
    )
    proofs = 0
    for assertion in plan.source.verify(io, restored, staging(site, plan)):
        proofs += 1
        yield assertion
    if not proofs:
        yield Assertion(name="proof", passed=False, detail="the source proved nothing")


def _promises(plan: Plan, rto: float, rpo: float) -> Iterable[Assertion]:
    for check in plan.drill.checks:
        for name, limit, value in (("rto", check.rto, rto), ("rpo", check.rpo, rpo)):
            if limit is not None:
                detail = f"{span(value)}, {limit} allowed"
                yield Assertion(name=name, passed=value <= limit.seconds, detail=detail)


def _scratch(site: Site, plan: Plan) -> str:
    return f"{site.state}/drills/.scratch/{plan.name}"
