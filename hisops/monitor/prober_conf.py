"""The prober's configuration as one JSON file, made from the site by the command line.

The prober itself reads no site: it needs no right to, and a half-edited site cannot stop it.
"""

import sys
from collections.abc import Mapping

import msgspec

from hisops.core.config import Problem
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.settings import Listen, Traps
from hisops.core.site import Site
from hisops.monitor import watch
from hisops.monitor.watch import Plan


class ProberConf(Value, frozen=True, kw_only=True):
    """Where the prober listens, what it looks at, and where it must not send anything.

    `forbidden` are networks, `allowed` addresses inside of them; `known` are the addresses that
    `/probe?target=` takes besides the targets of the plan. `devices` are hosts by address.
    """

    listen: Listen
    plan: Plan
    units: str = ""
    credentials: str = ""
    forbidden: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    traps: Traps = Traps()
    devices: Mapping[str, str] = {}


def path(state: str) -> str:
    """Where the file stands."""
    return f"{state}/prober/prober.json"


def command(state: str) -> list[str]:
    """The prober in the foreground."""
    return [sys.executable, "-m", "hisops.prober", "--config", path(state)]


def render(io: Io, site: Site) -> tuple[ProberConf, list[Problem]]:
    """The configuration, and the mistakes in the site's probes."""
    plan, problems = watch.read(io, site)
    zones = site.inventory.zones
    closed = [zone for zone in zones.values() if zone.probe != "open"]
    hosts = site.inventory.hosts
    conf = ProberConf(
        listen=site.settings.prober,
        plan=plan,
        units=watch.units_folder(site.root),
        credentials=f"{site.state}/credentials",
        forbidden=tuple(network for zone in closed for network in zone.networks),
        allowed=tuple(hosts[name].address for z in closed for name in z.allow if name in hosts),
        known=tuple(sorted({host.address for host in hosts.values()})),
        traps=site.settings.traps,
        devices={host.address: name for name, host in hosts.items()},
    )
    return conf, problems


def write(io: Io, site: Site) -> bool:
    """Write the file where it differs; the running prober takes it up by itself.

    Raises OpsError USAGE for a mistake in the site's probes: the last good file stays.
    """
    watch.require(io, site)
    conf, _ = render(io, site)
    text = msgspec.json.format(msgspec.json.encode(conf, enc_hook=str), indent=1).decode()
    if io.exists(path(site.state)) and io.read(path(site.state)) == text:
        return False
    io.write(path(site.state), text, mode=0o600)
    return True


def load(text: str) -> ProberConf:
    """The configuration in such a file; raises msgspec.ValidationError."""
    return msgspec.json.decode(text, type=ProberConf)
