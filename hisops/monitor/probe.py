"""What every probe has: a time-out, and one way to ask.

A unit of monitor/probes is one class below `Probe`: its fields are the options of a module
(blackbox_exporter's word), `probe` is its work. A dead target is an outcome, never an exception.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family, Sample
from hisops.core.model import Value
from hisops.core.text import Duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hisops.core.net import Net

SUCCESS = Family("probe_success", "gauge", "Displays whether or not the probe was a success")
SECONDS = Family(
    "probe_duration_seconds", "gauge", "Returns how long the probe took to complete in seconds"
)

_LAST_PORT = 65535


_END = re.compile(r"[/?#\\]")
MOST_AT_ONCE = 4096  # or hung targets would keep the others waiting


class Endpoint(NamedTuple):
    """What is probed: the target as it is written, and the host of the inventory behind it."""

    text: str
    instance: str = ""

    @property
    def host(self) -> str:
        """Address or name, without scheme, port and path."""
        return _split(self.text)[0]

    def port(self, default: int) -> int:
        """The port, or the default where the target names none; raises OpsError for no port."""
        digits = _split(self.text)[1]
        if not digits.isdecimal():
            return default
        if int(digits[:6]) > _LAST_PORT:
            raise OpsError(f"{self.text[:80]}: there is no port {digits[:20]}", code=Exit.USAGE)
        return int(digits)


@lru_cache(maxsize=65536)
def _split(text: str) -> tuple[str, str]:
    """Host and digits of the port of a target: URL, HOST:PORT, [IPV6]:PORT or only a host."""
    # What ends the authority (RFC 3986, 3.2), and what some clients take for its end.
    rest = _END.split(text.partition("://")[2] or text, maxsplit=1)[0].rpartition("@")[2]
    if rest.startswith("["):
        host, _, tail = rest[1:].partition("]")
        return host, tail.removeprefix(":")
    host, colon, digits = rest.partition(":")
    return (host, digits) if colon and ":" not in digits else (rest, "")


class Outcome(NamedTuple):
    """What a probe found: whether all is well, its figures, and in one line why not."""

    success: bool
    samples: Sequence[Sample] = ()
    cause: str = ""


class Probe(Value, frozen=True, kw_only=True):
    """Base of all probes.

    A probe with `every` runs on a clock of its own and shows its last outcome; without it, it runs
    whenever it is scraped.
    """

    timeout: Duration = Duration(5)
    every: Duration | None = None

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """The outcome for one endpoint; may raise what net may raise, which means no success."""
        raise NotImplementedError

    async def probe_all(self, net: Net, endpoints: Sequence[Endpoint]) -> list[Outcome]:
        """Outcomes in the order of the endpoints; a unit overrides it where a batch is cheaper."""
        works = [self.examine(net, endpoint) for endpoint in endpoints]
        return await net.gather(works, limit=MOST_AT_ONCE)

    async def examine(self, net: Net, endpoint: Endpoint) -> Outcome:
        """One outcome within the time-out, with `probe_success` and `probe_duration_seconds`."""
        start = net.tick()
        try:
            found = await net.within(self.timeout.seconds, self.probe(net, endpoint))
        except TimeoutError:
            found = Outcome(False, cause=f"no answer within {self.timeout}")
        except OpsError as error:
            found = Outcome(False, cause=error.cause)
        except OSError as error:
            found = Outcome(False, cause=error.strerror or str(error))
        except (ValueError, EOFError) as error:
            found = Outcome(False, cause=f"the answer is not understood: {error}")
        except Exception as error:  # noqa: BLE001 - a unit, also a site's own, may raise anything
            cause = f"the probe itself failed: {type(error).__name__}: {error}"
            found = Outcome(False, cause=cause)
        return finish(found, net.tick() - start)


def finish(found: Outcome, seconds: float) -> Outcome:
    """An outcome with the two series that every probe has, as blackbox_exporter names them."""
    head = (Sample(SUCCESS, int(found.success)), Sample(SECONDS, seconds))
    return Outcome(found.success, (*head, *found.samples), found.cause)
