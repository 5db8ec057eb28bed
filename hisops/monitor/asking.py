"""Putting a pack's queries to a server one after the other, whatever its protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Sample
from hisops.monitor.probe import Outcome
from hisops.monitor.sql import answered, failed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from hisops.core.net import Net, Stream
    from hisops.monitor.probe import Endpoint
    from hisops.monitor.sql import Query
    from hisops.wire.table import Table

# The server is given up a little before the probe is, so that its `up` series is still told.
_SHARE = 0.95


async def dial(net: Net, endpoint: Endpoint, port: int) -> Stream:
    """A connection to an address, or to the path of a unix socket."""
    if endpoint.text.startswith("/"):
        return await net.connect(endpoint.text, 0)
    return await net.connect(endpoint.host, endpoint.port(port))


async def put(queries: Mapping[str, Query], ask: Callable[[str], Awaitable[Table]]) -> Outcome:
    """The samples of all queries; one that is declined costs its own series only."""
    samples: list[Sample] = []
    causes: list[str] = []
    for name, query in queries.items():
        try:
            samples += _answer(name, query, await ask(query.sql))
        except OpsError as error:
            samples.append(failed(name))
            causes.append(f"query {name}: {error.cause}")
    return Outcome(True, samples, "; ".join(causes[:3]))


def _answer(name: str, query: Query, table: Table) -> list[Sample]:
    try:
        return answered(name, query, table)
    except ValueError as error:
        raise OpsError(str(error), fix="correct the query in the module or the pack") from None


async def visit(
    net: Net, up: Family, seconds: float, work: Coroutine[object, object, Outcome]
) -> Outcome:
    """The outcome of a whole visit, led by `up`, which is 0 when the server could not be asked."""
    try:
        found = await net.within(seconds * _SHARE, work)
    except TimeoutError:
        found = Outcome(False, cause=f"no answer within {seconds:g} s")
    except OpsError as error:
        found = Outcome(False, cause=error.cause)
    except OSError as error:
        found = Outcome(False, cause=error.strerror or str(error))
    except (ValueError, EOFError) as error:
        found = Outcome(False, cause=f"the answer is not understood: {error}")
    return Outcome(found.success, (Sample(up, int(found.success)), *found.samples), found.cause)
