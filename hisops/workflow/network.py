"""The network of a site: its proof of redundancy, with what the site accepts, and its metrics."""

from collections.abc import Iterable

from hisops.core import site as sites
from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.metric import Sample, expose
from hisops.core.model import Class
from hisops.core.site import Site
from hisops.net import accepted, fabric, proof
from hisops.net.accepted import Accepted
from hisops.net.fabric import Cable
from hisops.net.proof import Proof


def prove(
    io: Io,
    site: Site,
    cables: Iterable[Cable] | None = None,
    classes: Iterable[Class] = (Class.C1,),
) -> Proof:
    """The proof over the inventory's links, or over other cables; raises OpsError without links."""
    if not site.inventory.links:
        fix = "write the cables into it: {a: HOST:PORT, b: HOST:PORT}"
        raise OpsError("inventory/links.yml holds no link", fix=fix, code=Exit.MISSING)
    graph, wished = fabric.build(site.inventory, cables), tuple(classes)
    found = proof.prove(site.inventory, graph, wished)
    marked = accepted.apply(found, _accepted(io, site), graph, io.now().date())
    return proof.conclude(site.inventory, graph, marked, wished)


def publish(io: Io, site: Site, samples: Iterable[Sample]) -> None:
    """Write the metrics of the network, for the agent to serve."""
    io.write(f"{site.state}/metrics/network.prom", expose(samples))


def _accepted(io: Io, site: Site) -> list[Accepted]:
    found, problems = accepted.read(io, site.root)
    if problems:
        first = sites.tell(io, site.root, problems)[0]
        fix = first.fix or "see hisops check"
        raise OpsError(f"{first.place}: {first.cause}", fix=fix, code=Exit.USAGE)
    return found
