"""Whether a backup can be relied on: restic's exit code is one witness, never the verdict."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from hisops.backup import ledger
from hisops.backup.plan import Plan
from hisops.backup.restic import Summary
from hisops.backup.source import Prepared
from hisops.backup.state import State
from hisops.core.errors import OpsError
from hisops.core.event import Assertion, BackupFinished
from hisops.core.text import size

_SUSPICIOUS = "look at the source; if it is right: hisops backup accept {} --because TEXT"


def judge(
    plan: Plan,
    frame: BackupFinished,
    prepared: Prepared,
    summaries: Mapping[str, Summary],
    *,
    ids: Sequence[str],
    earlier: Sequence[BackupFinished],
) -> BackupFinished:
    """The event of a run: what was stored, and whether that is what was to be expected.

    `ids` are the repository's snapshots after the run, `earlier` the runs before it, newest first.
    """
    first, earlier = prepared.pieces[0], ledger.since_accepted(earlier)
    files, count = _extent(prepared, summaries[first.name])
    parts = {name: _whole_id(summary.snapshot_id, ids) for name, summary in summaries.items()}
    unread = [path for summary in summaries.values() for path in summary.unread]
    assertions = (
        *_sizes(plan, files, count, ledger.median(earlier)),
        _none("every new snapshot is listed", [name for name, id in parts.items() if not id]),
        _none("every earlier snapshot is listed", ledger.missing(earlier, ids)),
    )
    state, cause, fix = _weigh(plan, assertions, unread)
    return msgspec.structs.replace(
        frame,
        state=state.value,
        snapshot=parts[first.name],
        parts=parts,
        files=files,
        size_bytes=count,
        added_bytes=sum(summary.data_added for summary in summaries.values()),
        data_at=prepared.data_at,
        manifest=dict(prepared.manifest),
        fingerprint=prepared.fingerprint,
        assertions=(*assertions, _none("every file was read", unread)),
        cause=cause,
        fix=fix,
    )


def again(
    plan: Plan, last: BackupFinished, frame: BackupFinished, prepared: Prepared
) -> BackupFinished:
    """The event of a run that found what the last one stored: its snapshot stands for today, too."""
    unchanged = Assertion(name="unchanged since the last snapshot", passed=True)
    assertions = (unchanged, *_sizes(plan, last.files, last.size_bytes, None))
    state, cause, fix = _weigh(plan, assertions, ())
    return msgspec.structs.replace(
        last,
        tag=frame.tag,
        state=state.value,
        data_at=prepared.data_at,
        added_bytes=0,
        assertions=assertions,
        cause=cause,
        fix=fix,
    )


def failed(frame: BackupFinished, error: OpsError) -> BackupFinished:
    """The event of a run that ended in an error."""
    state = State.of(error.code).value
    return msgspec.structs.replace(frame, state=state, cause=error.cause, fix=error.fix)


def _extent(prepared: Prepared, summary: Summary) -> tuple[int, int]:
    """Files and bytes of a run: what the source counted and restic stored, the lesser of both."""
    if prepared.pieces[0].argv:
        return 1, summary.total_bytes_processed
    return (
        min(prepared.files, summary.total_files_processed),
        min(prepared.size_bytes, summary.total_bytes_processed),
    )


def _sizes(
    plan: Plan, files: int, count: int, usual: tuple[int, int] | None
) -> Iterable[Assertion]:
    expect = plan.expect
    wish = f"{files} files, {expect.min_files} expected at least"
    yield Assertion(name="enough files", passed=files >= expect.min_files, detail=wish)
    wish = f"{size(count)}, {expect.min_bytes} expected at least"
    yield Assertion(name="enough bytes", passed=count >= expect.min_bytes.bytes, detail=wish)
    if usual is None:
        return
    floor = 1 - expect.drop_share
    passed = files >= floor * usual[0] and count >= floor * usual[1]
    detail = f"{files} files, {size(count)}; usual are {usual[0]} files, {size(usual[1])}"
    yield Assertion(name=f"at most {expect.max_drop} less than usual", passed=passed, detail=detail)


def _weigh(
    plan: Plan, assertions: Iterable[Assertion], unread: Sequence[str]
) -> tuple[State, str, str]:
    wrong = [f"{a.name}: {a.detail}" for a in assertions if not a.passed]
    if wrong:
        return State.SUSPICIOUS, "; ".join(wrong), _SUSPICIOUS.format(plan.name)
    if unread:
        cause = f"{len(unread)} items could not be read, the first: {unread[0]}"
        return State.PARTIAL, cause, "check who may read them"
    return State.DONE, "", ""


def _none(name: str, wrong: Sequence[str]) -> Assertion:
    detail = f"{len(wrong)} are not: {', '.join(wrong[:3])}" if wrong else ""
    return Assertion(name=name, passed=not wrong, detail=detail)


def _whole_id(short: str, ids: Iterable[str]) -> str:
    """The full id behind the eight digits that restic before 0.15 tells; empty when not there."""
    found = [id for id in ids if id.startswith(short)]
    return found[0] if len(found) == 1 else ""
