"""The network of a site, with what Prometheus knows of it."""

import json

import msgspec
import pytest

from hisops.core.errors import OpsError
from hisops.core.model import Zone
from hisops.core.settings import Settings
from hisops.core.site import Site
from hisops.net.difference import Kind
from hisops.workflow import network
from tests.net.hospital import CABLES, inventory

_SWITCHES = ("core-1", "core-2", "agg-1", "agg-2", "acc-1", "acc-2")


@pytest.fixture
def site() -> Site:
    return Site(root="/site", settings=Settings(name="Test"), inventory=inventory(), state="/var")


def _series(rows: list[dict[str, str]], value: str = "1") -> str:
    result = [{"metric": row, "value": [0, value]} for row in rows]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})


def _tell(io, site: Site, without: str = "") -> None:
    """Prometheus knows all neighbours but those of one cable."""
    rows = []
    for cable in CABLES:
        a, b = cable.split()
        for near, far in ((a, b), (b, a)) if cable != without else ():
            device, _, port = near.partition(":")
            other, _, other_port = far.partition(":")
            if device in _SWITCHES:
                names = {"instance": device, "local_port": port, "neighbor": other}
                names |= {"__name__": "hisops_lldp_neighbor_info", "neighbor_port": other_port}
                rows.append(names)
    base = f"{site.settings.prometheus.url}/api/v1/query?query="
    seen = base + "hisops_lldp_neighbor_info%20or%20ifOperStatus%20%3D%3D%202"
    io.answers("GET", seen, body=_series(rows))
    asked = base + "count%20by%20%28instance%29%20%28ifOperStatus%29"
    io.answers("GET", asked, body=_series([{"instance": name} for name in _SWITCHES], "9"))


def test_what_prometheus_knows_is_compared(io, site):
    _tell(io, site, without="acc-1:49 agg-1:1")

    (found,) = network.compare(site, network.look(io, site)).differences

    assert (found.kind, found.link) == (Kind.MISSING, "acc-1:49 - agg-1:1")


def test_the_metrics_tell_what_was_lost_since_it_was_cabled(io, site):
    _tell(io, site, without="acc-1:49 agg-1:1")

    network.publish(io, site)

    page = io.read("/var/metrics/network.prom")
    name = "hisops_redundancy_single_failures"
    assert f'{name}{{target_system="emr",view="intended"}} 0' in page
    assert f'{name}{{target_system="emr",view="seen"}} 2' in page
    assert 'hisops_topology_difference_info{kind="missing",link="acc-1:49 - agg-1:1"} 1' in page
    assert 'hisops_topology_links{state="seen"} 17' in page


def test_a_whole_network_has_no_difference_and_no_single_failure(io, site):
    _tell(io, site)

    network.publish(io, site)

    page = io.read("/var/metrics/network.prom")
    assert 'view="seen"} 2' not in page
    assert "hisops_topology_difference_info{" not in page


def test_without_prometheus_the_design_is_proved_and_nothing_is_said_of_what_is_seen(io, site):
    network.publish(io, site)

    page = io.read("/var/metrics/network.prom")
    assert 'view="intended"' in page
    assert 'view="seen"' not in page


def test_a_prometheus_without_switches_says_what_to_do(io, site):
    base = f"{site.settings.prometheus.url}/api/v1/query?query="
    for query in (
        "hisops_lldp_neighbor_info%20or%20ifOperStatus%20%3D%3D%202",
        "count%20by%20%28instance%29%20%28ifOperStatus%29",
    ):
        io.answers("GET", base + query, body=_series([]))

    with pytest.raises(OpsError) as problem:
        network.look(io, site)

    assert "--from FILE" in problem.value.fix


def test_only_switches_in_open_zones_are_asked(site):
    with pytest.raises(OpsError):
        network.switches(site)

    zones = {"mgmt": Zone(networks=("10.0.0.0/24",))}
    opened = msgspec.structs.replace(site.inventory, zones=zones)

    found = network.switches(msgspec.structs.replace(site, inventory=opened))

    assert set(found) == set(_SWITCHES)
