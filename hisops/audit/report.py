"""What one looks at most: the updates and the antivirus of a host, in one value each."""

from collections.abc import Sequence
from datetime import datetime

from hisops.audit import clamav
from hisops.audit.checks.antivirus import definitions, is_present
from hisops.audit.facts import Antivirus, Facts
from hisops.audit.finding import Finding, Result, Severity, Status
from hisops.audit.update import Update, list_updates
from hisops.core.model import Value
from hisops.core.text import age


class PatchReport(Value, frozen=True, kw_only=True):
    """What a host lacks, and why one should not believe that this is all; None: nobody can tell."""

    host: str
    at: datetime
    verdict: Status
    summary: str
    missing: int | None
    security: int | None
    installable: int | None
    hidden: int | None
    updates: tuple[Update, ...]
    doubts: tuple[str, ...]


class AvReport(Value, frozen=True, kw_only=True):
    """The antivirus of a host; what is not there is None."""

    host: str
    at: datetime
    verdict: Status
    summary: str
    product: str | None
    engine: str | None
    definitions: int | None
    signatures: int | None
    built: datetime | None
    age: str | None
    findings: tuple[Finding, ...]


class Line(Value, frozen=True, kw_only=True):
    """A check's result in one line."""

    check: str
    host: str
    verdict: Status
    severity: Severity
    failed: int
    unknown: int
    summary: str


def patch_report(facts: Facts, result: Result) -> PatchReport:
    """Every package apt would touch or hides, and the counts of what is missing."""
    updates = () if facts.gaps else tuple(list_updates(facts))
    figures = result.figures
    missing = figures.get("security", 0) + figures.get("other", 0)
    doubts = [each.text for each in result.findings if each.status is Status.UNKNOWN]
    return PatchReport(
        host=result.host,
        at=result.at,
        verdict=result.status,
        summary=result.summary,
        missing=missing or (None if doubts else 0),
        security=figures.get("security"),
        installable=figures.get("installable"),
        hidden=figures.get("hidden"),
        updates=updates,
        doubts=tuple(doubts),
    )


def av_report(facts: Facts, results: Sequence[Result]) -> AvReport:
    """Engine and definitions, with the findings on their age and on detection."""
    worst = max(results, key=lambda each: _WORST.index(each.status))
    found = None if facts.gap(Antivirus) else facts.get(Antivirus)
    present = found is not None and is_present(found)
    newest = definitions(found) if found is not None and present else None
    return AvReport(
        host=worst.host,
        at=worst.at,
        verdict=worst.status,
        summary=worst.summary,
        product="ClamAV" if present else None,
        engine=clamav.engine(found.version) if found is not None and present else None,
        definitions=newest.version if newest else None,
        signatures=newest.signatures if newest else None,
        built=newest.built if newest else None,
        age=age(newest.built, facts.collected_at) if newest else None,
        findings=tuple(finding for result in results for finding in result.findings),
    )


def line(result: Result) -> Line:
    """One row of the table of checks."""
    return Line(
        check=result.check,
        host=result.host,
        verdict=result.status,
        severity=result.severity,
        failed=result.count(Status.FAIL),
        unknown=result.count(Status.UNKNOWN),
        summary=result.summary,
    )


_WORST = (Status.NOT_APPLICABLE, Status.PASS, Status.UNKNOWN, Status.FAIL)
