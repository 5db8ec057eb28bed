"""links.yml: cables between hosts that exist, one cable per port."""

from collections.abc import Iterator

from hisops.core.config import Problem
from hisops.core.site import Site
from hisops.core.text import did_you_mean

FILE = "inventory/links.yml"


def check(site: Site) -> Iterator[Problem]:
    """Ends that do not exist, ports with two cables, cables from a host to itself."""
    hosts = site.inventory.hosts
    ports: dict[str, int] = {}
    for link in site.inventory.links:
        for key, end in (("a", link.a), ("b", link.b)):
            name, _, port = end.partition(":")
            at = (link.row, key)
            if name not in hosts:
                fix = did_you_mean(name, hosts) or "name a host of the inventory, or HOST:PORT"
                cause = f"[{link.row}].{key}: there is no host {name!r}"
                yield Problem(file=FILE, at=at, cause=cause, fix=fix)
            elif port and end in ports:
                cause = f"[{link.row}].{key}: port {end} has a cable already, in entry {ports[end]}"
                yield Problem(file=FILE, at=at, cause=cause, fix="name the port that it is in")
            ports.setdefault(end, link.row)
        if link.a.partition(":")[0] == link.b.partition(":")[0]:
            cause = f"[{link.row}]: {link.a} and {link.b} are the same host"
            yield Problem(
                file=FILE, at=(link.row,), cause=cause, fix="name the host at the far end"
            )
