"""Off-site copies: the journal says which runs a copy lacks."""

from collections.abc import Callable

import msgspec

from hisops.backup import ledger, offsite, restic, verdict
from hisops.backup.plan import LOCAL, Copy, Plan
from hisops.backup.restic import Repository, Snapshot
from hisops.backup.state import State
from hisops.core.errors import Exit, OpsError
from hisops.core.event import Assertion, BackupFinished
from hisops.core.io import Io
from hisops.core.site import Site
from hisops.core.store import Store

Tell = Callable[[str], None]


def copy_pending(
    io: Io, store: Store, site: Site, plan: Plan, copy: Copy, tell: Tell
) -> list[BackupFinished]:
    """Copy every good run that the copy lacks; one event for each, or one for the failure."""
    pending = ledger.not_copied(store, plan.name, copy.to, LOCAL)
    if not pending:
        return []
    start = io.tick()
    tell(f"{plan.name}: copying {len(pending)} runs to {copy.to}")
    try:
        listed = _transfer(io, store, site, plan, copy, pending)
        earlier = ledger.history(store, plan.name, copy.to)
        events = [_copied(event, copy, listed, earlier) for event in pending]
    except OpsError as error:
        frame = BackupFinished(
            subject=plan.name, copy=copy.to, state="", tag=pending[-1].tag, repository=copy.url
        )
        events = [verdict.failed(frame, error)]
    seconds = round(io.tick() - start, 3)
    return [msgspec.structs.replace(event, seconds=seconds) for event in events]


def _transfer(
    io: Io, store: Store, site: Site, plan: Plan, copy: Copy, pending: list[BackupFinished]
) -> list[Snapshot]:
    """Copy the snapshots of these runs; gives all that the copy holds then."""
    source, target = offsite.local(site, plan), offsite.connect(io, site, plan, copy)
    ids = [id for event in pending for id in event.parts.values()]
    limit = plan.schedule.timeout.seconds
    try:
        restic.copy(io, source, target, ids, timeout=limit)
    except OpsError as error:
        _mend(io, store, copy, source, target, error)
        restic.copy(io, source, target, ids, timeout=limit)
    return restic.list_snapshots(io, target)


def _mend(
    io: Io, store: Store, copy: Copy, source: Repository, target: Repository, error: OpsError
) -> None:
    """Clear the way for a second try; raises the error again when a person has to."""
    if error.code is Exit.MISSING and not ledger.is_known(store, copy.url):
        restic.init(io, target, source)
    elif error.code is not Exit.LOCKED or restic.drop_dead_locks(io, target):
        raise error


def _copied(
    event: BackupFinished, copy: Copy, listed: list[Snapshot], earlier: list[BackupFinished]
) -> BackupFinished:
    """The event of a copied run: its own ids, and whether all is there."""
    by_original = {snapshot.original: snapshot.id for snapshot in listed}
    parts = {name: by_original.get(id, "") for name, id in event.parts.items()}
    lost = ledger.missing(earlier, [snapshot.id for snapshot in listed])
    assertions = (
        Assertion(name="every snapshot was copied", passed=all(parts.values())),
        Assertion(
            name="every earlier snapshot is listed", passed=not lost, detail=", ".join(lost[:3])
        ),
    )
    good = all(assertion.passed for assertion in assertions)
    wrong = "; ".join(f"not true: {a.name} {a.detail}".strip() for a in assertions if not a.passed)
    return msgspec.structs.replace(
        event,
        copy=copy.to,
        state=event.state if good else State.SUSPICIOUS.value,
        parts=parts,
        snapshot=parts.get(next(iter(event.parts), ""), ""),
        assertions=assertions,
        repository=copy.url,
        cause=event.cause if good else wrong,
        fix="" if good else "somebody removed snapshots there: ask its owner before you go on",
    )
