"""links.yml: cables between hosts that exist, one cable per port."""

from collections.abc import Iterator, Mapping

from hisops.core.config import Problem
from hisops.core.model import Host, Link
from hisops.core.site import Site
from hisops.core.text import did_you_mean

FILE = "inventory/links.yml"
_Found = tuple[int, str, str, str]


def check(site: Site) -> Iterator[Problem]:
    """Ends that do not exist, ports with two cables, cables from a host to itself.

    The cables of one entry that share a mistake are told once.
    """
    groups: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for row, key, cause, fix in _wrong(site):
        groups.setdefault((row, key), []).append((cause, fix))
    for (row, key), found in groups.items():
        cause, fix = found[0]
        more = f" (and {len(found) - 1} more like it)" if len(found) > 1 else ""
        at = (row, key) if key else (row,)
        yield Problem(file=FILE, at=at, cause=f"entry {row + 1}: {cause}{more}", fix=fix)


def _wrong(site: Site) -> Iterator[_Found]:
    taken: dict[str, int] = {}
    for link in site.inventory.links:
        for key, end in (("a", link.a), ("b", link.b)):
            yield from _end(link.row, key, end, site.inventory.hosts, taken)
        yield from _loop(link)


def _end(
    row: int, key: str, end: str, hosts: Mapping[str, Host], taken: dict[str, int]
) -> Iterator[_Found]:
    name, _, port = end.partition(":")
    if name not in hosts:
        fix = did_you_mean(name, hosts) or "name a host of the inventory, or HOST:PORT"
        yield row, key, f"there is no host {name!r}", fix
    elif port and end in taken:
        cause = f"port {end} has a cable already, in entry {taken[end] + 1}"
        yield row, key, cause, "name the port that it is in"
    taken.setdefault(end, row)


def _loop(link: Link) -> Iterator[_Found]:
    if link.a.partition(":")[0] == link.b.partition(":")[0]:
        cause = f"{link.a} and {link.b} are the same host"
        yield link.row, "", cause, "name the host at the far end"
