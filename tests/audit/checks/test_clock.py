"""The kernel's clock discipline."""

import pytest

from hisops.audit.checks.clock import Clock
from hisops.audit.facts import Clock as Kernel
from hisops.audit.finding import Severity
from tests.audit.sample import facts


def kernel(offset: float = 0.0, status: int = 0x2001, error: float = 0.02) -> Kernel:
    return Kernel(state=0, status=status, offset_seconds=offset, max_error_seconds=error)


SAMPLES = {
    "pass": facts(kernel(0.000042)),
    "fail": facts(Kernel(state=5, status=64, offset_seconds=0.0, max_error_seconds=16.0)),
    "unknown": facts(kernel(error=-1.0)),
}


@pytest.mark.parametrize(("offset", "severity"), [(-0.7, None), (1.2, Severity.HIGH)])
def test_the_offset_has_two_limits(offset, severity):
    (finding,) = Clock().check(facts(kernel(offset)))

    assert (finding.status.value, finding.severity) == ("fail", severity)
