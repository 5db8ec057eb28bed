"""What the repositories hold, against what the journal says."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from hisops.backup import ledger, offsite, restic
from hisops.backup.plan import LOCAL, Plan
from hisops.backup.restic import Repository
from hisops.backup.state import State
from hisops.core.errors import Exit, OpsError
from hisops.core.event import BackupFinished
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site
from hisops.core.store import Store

Tell = Callable[[str], None]


class Kept(Value, frozen=True, kw_only=True):
    """A run in the journal, and whether its snapshots are in the repository: yes, no, not asked."""

    plan: str
    copy: str
    state: str
    data_at: datetime
    files: int
    size_bytes: int
    snapshots: tuple[str, ...]
    in_repository: str


class Checked(Value, frozen=True, kw_only=True):
    """Whether a repository is whole."""

    plan: str
    copy: str
    state: str
    cause: str = ""
    fix: str = ""


def list_runs(
    io: Io, store: Store, site: Site, plan: Plan, *, last: int, offsite_too: bool
) -> list[Kept]:
    """Newest runs of each repository of a plan; raises OpsError when one that was asked is silent."""
    rows = []
    for name in (LOCAL, *(copy.to for copy in plan.copies)):
        asked = name == LOCAL or offsite_too
        ids = restic.list_ids(io, _repository(io, site, plan, name)) if asked else None
        made = [event for event in ledger.history(store, plan.name, name) if event.parts]
        rows += [_kept(event, ids) for event in made[:last]]
    return rows


def check(
    io: Io, store: Store, site: Site, plan: Plan, *, read_data: bool, tell: Tell
) -> Iterable[Checked]:
    """Each repository of a plan, checked by restic and against the journal."""
    for name in (LOCAL, *(copy.to for copy in plan.copies)):
        tell(f"{plan.name}: checking {name}")
        try:
            repository = _repository(io, site, plan, name)
            restic.drop_dead_locks(io, repository)
            restic.check(io, repository, read_data=read_data, timeout=plan.schedule.timeout.seconds)
            earlier = ledger.since_accepted(ledger.history(store, plan.name, name))
            lost = ledger.missing(earlier, restic.list_ids(io, repository))
        except OpsError as error:
            state = State.of(error.code).value
            yield Checked(plan=plan.name, copy=name, state=state, cause=error.cause, fix=error.fix)
            continue
        yield _verdict(plan, name, lost)


def _verdict(plan: Plan, name: str, lost: Sequence[str]) -> Checked:
    if not lost:
        return Checked(plan=plan.name, copy=name, state=State.DONE.value)
    cause = f"{name}: {len(lost)} snapshots are gone that the journal knows, the first: {lost[0]}"
    fix = "find out who removed them; restore them from another copy"
    state = State.SUSPICIOUS.value
    return Checked(plan=plan.name, copy=name, state=state, cause=cause, fix=fix)


def _repository(io: Io, site: Site, plan: Plan, name: str) -> Repository:
    copy = plan.copy(name)
    repository = offsite.connect(io, site, plan, copy) if copy else offsite.local(site, plan)
    if repository.is_local and not restic.exists(io, repository):
        cause, fix = f"{repository.url}: there is no repository", f"hisops backup run {plan.name}"
        raise OpsError(cause, fix=fix, code=Exit.MISSING)
    return repository


def _kept(event: BackupFinished, ids: Sequence[str] | None) -> Kept:
    there = "not asked"
    if ids is not None:
        there = "yes" if set(event.parts.values()) <= set(ids) else "no"
    return Kept(
        plan=event.subject,
        copy=event.copy,
        state=event.state,
        data_at=datetime.fromtimestamp(event.data_at, UTC),
        files=event.files,
        size_bytes=event.size_bytes,
        snapshots=tuple(id[:8] for id in event.parts.values()),
        in_repository=there,
    )
