"""What sshd allows, by its effective settings."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from hisops.audit.check import Check
from hisops.audit.facts import Facts, Group
from hisops.audit.facts import Sshd as Answer
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

# Setting, forbidden value, why. sshd -T prints names in lower case.
_FORBIDDEN: tuple[tuple[str, str, str, Severity], ...] = (
    ("permitemptypasswords", "yes", "logins without a password", Severity.CRITICAL),
    ("permitrootlogin", "yes", "root logs in with a password", Severity.HIGH),
    ("hostbasedauthentication", "yes", "other hosts are believed", Severity.HIGH),
    ("ignorerhosts", "no", ".rhosts files are believed", Severity.HIGH),
)
_WEAK = ("3des", "arcfour", "-cbc", "blowfish", "hmac-md5", "group1-sha1")


class Sshd(Check, frozen=True, kw_only=True):
    """No empty passwords, no root by password, no weak algorithms."""

    title: ClassVar[Name] = Name(zh="SSH 服务配置", en="Settings of sshd")
    severity: ClassVar[Severity] = Severity.MEDIUM
    remedy: ClassVar[str] = "set it in /etc/ssh/sshd_config.d/, test with sshd -t, reload ssh"
    controls: ClassVar[tuple[str, ...]] = ("O8", "D8", "mlps:8.1.4.1a", "mlps:8.1.4.1c")
    needs: ClassVar[tuple[type[Group], ...]] = (Answer,)

    def check(self, facts: Facts) -> Iterable[Finding]:
        """A finding for each forbidden setting."""
        answer = facts.get(Answer)
        if not answer.program:
            yield not_applicable("there is no program sshd")
            return
        settings = _settings(answer.out)
        if answer.code != 0 or "permitrootlogin" not in settings:
            said = " ".join(answer.err.split()) or "no settings"
            yield unknown(Reason.NO_ANSWER, f"sshd -T ended with {answer.code}: {said}")
            return
        found = list(_judge(settings))
        yield from found or [passed("root only by key, no empty passwords, no weak algorithms")]


def _settings(text: str) -> Mapping[str, str]:
    pairs = (line.partition(" ") for line in text.splitlines())
    return {name: value for name, _, value in pairs if value}


def _judge(settings: Mapping[str, str]) -> Iterable[Finding]:
    for name, forbidden, why, severity in _FORBIDDEN:
        if settings.get(name) == forbidden:
            yield failed(f"{name} {forbidden}: {why}", subject=name, severity=severity)
    for name in ("ciphers", "macs", "kexalgorithms"):
        offered = settings.get(name, "").split(",")
        weak = [each for each in offered if any(mark in each for mark in _WEAK)]
        if weak:
            yield failed(f"{name}: weak: {', '.join(weak)}", subject=name)
