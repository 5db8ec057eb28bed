"""Judges facts: the same facts, checks and time always give the same results."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hisops.audit.check import Check
from hisops.audit.facts import Facts
from hisops.audit.finding import Finding, Reason, Result, unknown
from hisops.core.text import span

_CLOCK_SECONDS = 300.0


def evaluate(facts: Facts, checks: Mapping[str, Check], now: datetime) -> list[Result]:
    """One result for each check, by name; a check that cannot be answered is unknown."""
    return [_judge(name, checks[name], facts, now) for name in sorted(checks)]


def _judge(name: str, check: Check, facts: Facts, now: datetime) -> Result:
    findings = obstacles(check, facts, now)
    headline, figures = "", {}
    if not findings:
        try:
            findings = tuple(check.check(facts)) or (_silence(name),)
            headline, figures = check.headline(facts), dict(check.figures(facts))
        except (ValueError, LookupError) as error:  # facts of a form that the check cannot read
            findings = (unknown(Reason.BROKEN, f"{name}: {type(error).__name__}: {error}"),)
    return Result(
        check=name,
        host=facts.host,
        at=facts.collected_at,
        title=check.title,
        severity=check.severity,
        remedy=check.remedy,
        controls=check.controls,
        findings=findings,
        headline=headline,
        figures=figures,
    )


def obstacles(check: Check, facts: Facts, now: datetime) -> tuple[Finding, ...]:
    """Why the check cannot be answered from these facts; empty when it can."""
    age = (now - facts.collected_at).total_seconds()
    if age < -_CLOCK_SECONDS:
        text = f"the facts come from {span(-age)} in the future: one of the clocks is wrong"
        return (unknown(Reason.CLOCK, text),)
    if timedelta(seconds=age) > timedelta(hours=check.stale_after_hours):
        return (unknown(Reason.TOO_OLD, f"the facts are {span(age)} old"),)
    gaps = [gap for gap in map(facts.gap, check.needs) if gap is not None]
    return tuple(unknown(gap.reason, gap.detail) for gap in gaps)


def _silence(name: str) -> Finding:
    return unknown(Reason.NO_VERDICT, f"{name} gave no verdict")
