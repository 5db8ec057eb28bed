"""What can stand in the journal: one struct per kind of event.

The struct's tag is the event's kind, `subject` names the thing it is about.
"""

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Something that happened."""

    subject: str


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """One proof of a drill or of a backup run."""

    name: str
    passed: bool
    detail: str = ""


class JobFinished(Event, frozen=True, kw_only=True, tag="job.finished"):
    """A scheduled job ended; subject: the job's name."""

    outcome: str
    code: int
    seconds: float
    cause: str = ""


class BackupFinished(Event, frozen=True, kw_only=True, tag="backup.finished"):
    """A backup run or copy ended; subject: the plan's name.

    `copy` is `local` or the name of the off-site copy. `tag` joins all snapshots of one run:
    `parts` has their ids in that repository by name, `snapshot` is the first of them. `data_at` is
    the moment that the data stands for.
    """

    copy: str
    state: str
    tag: str
    snapshot: str = ""
    files: int = 0
    size_bytes: int = 0
    added_bytes: int = 0
    seconds: float = 0.0
    data_at: float = 0.0
    manifest: dict[str, int] = {}
    assertions: tuple[Assertion, ...] = ()
    cause: str = ""
    fix: str = ""
    parts: dict[str, str] = {}
    repository: str = ""
    fingerprint: str = ""


class DrillFinished(Event, frozen=True, kw_only=True, tag="drill.finished"):
    """A restore drill ended; subject: the plan's name."""

    copy: str
    passed: bool
    snapshot: str = ""
    rto_seconds: float = 0.0
    rpo_seconds: float = 0.0
    assertions: tuple[Assertion, ...] = ()
    evidence: str = ""
    cause: str = ""


class AuditFinished(Event, frozen=True, kw_only=True, tag="audit.finished"):
    """An audit of one host ended; subject: `check/host`.

    `counts` are the check's own figures; `evidence` is the file with all findings.
    """

    passed: int
    failed: int
    unknown: int
    summary: str
    counts: dict[str, int] = {}
    not_applicable: int = 0
    evidence: str = ""
    collected_at: float = 0.0


class GeneratorRan(Event, frozen=True, kw_only=True, tag="generator.ran"):
    """A generator ran, by what Prometheus saw; subject: its name.

    `transfer_seconds` is the time from the loss of mains to power; None when no mains was lost.
    """

    started_at: float
    seconds: float
    passed: bool
    load: float | None = None
    transfer_seconds: float | None = None
    cause: str = ""


class AlertAccepted(Event, frozen=True, kw_only=True, tag="alert.accepted"):
    """An alert was taken in; subject: the incident's id."""

    fingerprint: str
    status: str
    name: str
    labels: dict[str, str]


class IncidentOpened(Event, frozen=True, kw_only=True, tag="incident.opened"):
    """Somebody has to look; subject: the incident's id."""

    title: str
    severity: str
    team: str
    runbook: str = ""


class IncidentChanged(Event, frozen=True, kw_only=True, tag="incident.changed"):
    """An incident was acknowledged, resolved, reopened or suppressed; subject: its id."""

    state: str
    note: str = ""


class PageAttempted(Event, frozen=True, kw_only=True, tag="page.attempted"):
    """A notifier was called; subject: the incident's id."""

    outbox: int
    person: str
    channel: str
    notice: str
    result: str
    detail: str = ""


class SilenceChanged(Event, frozen=True, kw_only=True, tag="silence.changed"):
    """A silence was set or ended; subject: its id."""

    state: str
    matchers: tuple[str, ...]
    until: str
    reason: str


class ConfigApplied(Event, frozen=True, kw_only=True, tag="config.applied"):
    """A rendered configuration was taken or refused; subject: the program."""

    accepted: bool
    digest: str
    cause: str = ""


class StackChanged(Event, frozen=True, kw_only=True, tag="stack.changed"):
    """The embedded stack started or stopped; subject: the site."""

    state: str
    parts: tuple[str, ...]


Known = (
    JobFinished
    | BackupFinished
    | DrillFinished
    | AuditFinished
    | GeneratorRan
    | AlertAccepted
    | IncidentOpened
    | IncidentChanged
    | PageAttempted
    | SilenceChanged
    | ConfigApplied
    | StackChanged
)
