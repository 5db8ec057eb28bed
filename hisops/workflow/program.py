"""How hisops starts itself and finds the programs it needs."""

import shutil
import sys

from hisops.core.errors import Exit, OpsError
from hisops.core.site import Site

# Debian package of each program that a part of the stack needs.
PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "restic": "restic",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "pg_dump": "postgresql-client-15",
    "setpriv": "util-linux",
}
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def hisops(site: Site, *words: str) -> list[str]:
    """The command that runs hisops itself on a site."""
    return [sys.executable, "-m", "hisops", "--site", site.root, *words]


def missing(names: list[str]) -> list[str]:
    """Those of these programs that this machine lacks."""
    return [name for name in names if shutil.which(name, path=_PATH) is None]


def need(names: list[str]) -> None:
    """Raise OpsError MISSING that names every missing program and its package."""
    lacking = missing(names)
    if lacking:
        packages = " ".join(sorted({PACKAGES[name] for name in lacking}))
        raise OpsError(
            f"missing on this machine: {', '.join(lacking)}",
            fix=f"./up installs them; by hand: apt-get install {packages}",
            code=Exit.MISSING,
        )
