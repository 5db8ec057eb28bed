"""Where many endpoints are: addresses at once, names side by side, and what is wrong with the rest."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import OpsError
from hisops.monitor.probe import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hisops.core.net import Net


class Place(NamedTuple):
    """The address of an endpoint and how long its name took, or why nothing can be sent there."""

    address: str
    seconds: float = 0.0
    problem: str = ""


async def find_all(net: Net, endpoints: Sequence[Endpoint], timeout: float) -> list[Place]:
    """Places in the order of the endpoints; zones that must be left alone are a problem."""
    literals = [_literal(endpoint.text) for endpoint in endpoints]
    hosts = {one.host for one, known in zip(endpoints, literals, strict=True) if not known}
    found = await net.gather([_find(net, host, timeout) for host in hosts])
    names = dict(zip(hosts, found, strict=True))
    return [
        _allowed(net, known) if known else names[endpoint.host]
        for endpoint, known in zip(endpoints, literals, strict=True)
    ]


@lru_cache(maxsize=65536)
def _literal(text: str) -> Place | None:
    """The place of a target that is written as an address, or whose port is none."""
    host = Endpoint(text).host
    try:
        Endpoint(text).port(0)
        ip_address(host)
    except OpsError as error:
        return Place(host, problem=error.cause)
    except ValueError:
        return None
    return Place(host)


def _allowed(net: Net, place: Place) -> Place:
    if place.problem:
        return place
    try:
        net.allow(place.address)
    except OpsError as error:
        return place._replace(problem=error.cause)
    return place


async def _find(net: Net, host: str, timeout: float) -> Place:
    start = net.tick()
    try:
        address = await net.within(timeout, net.resolve(host))
    except OpsError as error:
        return Place(host, problem=error.cause)
    except TimeoutError:
        return Place(host, problem=f"{host}: the name is not found in time")
    return _allowed(net, Place(address, net.tick() - start))
