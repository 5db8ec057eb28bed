"""Accounts that are more than they seem: a second root, a UID used twice."""

from collections import Counter
from collections.abc import Iterable
from typing import ClassVar

from hisops.audit.check import Check
from hisops.audit.facts import Accounts as Read
from hisops.audit.facts import Facts, Group
from hisops.audit.finding import Finding, Reason, Severity, failed, passed, unknown
from hisops.audit.system import parse_passwd
from hisops.core.model import Name


class Accounts(Check, frozen=True, kw_only=True):
    """Only root has UID 0, and each UID belongs to one account."""

    title: ClassVar[Name] = Name(zh="重复或超级用户账号", en="Second root and shared UIDs")
    severity: ClassVar[Severity] = Severity.CRITICAL
    remedy: ClassVar[str] = "find out who made the account and why, then: userdel NAME"
    controls: ClassVar[tuple[str, ...]] = ("O8", "D8", "mlps:8.1.4.2c")
    needs: ClassVar[tuple[type[Group], ...]] = (Read,)

    def check(self, facts: Facts) -> Iterable[Finding]:
        """A finding for each account with UID 0 that is not root, and for each shared UID."""
        users = parse_passwd(facts.get(Read).passwd)
        if not any(user.name == "root" for user in users):
            yield unknown(Reason.TRUNCATED, "/etc/passwd has no line for root")
            return
        roots = [user.name for user in users if user.uid == 0 and user.name != "root"]
        for name in roots:
            yield failed(f"{name} has UID 0: it is root by another name", subject=name)
        shared = [uid for uid, count in Counter(user.uid for user in users).items() if count > 1]
        for uid in (uid for uid in shared if uid != 0):
            names = ", ".join(user.name for user in users if user.uid == uid)
            yield failed(
                f"UID {uid} is shared by {names}", subject=str(uid), severity=Severity.MEDIUM
            )
        if not roots and not shared:
            yield passed(f"{len(users)} accounts, each with a UID of its own; only root has 0")
