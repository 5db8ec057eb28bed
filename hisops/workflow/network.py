"""The network of a site: what is seen of it, its proof of redundancy, and its metrics."""

from collections.abc import Iterable

from hisops.core import site as sites
from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.metric import Sample, expose
from hisops.core.model import Class
from hisops.core.site import Site
from hisops.net import accepted, difference, fabric, proof, proof_metric, sight, zone
from hisops.net.accepted import Accepted
from hisops.net.difference import Comparison
from hisops.net.fabric import Cable, Fabric
from hisops.net.proof import Proof
from hisops.net.sight import Sight
from hisops.net.zone import Cell, Figure
from hisops.workflow import live

_ASKED = f"count by (instance) ({sight.DOWN_SERIES})"
_DOWN = f"{sight.DOWN_SERIES} == 2"


def intended(site: Site) -> Fabric:
    """The network of links.yml; raises OpsError without a link."""
    if not site.inventory.links:
        fix = "write the cables into it: {a: HOST:PORT, b: HOST:PORT}"
        raise OpsError("inventory/links.yml holds no link", fix=fix, code=Exit.MISSING)
    return fabric.build(site.inventory)


def look(io: Io, site: Site, file: str = "") -> Sight:
    """What the devices say, from a file or Prometheus; raises OpsError when there is nothing."""
    if file:
        return sight.from_text(io.read(file), file)
    found = live.query(io, site, f"{sight.SERIES} or {_DOWN}")
    rows: list[tuple[dict[str, str], float]] = [(each.metric, each.number) for each in found]
    asked = live.query(io, site, _ASKED)
    rows += [({**each.metric, "__name__": sight.DOWN_SERIES}, 1.0) for each in asked]
    if not rows:
        cause = f"Prometheus holds no {sight.SERIES}"
        fix = "probe the switches over SNMP (see docs/network.md), or give a file: --from FILE"
        raise OpsError(cause, fix=fix, code=Exit.MISSING)
    return sight.from_series(rows)


def switches(site: Site) -> dict[str, str]:
    """Addresses of the switches that may be asked; raises OpsError when there is none."""
    zones = zone.Zones(site.inventory.zones)
    found = {
        name: host.address
        for name, host in site.inventory.hosts.items()
        if fabric.role_of(host).forwards and zones.is_open(host.address)
    }
    if not found:
        fix = "set ansible_host of the switches, in a zone whose probe is open"
        raise OpsError("no switch has an address that may be asked", fix=fix, code=Exit.MISSING)
    return found


def compare(site: Site, seen: Sight) -> Comparison:
    """What is seen against links.yml."""
    return difference.compare(intended(site), seen, sight.names_of(site.inventory))


def prove(
    io: Io, site: Site, seen: Sight | None = None, classes: Iterable[Class] = (Class.C1,)
) -> Proof:
    """The proof over links.yml, or over the links that are seen; raises OpsError without links."""
    graph, wished, is_partial = intended(site), tuple(classes), False
    if seen is not None:
        compared = compare(site, seen)
        is_partial = any(_is_trunk(graph, cable) for cable in compared.unknown)
        graph = fabric.build(site.inventory, compared.present)
    found = proof.prove(site.inventory, graph, wished)
    marked = accepted.apply(found, _accepted(io, site), graph, io.now().date())
    return proof.conclude(site.inventory, graph, marked, wished, is_partial=is_partial)


def measure(io: Io, site: Site) -> list[Sample]:
    """The series of the proof as intended and, where Prometheus knows neighbours, as seen."""
    samples = proof_metric.samples(prove(io, site), "intended")
    try:
        seen = look(io, site)
    except OpsError:  # no Prometheus, or no switch in it: the alerts on `seen` stay quiet
        return samples
    samples += proof_metric.samples(prove(io, site, seen), "seen")
    return samples + proof_metric.differences(compare(site, seen))


def latency(io: Io, site: Site) -> list[Cell]:
    """Loss and round trip between zones, over the last five minutes and the last day."""
    names = ("loss_ratio:avg5m", "rtt_mean_seconds:avg5m", "rtt_mean_seconds:avg1d")
    found = []
    for name in names:
        series = live.query(io, site, f"zone:hisops_probe_icmp_{name}")
        found.append([Figure(each.metric, each.number) for each in series])
    if not found[0]:
        fix = "hisops net latency --probes > probes/zones.yml, then hisops up"
        raise OpsError("no way between zones is measured", fix=fix, code=Exit.MISSING)
    return zone.matrix(*found)


def zone_probes(site: Site) -> str:
    """The text of probes/zones.yml for this site, as seen from this machine."""
    hosts = site.inventory.hosts.values()
    here = [h for h in hosts if h.vars.get("ansible_connection") == "local"]
    zones = zone.Zones(site.inventory.zones)
    return zone.render_probes(site.inventory, zones.of_host(here[0]) if here else "")


def publish(io: Io, site: Site) -> None:
    """Write the metrics of the network, for the agent to serve."""
    io.write(f"{site.state}/metrics/network.prom", expose(measure(io, site)))


def _is_trunk(graph: Fabric, cable: Cable) -> bool:
    return graph.roles[cable.a].forwards and graph.roles[cable.b].forwards


def _accepted(io: Io, site: Site) -> list[Accepted]:
    found, problems = accepted.read(io, site.root)
    if problems:
        first = sites.tell(io, site.root, problems)[0]
        fix = first.fix or "see hisops check"
        raise OpsError(f"{first.place}: {first.cause}", fix=fix, code=Exit.USAGE)
    return found
