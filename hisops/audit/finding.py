"""What a check says about a host: a status with its evidence, never silence."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum

from hisops.core.model import Name, Value


class Status(Enum):
    """The verdict of one finding."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "notapplicable"


class Severity(Enum):
    """How much a failed finding matters, the worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Reason(Enum):
    """Why a verdict is unknown."""

    DENIED = "denied"
    MISSING = "missing"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    TRUNCATED = "truncated"
    TOO_OLD = "too old"
    CLOCK = "clock implausible"
    EXPIRED = "metadata expired"
    NO_INDEX = "no index"
    NO_CATALOGUE = "no catalogue"
    NO_ANSWER = "no answer"
    NO_VERDICT = "no verdict"


class Finding(Value, frozen=True, kw_only=True):
    """One verdict: `text` is the evidence, or the proof that the check does not apply here.

    `severity` replaces that of the check where one finding weighs more or less.
    """

    status: Status
    text: str
    subject: str = ""
    reason: Reason | None = None
    severity: Severity | None = None


class Result(Value, frozen=True, kw_only=True):
    """All that one check found on one host, with what a reader needs to act."""

    check: str
    host: str
    at: datetime
    title: Name
    severity: Severity
    remedy: str
    controls: tuple[str, ...]
    findings: tuple[Finding, ...]
    headline: str = ""
    figures: Mapping[str, int] = {}

    @property
    def status(self) -> Status:
        """The worst of its findings; `fail` stands before `unknown`."""
        seen = {finding.status for finding in self.findings}
        order = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)
        return next((status for status in order if status in seen), Status.UNKNOWN)

    @property
    def summary(self) -> str:
        """One line: what the check says of itself, else the first evidence for the verdict."""
        if self.headline:
            return self.headline
        mine = [finding for finding in self.findings if finding.status is self.status]
        more = f" (and {len(mine) - 1} more)" if len(mine) > 1 else ""
        return f"{mine[0].text}{more}" if mine else "no verdict"

    def count(self, status: Status) -> int:
        """How many findings have this status."""
        return sum(finding.status is status for finding in self.findings)

    def weight(self, finding: Finding) -> Severity:
        """Severity of one of its findings."""
        return finding.severity or self.severity


def passed(text: str, subject: str = "") -> Finding:
    """The host is as it should be, and this is how we know."""
    return Finding(status=Status.PASS, text=text, subject=subject)


def failed(text: str, subject: str = "", severity: Severity | None = None) -> Finding:
    """The host is not as it should be."""
    return Finding(status=Status.FAIL, text=text, subject=subject, severity=severity)


def unknown(reason: Reason, text: str) -> Finding:
    """Nobody can tell, for this reason; never counts as a pass."""
    return Finding(status=Status.UNKNOWN, text=text, reason=reason)


def not_applicable(proof: str) -> Finding:
    """The question does not arise on this host; `proof` is the fact that shows it."""
    return Finding(status=Status.NOT_APPLICABLE, text=proof)


def breaches(results: Iterable[Result], limit: Severity) -> list[Finding]:
    """Failed findings that weigh at least as much as the limit."""
    return [
        finding
        for result in results
        for finding in result.findings
        if finding.status is Status.FAIL and result.weight(finding).rank <= limit.rank
    ]


def is_complete(results: Iterable[Result]) -> bool:
    """Whether every finding has a verdict."""
    return not any(result.count(Status.UNKNOWN) for result in results)
