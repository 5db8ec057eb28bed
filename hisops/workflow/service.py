"""The stack as systemd services, for machines that run systemd (systemd.exec(5))."""

from hisops.core.site import Site
from hisops.workflow import parts
from hisops.workflow.schedule import MARK, File, quoted, slug

# sshd wants this folder when it runs as root, and /run is empty after a boot (sshd(8), FILES).
_BEFORE = {
    "offsite": "ExecStartPre=+/bin/mkdir -p /run/sshd\n",
    "prober": "AmbientCapabilities=CAP_NET_RAW\nLimitNOFILE=65536\n",  # ICMP, many connections
}


def units(site: Site, user: str, folder: str = "/etc/systemd/system") -> list[File]:
    """One service for each part of the stack, and a target that starts them together."""
    stem = f"{folder}/hisops-{slug(site)}"
    names = [f"hisops-{slug(site)}-{name}.service" for name in site.settings.stack]
    files = [
        File(path=f"{stem}-{name}.service", text=_service(site, name, user))
        for name in site.settings.stack
    ]
    return [*files, File(path=f"{stem}.target", text=_target(site, names))]


def _service(site: Site, name: str, user: str) -> str:
    command = " ".join(quoted(word) for word in parts.load(name).argv(site))
    return f"""\
{MARK}
# site: {site.root}
[Unit]
Description=hisops {name} of {site.settings.name}
After=network-online.target
Wants=network-online.target
PartOf=hisops-{slug(site)}.target
StartLimitIntervalSec=0
[Service]
User={user}
{_BEFORE.get(name, "")}ExecStart={command}
WorkingDirectory={site.root}
Restart=always
RestartSec=1
KillSignal={"SIGINT" if name == "database" else "SIGTERM"}
ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
PrivateTmp={"no" if name == "agent" else "yes"}
[Install]
WantedBy=hisops-{slug(site)}.target
"""


def _target(site: Site, names: list[str]) -> str:
    return f"""\
{MARK}
# site: {site.root}
[Unit]
Description=hisops stack of {site.settings.name}
Wants={" ".join(names)}
[Install]
WantedBy=multi-user.target
"""
