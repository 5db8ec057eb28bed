"""The MLLP probe against python-hl7's server: each of its states told apart."""

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.mllp import Mllp
from tests.real.hospital.ward import free_port, frozen

QUICK = Duration(1)


@pytest.fixture
def engine(ward):
    return f"127.0.0.1:{ward.hl7}"


def values(outcome):
    return {(s.family.name, *s.labels): s.value for s in outcome.samples}


def test_a_healthy_engine_acknowledges_our_message(probe, engine):
    outcome = probe(Mllp(receiver="ENGINE"), engine)

    assert outcome.success, outcome.cause
    found = values(outcome)
    assert found["hisops_hl7_acknowledgement", ("code", "AA")] == 1
    assert found["hisops_hl7_clock_skew_seconds",] == 0
    assert ("hisops_hl7_duration_seconds", ("phase", "acknowledge")) in found


@pytest.mark.parametrize(
    ("receiver", "cause"),
    [
        ("AE", "acknowledge: AE, the receiver found an error"),
        ("AR", "acknowledge: AR, the receiver rejects it"),
        ("WRONG", "acknowledge: AA for 'SOMETHING-ELSE', which we did not send"),
        ("SILENT", "acknowledge: no answer within 1 s"),
    ],
)
def test_answers_that_are_no_acknowledgement_are_told_apart(probe, engine, receiver, cause):
    outcome = probe(Mllp(receiver=receiver, timeout=QUICK), engine)

    assert (outcome.success, outcome.cause) == (False, cause)


def test_a_frozen_engine_takes_connections_and_never_acknowledges(probe, ward, engine):
    with frozen(ward.engine_pid):
        outcome = probe(Mllp(timeout=QUICK), engine)

    assert outcome.cause == "acknowledge: no answer within 1 s"
    assert ("hisops_hl7_duration_seconds", ("phase", "connect")) in values(outcome)


def test_a_port_that_nobody_listens_on_is_told(probe):
    outcome = probe(Mllp(), f"127.0.0.1:{free_port()}")

    assert outcome.cause == "connect: Connection refused"


def test_a_receiver_with_a_wrong_clock_is_seen_though_it_acknowledges(probe, engine):
    outcome = probe(Mllp(receiver="LATE"), engine)

    assert outcome.success
    assert values(outcome)["hisops_hl7_clock_skew_seconds",] < -86400


def test_another_protocol_on_the_port_is_told(probe, ward):
    outcome = probe(Mllp(timeout=QUICK), f"127.0.0.1:{ward.http}")

    assert outcome.cause.startswith("acknowledge: ")
    assert not outcome.success
