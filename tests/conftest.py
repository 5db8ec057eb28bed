"""What every tier shares."""

from collections.abc import Callable, Iterator

import pytest

from hisops.io.fake import Fake
from hisops.io.local import Local
from hisops.io.loop import Loop
from hisops.io.net import Network
from hisops.monitor.probe import Endpoint, Outcome, Probe


@pytest.fixture
def io() -> Fake:
    """An Io that knows only what the test tells it."""
    return Fake()


@pytest.fixture
def loop() -> Iterator[Loop]:
    """A loop for coroutines: `loop.run(work)`."""
    opened = Loop()
    yield opened
    opened.close()


@pytest.fixture
def net(loop: Loop) -> Iterator[Network]:
    """The real network on that loop."""
    opened = Network(loop, Local())
    yield opened
    opened.close()


@pytest.fixture
def probe(loop: Loop, net: Network) -> Callable[..., Outcome]:
    """Runs a probe unit as the prober does: `probe(Tcp(expect="^SSH"), "127.0.0.1:22")`."""

    def run(unit: Probe, text: str, instance: str = "") -> Outcome:
        return loop.run(unit.examine(net, Endpoint(text, instance)))

    return run


@pytest.fixture
def series() -> Callable[[Outcome], dict[str, float | int]]:
    """An outcome's values by series as Prometheus writes it: `probe_success`, `x{phase="y"}`."""

    def flat(outcome: Outcome) -> dict[str, float | int]:
        return {
            exposed(sample.family.name, sample.labels): sample.value for sample in outcome.samples
        }

    def exposed(name: str, labels: tuple[tuple[str, str], ...]) -> str:
        inside = ",".join(f'{key}="{text}"' for key, text in labels)
        return f"{name}{{{inside}}}" if inside else name

    return flat
