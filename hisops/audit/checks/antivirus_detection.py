"""The scanner finds what it must: clamd's answers to a clean and to the EICAR stream.

The header of a database says what lies on disk, not what the engine accepted: a damaged or
unsigned database is refused while `clamscan --version` still names it.
"""

from collections.abc import Iterable
from typing import ClassVar

from hisops.audit import clamav
from hisops.audit.check import Check
from hisops.audit.checks.antivirus import definitions, is_present
from hisops.audit.clamav import Definitions
from hisops.audit.facts import Antivirus, Facts, Group
from hisops.audit.finding import (
    Finding,
    Reason,
    Severity,
    failed,
    not_applicable,
    passed,
    unknown,
)
from hisops.core.model import Name


class AntivirusDetection(Check, frozen=True, kw_only=True):
    """clamd works with the definitions on disk, finds EICAR and lets a clean stream pass."""

    title: ClassVar[Name] = Name(zh="防病毒检测能力", en="Antivirus detects")
    severity: ClassVar[Severity] = Severity.CRITICAL
    remedy: ClassVar[str] = (
        "read clamd's log; sigtool --info on the databases; restart clamav-daemon"
    )
    controls: ClassVar[tuple[str, ...]] = ("P5", "mlps:8.1.4.5")
    needs: ClassVar[tuple[type[Group], ...]] = (Antivirus,)

    def check(self, facts: Facts) -> Iterable[Finding]:
        """Verdict by clamd's own answers."""
        found = facts.get(Antivirus)
        if not is_present(found):
            yield not_applicable("no ClamAV is installed; the check `antivirus` tells that")
            return
        answers = found.answers
        if not found.socket or "error" in answers or answers.get("ping") != "PONG":
            why = answers.get("error") or answers.get("ping") or "no LocalSocket in clamd.conf"
            text = f"clamd does not answer ({why}): nothing shows that the definitions load"
            yield unknown(Reason.NO_ANSWER, text)
            return
        yield from _judge(found)


def _judge(found: Antivirus) -> Iterable[Finding]:
    clean, virus = found.answers.get("clean", ""), found.answers.get("eicar", "")
    if clean != "stream: OK":
        yield failed(f"clamd calls a clean stream bad: {clean}", subject="clean")
    if not virus.endswith(" FOUND"):
        yield failed(f"clamd does not find the EICAR test string: {virus}", subject="eicar")
    working, newest = clamav.loaded(found.answers.get("version", "")), definitions(found)
    if newest is not None and working is not None and working != newest.version:
        text = f"clamd works with definitions {working}, {newest.version} lie on disk"
        yield failed(text, subject="loaded", severity=Severity.MEDIUM)
    if clean == "stream: OK" and virus.endswith(" FOUND"):
        yield _source(virus.removeprefix("stream: ").removesuffix(" FOUND"), newest)


def _source(name: str, newest: Definitions | None) -> Finding:
    """Whose signature answered: ClamAV marks those that its makers did not sign."""
    file = newest.name if newest else ""
    if file.endswith((".cvd", ".cld")) and name.endswith(".UNOFFICIAL"):
        text = f"only a local signature ({name}) found EICAR, not those of {file}"
        return unknown(Reason.NO_VERDICT, text)
    return passed(f"clamd finds EICAR as {name}")
