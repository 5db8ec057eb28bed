"""The agent's flat configuration file, rendered from the site: the agent itself loads no YAML."""

from pathlib import Path

import hisops
from hisops.core.settings import Agent


def render(agent: Agent, *, root: str, state: str) -> str:
    """The text of agent.conf; relative files of the site are made absolute."""
    lines = {
        "listen": agent.listen,
        "certificate": _place(root, agent.certificate),
        "key": _place(root, agent.key),
        "client_ca": _place(root, agent.client_ca),
        "users": _place(root, agent.users),
        "metrics": f"{state}/metrics",
        "units": f"{root}/units/collectors",
        "also": " ".join(agent.also),
    }
    head = "# Written by hisops from site.yml; changes here are lost.\n"
    return head + "".join(f"{name}={value}\n" for name, value in lines.items() if value)


def path(state: str) -> str:
    """Where the file stands."""
    return f"{state}/agent/agent.conf"


def command(python: str, config: str) -> list[str]:
    """The leanest way to start the agent: no site-packages, no start-up hooks."""
    main = Path(hisops.__file__).parent / "agent" / "__main__.py"
    return [python, "-I", "-S", str(main), "--config", config]


def _place(root: str, file: str) -> str:
    return str(Path(root) / file) if file else ""
