"""Accounts without a password."""

from collections.abc import Iterable
from typing import ClassVar

from hisops.audit.check import Check
from hisops.audit.facts import Facts, Group, Shadow
from hisops.audit.finding import Finding, Reason, Severity, failed, passed, unknown
from hisops.core.model import Name


class Passwords(Check, frozen=True, kw_only=True):
    """No account can be entered with an empty password."""

    title: ClassVar[Name] = Name(zh="空口令", en="Empty passwords")
    severity: ClassVar[Severity] = Severity.CRITICAL
    remedy: ClassVar[str] = "passwd --lock NAME, then give a password to whoever needs the account"
    controls: ClassVar[tuple[str, ...]] = ("O8", "D8", "mlps:8.1.4.1a")
    needs: ClassVar[tuple[type[Group], ...]] = (Shadow,)

    def check(self, facts: Facts) -> Iterable[Finding]:
        """A finding for each account whose password is empty."""
        states = facts.get(Shadow).passwords
        if not states:
            yield unknown(Reason.TRUNCATED, "/etc/shadow is empty")
            return
        empty = sorted(name for name, state in states.items() if state == "empty")
        for name in empty:
            yield failed(f"{name} has an empty password", subject=name)
        if not empty:
            count = sum(state == "set" for state in states.values())
            yield passed(f"{count} accounts have a password, the others are locked")
