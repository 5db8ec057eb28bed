"""hisops audit: what is missing, too old or open on this machine."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.audit.finding import Result

app = typer.Typer(help="Find missing updates, old virus definitions and open doors.")

Limit = Annotated[
    Literal["critical", "high", "medium", "low"],
    typer.Option(help="Least severity of a finding that makes the exit code 4."),
]
Checks = Annotated[list[str] | None, typer.Argument(help="Names of checks; default: all.")]


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """A check's last result, and how old its facts are."""

    check: str
    host: str
    verdict: str
    failed: int
    unknown: int
    summary: str
    at: datetime
    age: str


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a check."""

    check: str
    host: str
    verdict: str
    severity: str
    finding: str
    remedy: str


@app.command()
def patch(limit: Limit = "medium") -> int:
    """List this machine's missing updates, the security ones marked; nothing is changed.

    Exit 0: none above the limit; 3: nobody can tell; 4: findings above the limit.
    Example: hisops audit patch --json
    """
    from hisops.audit import report
    from hisops.audit.run import look

    running = session()
    facts, results = look(running.io, running.site, ["patch"])
    show.emit(report.patch_report(facts, results[0]))
    return _code(results, limit)


@app.command()
def av(limit: Limit = "medium") -> int:
    """Show this machine's antivirus: engine, age of its definitions, whether it detects.

    Exit 0: all in order; 3: nobody can tell; 4: findings above the limit.
    Example: hisops audit av
    """
    from hisops.audit import report
    from hisops.audit.run import look

    running = session()
    facts, results = look(running.io, running.site, ["antivirus", "antivirus_detection"])
    show.emit(report.av_report(facts, results))
    return _code(results, limit)


@app.command()
def run(checks: Checks = None, limit: Limit = "medium") -> int:
    """Run checks on this machine; journal, metrics and evidence are kept.

    Example: hisops audit run patch reboot
    """
    from hisops.audit import report
    from hisops.audit.run import run as run_checks

    running = session()
    named = tuple(checks or ())
    results = run_checks(running.io, running.store, running.site, named, actor=running.actor)
    show.emit([report.line(result) for result in results])
    return _code(results, limit)


@app.command("show")
def show_last(checks: Checks = None) -> None:
    """Show the last result of each check and its age; with names, every finding.

    Example: hisops audit show antivirus
    """
    from hisops.audit.run import read_last
    from hisops.core.text import age

    running = session()
    results = read_last(running.io, running.store, tuple(checks or ()))
    for name in checks or ():
        if name not in {result.check for result in results}:
            fix = f"hisops audit run {name}"
            raise OpsError(f"there is no result of {name!r}", fix=fix, code=Exit.MISSING)
    if checks:
        show.emit([detail for result in results for detail in _details(result)])
        return
    now = running.io.now()
    show.emit(
        [
            Last(
                check=result.check,
                host=result.host,
                verdict=result.status.value,
                failed=sum(each.status.value == "fail" for each in result.findings),
                unknown=sum(each.status.value == "unknown" for each in result.findings),
                summary=result.summary,
                at=result.at,
                age=age(result.at, now),
            )
            for result in results
        ]
    )


def _details(result: "Result") -> list[Detail]:
    return [
        Detail(
            check=result.check,
            host=result.host,
            verdict=finding.status.value,
            severity=result.weight(finding).value,
            finding=finding.text,
            remedy=result.remedy,
        )
        for finding in result.findings
    ]


def _code(results: Sequence["Result"], limit: str) -> int:
    from hisops.audit.finding import Severity, breaches, is_complete

    if breaches(results, Severity(limit)):
        return Exit.FINDINGS
    return Exit.DONE if is_complete(results) else Exit.PARTIAL
