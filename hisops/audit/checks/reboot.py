"""The host runs its newest installed kernel, and no package waits for a reboot."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from hisops.audit.check import Check, Gauge
from hisops.audit.facts import Facts, Group, Packages, System
from hisops.audit.facts import Reboot as Asked
from hisops.audit.finding import (
    Finding,
    Reason,
    Severity,
    failed,
    not_applicable,
    passed,
    unknown,
)
from hisops.audit.system import Kernel, flavour, installed_kernels, running_build
from hisops.audit.version import is_newer, key
from hisops.core.metric import Family
from hisops.core.model import Name

_REQUIRED = Family(
    "hisops_reboot_required", "gauge", "1 when only a reboot brings an update into force."
)


class Reboot(Check, frozen=True, kw_only=True):
    """Only kernels of the running one's flavour count, in dpkg's order of versions."""

    title: ClassVar[Name] = Name(zh="需要重启", en="Reboot required")
    severity: ClassVar[Severity] = Severity.MEDIUM
    remedy: ClassVar[str] = "reboot in the next maintenance window"
    controls: ClassVar[tuple[str, ...]] = ("T1", "P5", "mlps:8.1.4.4e")
    needs: ClassVar[tuple[type[Group], ...]] = (System, Packages, Asked)
    gauges: ClassVar[Mapping[str, Gauge]] = {"required": Gauge(_REQUIRED)}

    def check(self, facts: Facts) -> Iterable[Finding]:
        """One verdict on the kernel, and one when a package asked."""
        asked = facts.get(Asked)
        if asked.required:
            names = ", ".join(sorted(set(asked.packages.split()))) or "a package"
            yield failed(f"/run/reboot-required: asked for by {names}", subject="packages")
        yield self._kernel(facts)

    def figures(self, facts: Facts) -> Mapping[str, int]:
        """Whether a reboot is needed; left out while nobody can tell."""
        found = {finding.status.value for finding in self.check(facts)}
        return {} if "unknown" in found else {"required": int("fail" in found)}

    def _kernel(self, facts: Facts) -> Finding:
        system = facts.get(System)
        if system.container:
            return not_applicable(f"a container has no kernel of its own ({system.container})")
        kernels = installed_kernels(facts.get(Packages).rows)
        if not kernels:
            text = f"no kernel package is installed; {system.release} comes from outside"
            return not_applicable(text)
        mine = [each for each in kernels if flavour(each.release) == flavour(system.release)]
        if not mine:
            text = f"{system.release} runs; no installed kernel is of its flavour"
            return unknown(Reason.NO_VERDICT, text)
        return _compare(max(mine, key=lambda each: key(each.release)), system)


def _compare(newest: Kernel, system: System) -> Finding:
    if newest.release != system.release:
        if not is_newer(newest.release, system.release):
            return passed(f"{system.release} runs, newer than any that is installed")
        return failed(f"{system.release} runs, {newest.release} is installed", subject="kernel")
    build = running_build(system.version)
    if build and is_newer(newest.version, build):
        text = f"{system.release} runs in build {build}, {newest.version} is installed"
        return failed(text, subject="kernel")
    return passed(f"{system.release} runs, the newest of its flavour")
