"""The clock follows a time source."""

from collections.abc import Iterable
from typing import ClassVar

from hisops.audit.check import Check
from hisops.audit.facts import Clock as Kernel
from hisops.audit.facts import Facts, Group
from hisops.audit.finding import Finding, Reason, Severity, failed, passed, unknown
from hisops.core.model import Name

_UNSYNCHRONISED = 0x40  # STA_UNSYNC, adjtimex(2)
_NO_LIMIT_SECONDS = 16.0  # the kernel's largest error: nobody has told it better


class Clock(Check, frozen=True, kw_only=True):
    """A time service disciplines the kernel's clock, and its error is small."""

    title: ClassVar[Name] = Name(zh="时钟同步", en="Clock is synchronised")
    severity: ClassVar[Severity] = Severity.MEDIUM
    remedy: ClassVar[str] = "install chrony and name the site's time servers in it"
    controls: ClassVar[tuple[str, ...]] = ("O8", "mlps:8.1.5.4c")
    needs: ClassVar[tuple[type[Group], ...]] = (Kernel,)

    warn_seconds: float = 0.5
    critical_seconds: float = 1.0

    def check(self, facts: Facts) -> Iterable[Finding]:
        """Verdict by the kernel's flags; the offset counts only while it is synchronised."""
        clock = facts.get(Kernel)
        if not 0 <= clock.max_error_seconds <= 2 * _NO_LIMIT_SECONDS:
            yield unknown(Reason.BROKEN, f"adjtimex says an error of {clock.max_error_seconds} s")
        elif clock.status & _UNSYNCHRONISED:
            yield failed("no time service disciplines the kernel's clock")
        elif abs(clock.offset_seconds) > self.critical_seconds:
            text = f"the clock is off by {clock.offset_seconds:+.3f} s"
            yield failed(text, severity=Severity.HIGH)
        elif abs(clock.offset_seconds) > self.warn_seconds:
            yield failed(f"the clock is off by {clock.offset_seconds:+.3f} s")
        else:
            yield passed(f"synchronised, off by {clock.offset_seconds:+.6f} s")
