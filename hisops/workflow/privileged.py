"""The helper, which reads hardware as root, on a timer of systemd or cron (systemd.exec(5))."""

from hisops.core.site import Site
from hisops.workflow.program import hisops
from hisops.workflow.schedule import MARK, File, quoted, slug

_EVERY = "5 min"
_MINUTES = 5


def units(site: Site, folder: str = "/etc/systemd/system") -> list[File]:
    """A service and its timer where the site has an agent that shows what the helper writes."""
    if "agent" not in site.settings.stack:
        return []
    stem = f"{folder}/hisops-{slug(site)}-helper"
    return [
        File(path=f"{stem}.service", text=_service(site)),
        File(path=f"{stem}.timer", text=_timer(site)),
    ]


def _service(site: Site) -> str:
    command = " ".join(quoted(word) for word in hisops(site, "helper", "--interval", _EVERY))
    # CAP_DAC_OVERRIDE: the folder of the metrics may belong to another user. The programs talk to
    # devices and, multipathd, to an abstract socket, which a network of its own would hide.
    return f"""\
{MARK}
# site: {site.root}
[Unit]
Description=hisops helper of {site.settings.name}
[Service]
Type=oneshot
User=root
ExecStart={command}
SuccessExitStatus=3 11
TimeoutStartSec={_MINUTES * 60 - 10}
Nice=10
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=-{quoted(site.state)}
ProtectKernelModules=yes
ProtectControlGroups=yes
PrivateTmp=yes
IPAddressDeny=any
RestrictAddressFamilies=AF_UNIX AF_NETLINK
CapabilityBoundingSet=CAP_SYS_RAWIO CAP_SYS_ADMIN CAP_DAC_OVERRIDE
"""


def _timer(site: Site) -> str:
    return f"""\
{MARK}
# site: {site.root}
[Unit]
Description=hisops helper of {site.settings.name}
[Timer]
OnCalendar=*:0/{_MINUTES}
RandomizedDelaySec=20
OnBootSec=30
[Install]
WantedBy=timers.target
"""
