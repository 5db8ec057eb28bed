"""What the base of all probes does with whatever a unit raises."""

import struct

import pytest

from hisops.core.errors import OpsError
from hisops.core.text import Duration
from hisops.monitor.probe import Endpoint, Probe


class Raising(Probe, frozen=True, kw_only=True):
    """Raises what the endpoint names."""

    async def probe(self, net, endpoint):
        """Nothing but trouble, or success."""
        raise {
            "late": TimeoutError(),
            "known": OpsError("the cable is out"),
            "system": OSError(111, "Connection refused"),
            "strange": ValueError("no DICOM"),
            "cut": struct.error("unpack requires 4 bytes"),
            "bug": KeyError("x"),
        }[endpoint.text]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("late", "no answer within 1 s"),
        ("known", "the cable is out"),
        ("system", "Connection refused"),
        ("strange", "the answer is not understood: no DICOM"),
        ("cut", "the probe itself failed: error: unpack requires 4 bytes"),
        ("bug", "the probe itself failed: KeyError: 'x'"),
    ],
)
def test_trouble_is_an_outcome_with_its_cause(probe, text, cause):
    outcome = probe(Raising(timeout=Duration(1)), text)

    assert (outcome.success, outcome.cause) == (False, cause)
    assert [s.family.name for s in outcome.samples] == ["probe_success", "probe_duration_seconds"]


def test_one_endpoint_never_costs_the_others(loop, net):
    unit = Raising(timeout=Duration(1))
    works = unit.probe_all(net, [Endpoint("bug"), Endpoint("known")])

    assert [outcome.cause[-5:] for outcome in loop.run(works)] == [": 'x'", "s out"]


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.0.0.1", "10.0.0.1", 7),
        ("10.0.0.1:80", "10.0.0.1", 80),
        ("https://his.example/a:1/b", "his.example", 7),
        ("https://u:p@his.example:444/x", "his.example", 444),
        ("[2001:db8::1]:104", "2001:db8::1", 104),
        ("2001:db8::1", "2001:db8::1", 7),
    ],
)
def test_an_endpoint_is_taken_apart(text, host, port):
    assert (Endpoint(text).host, Endpoint(text).port(7)) == (host, port)
