"""What every probe unit promises: a time-out, words for people, and no exception for a dead target."""

import inspect
import socket
from contextlib import closing

import msgspec
import pytest

from hisops.core.text import Duration
from hisops.monitor.probe import Endpoint, Probe
from hisops.monitor.watch import Kinds

KINDS = Kinds()


def made(name: str) -> Probe | None:
    """The unit with its defaults and a short time-out; None when it needs options."""
    try:
        return KINDS[name](timeout=Duration(0.3))
    except (TypeError, ValueError):
        return None


@pytest.mark.parametrize("name", list(KINDS))
def test_a_unit_is_a_probe_with_words_for_people_and_a_time_out(name):
    unit = KINDS[name]
    (timeout,) = [field for field in msgspec.structs.fields(unit) if field.name == "timeout"]

    assert issubclass(unit, Probe)
    assert inspect.getdoc(unit) != inspect.getdoc(Probe)
    assert 0 < timeout.default.seconds <= 60


@pytest.mark.parametrize("name", [name for name in KINDS if made(name)])
def test_a_dead_target_is_an_outcome(name, loop, net):
    (outcome,) = loop.run(made(name).probe_all(net, [Endpoint("127.0.0.1:1", "dead")]))

    assert outcome.success is (name == "icmp")
    assert [s.family.name for s in outcome.samples][:2] == [
        "probe_success",
        "probe_duration_seconds",
    ]
    assert outcome.cause or outcome.success


@pytest.mark.parametrize("name", [name for name in KINDS if made(name)])
def test_a_silent_target_is_an_outcome(name, loop, net):
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        (outcome,) = loop.run(made(name).probe_all(net, [Endpoint(f"127.0.0.1:{port}", "silent")]))

    assert outcome.success is (name in ("icmp", "tcp"))
    assert outcome.cause or outcome.success
