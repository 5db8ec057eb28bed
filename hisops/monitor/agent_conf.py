"""The agent's flat configuration file, rendered from the site: the agent itself loads no YAML."""

from collections.abc import Iterable
from pathlib import Path

import hisops
from hisops.core import watched
from hisops.core.model import Host, Inventory
from hisops.core.settings import Agent
from hisops.monitor.targets import is_loopback


def render(agent: Agent, *, root: str, state: str, hosts: Iterable[Host] = ()) -> str:
    """The text of agent.conf; relative files of the site are made absolute.

    `hosts` are the names that the machine has in the inventory: what runs there is watched.
    """
    found = [watched.read(host.vars) for host in hosts]
    services = dict.fromkeys(name for each in found for name in each.services)
    lines = {
        "listen": agent.listen,
        "certificate": _place(root, agent.certificate),
        "key": _place(root, agent.key),
        "client_ca": _place(root, agent.client_ca),
        "users": _place(root, agent.users),
        "metrics": f"{state}/metrics",
        "units": f"{root}/units/collectors",
        "also": " ".join(agent.also),
        "services": " ".join(services),
    }
    for each in found:
        lines |= {f"process.{name}": pattern for name, pattern in each.processes.items()}
    head = "# Written by hisops from site.yml; changes here are lost.\n"
    return head + "".join(f"{name}={value}\n" for name, value in lines.items() if value)


def here(inventory: Inventory) -> list[Host]:
    """The hosts of the inventory that are this machine: on loopback, or Ansible's `local`."""
    return [
        host
        for host in inventory.hosts.values()
        if is_loopback(f"{host.address}:1") or host.vars.get("ansible_connection") == "local"
    ]


def path(state: str) -> str:
    """Where the file stands."""
    return f"{state}/agent/agent.conf"


def command(python: str, config: str) -> list[str]:
    """The leanest way to start the agent: no site-packages, no start-up hooks."""
    main = Path(hisops.__file__).parent / "agent" / "__main__.py"
    return [python, "-I", "-S", str(main), "--config", config]


def _place(root: str, file: str) -> str:
    return str(Path(root) / file) if file else ""
