"""One run of a plan: look first, back up, prove what was stored, copy it off-site."""

from collections.abc import Callable, Sequence

import msgspec

from hisops.backup import copying, ledger, metrics, offsite, restic, verdict
from hisops.backup.plan import LOCAL, Plan
from hisops.backup.restic import Repository, Summary
from hisops.backup.source import Piece
from hisops.backup.state import State
from hisops.core import journal
from hisops.core.errors import Exit, OpsError
from hisops.core.event import BackupFinished
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.core.text import size

Tell = Callable[[str], None]


class Survey(Value, frozen=True, kw_only=True):
    """What a run would back up, and where it would go."""

    plan: str
    files: int
    size_bytes: int
    pieces: tuple[str, ...]
    repository: str
    copies: tuple[str, ...]


def run(
    io: Io, store: Store, site: Site, plan: Plan, *, actor: str, tell: Tell
) -> list[BackupFinished]:
    """Back up and copy a plan; one event per repository. A failure is an event, not an exception.

    Raises OpsError LOCKED when the plan runs already.
    """
    with io.lock(f"{site.state}/run/backup-{plan.name}.lock"):
        events = [_record(io, store, actor, _back_up(io, store, site, plan, actor, tell))]
        for copy in plan.copies:
            copied = copying.copy_pending(io, store, site, plan, copy, tell)
            events += [_record(io, store, actor, event) for event in copied]
        metrics.publish(io, store, site, [plan])
    return events


def copy(
    io: Io, store: Store, site: Site, plan: Plan, *, actor: str, tell: Tell
) -> list[BackupFinished]:
    """Copy what the off-site repositories lack; no event where nothing was lacking."""
    with io.lock(f"{site.state}/run/backup-{plan.name}.lock"):
        events = [
            _record(io, store, actor, event)
            for copy in plan.copies
            for event in copying.copy_pending(io, store, site, plan, copy, tell)
        ]
        metrics.publish(io, store, site, [plan])
    return events


def survey(io: Io, site: Site, plan: Plan) -> Survey:
    """What a run would do, without restic; raises OpsError as a run would fail."""
    with plan.source.prepare(io, staging(site, plan)) as prepared:
        return Survey(
            plan=plan.name,
            files=prepared.files,
            size_bytes=prepared.size_bytes,
            pieces=tuple(piece.name for piece in prepared.pieces),
            repository=plan.repository.url,
            copies=tuple(copy.url for copy in plan.copies),
        )


def staging(site: Site, plan: Plan) -> str:
    """The folder in which a plan's source keeps its manifest."""
    return f"{site.state}/backup/staging/{plan.name}"


def initialise(io: Io, store: Store, site: Site, plan: Plan, name: str, *, actor: str) -> None:
    """Make a repository anew after its loss; the journal forgets the snapshots that were in it.

    Raises OpsError REFUSED when there is one, USAGE when the plan has no such copy.
    """
    copy = offsite.find_copy(plan, name)
    local = offsite.local(site, plan)
    target = offsite.connect(io, site, plan, copy) if copy else local
    if restic.exists(io, target):
        fix = "nothing has to be done; a run will use it"
        raise OpsError(f"{name}: there is a repository already", fix=fix, code=Exit.REFUSED)
    restic.init(io, target, local if copy else None)
    url = copy.url if copy else plan.repository.url
    event = BackupFinished(
        subject=plan.name, copy=name, state=ledger.INITIALISED, tag="", repository=url
    )
    _record(io, store, actor, event)


def accept(
    io: Io, store: Store, site: Site, plan: Plan, *, because: str, actor: str
) -> BackupFinished:
    """Let the last suspicious run count as good, on a person's word; raises OpsError REFUSED."""
    runs = ledger.history(store, plan.name, LOCAL)
    if not runs or runs[0].state != State.SUSPICIOUS.value or not all(runs[0].parts.values()):
        cause, fix = f"{plan.name}: the last run is not suspicious", "nothing has to be accepted"
        raise OpsError(cause, fix=fix, code=Exit.REFUSED)
    event = msgspec.structs.replace(
        runs[0], state=State.DONE.value, cause=f"{ledger.ACCEPTED}{because}", fix=""
    )
    _record(io, store, actor, event)
    metrics.publish(io, store, site, [plan])
    return event


def _record(io: Io, store: Store, actor: str, event: BackupFinished) -> BackupFinished:
    journal.record(store, event, at=io.now(), actor=actor)
    return event


def _back_up(
    io: Io, store: Store, site: Site, plan: Plan, actor: str, tell: Tell
) -> BackupFinished:
    start, tag = io.tick(), io.new_id()
    frame = BackupFinished(
        subject=plan.name, copy=LOCAL, state="", tag=tag, repository=plan.repository.url
    )
    try:
        event = _attempt(io, store, site, plan, frame, tell)
    except OpsError as error:
        event = verdict.failed(frame, error)
    except KeyboardInterrupt:
        stopped = OpsError("stopped by a person", fix="run it again", code=Exit.INTERRUPTED)
        _record(io, store, actor, verdict.failed(frame, stopped))
        raise
    return msgspec.structs.replace(event, seconds=round(io.tick() - start, 3))


def _attempt(
    io: Io, store: Store, site: Site, plan: Plan, frame: BackupFinished, tell: Tell
) -> BackupFinished:
    repository = offsite.local(site, plan)
    io.secret(repository.password.ref)
    tell(f"{plan.name}: preparing the source")
    with plan.source.prepare(io, staging(site, plan)) as prepared:
        _open(io, store, repository)
        earlier = ledger.history(store, plan.name, LOCAL)
        same = _unchanged(io, repository, earlier, prepared.fingerprint)
        if same is not None:
            tell(f"{plan.name}: nothing changed since the last snapshot")
            return verdict.again(plan, same, frame, prepared)
        summaries = {}
        for piece in prepared.pieces:
            tell(f"{plan.name}: storing {piece.name} ({size(prepared.size_bytes)})")
            summaries[piece.name] = _store(io, repository, plan, piece, frame.tag)
    return verdict.judge(
        plan,
        frame,
        prepared,
        summaries,
        ids=restic.list_ids(io, repository),
        earlier=earlier,
    )


def _unchanged(
    io: Io, repository: Repository, earlier: Sequence[BackupFinished], fingerprint: str
) -> BackupFinished | None:
    """The last run, when it stored just this and no snapshot has vanished since."""
    last = next(iter(earlier), None)
    if not fingerprint or last is None or last.state != State.DONE.value:
        return None
    lost = ledger.missing(ledger.since_accepted(earlier), restic.list_ids(io, repository))
    return last if last.fingerprint == fingerprint and not lost else None


def _open(io: Io, store: Store, repository: Repository) -> None:
    """Make the repository the first time, and never again: an unmounted disk looks like none."""
    if not restic.exists(io, repository):
        if ledger.is_known(store, repository.url):
            cause = f"{repository.url}: the repository is gone; the journal knows snapshots in it"
            fix = "mount its disk; if it is lost for good: hisops backup init PLAN"
            raise OpsError(cause, fix=fix, code=Exit.MISSING)
        restic.init(io, repository)
    restic.drop_dead_locks(io, repository)


def _store(io: Io, repository: Repository, plan: Plan, piece: Piece, tag: str) -> Summary:
    return restic.back_up(
        io,
        repository,
        piece,
        host=plan.name,
        tags=(f"plan={plan.name}", f"run={tag}", f"part={piece.name}"),
        timeout=plan.schedule.timeout.seconds,
    )
