"""Packages on hold."""

from hisops.audit.checks.held import Held
from hisops.audit.finding import Reason
from tests.audit.sample import facts, packages

SAMPLES = {
    "pass": facts(packages("bash 5.2.15-2+b8")),
    "fail": facts(packages("bash 5.2.15-2+b8 hold", "zip 3.0-13 hold")),
    "unknown": facts(gaps={"packages": Reason.DENIED}),
}


def test_tells_each_package_and_counts_them():
    assert [finding.subject for finding in Held().check(SAMPLES["fail"])] == ["bash", "zip"]
    assert Held().figures(SAMPLES["fail"]) == {"held": 2}
