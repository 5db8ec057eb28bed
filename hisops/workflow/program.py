"""How hisops starts itself and finds the programs it needs."""

import shutil
import sys
from collections.abc import Iterable

from hisops.core.errors import Exit, OpsError
from hisops.core.site import Site

_NEEDS = {
    "prometheus": ("prometheus", "promtool", "setpriv"),
    "offsite": ("sshd", "ssh", "ssh-keygen", "restic"),
    "database": ("psql", "pg_dump"),
}
_PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "setpriv": "util-linux",
    "restic": "restic",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "psql": "postgresql",
    "pg_dump": "postgresql",
}
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def hisops(site: Site, *words: str) -> list[str]:
    """The command that runs hisops itself on a site."""
    return [sys.executable, "-m", "hisops", "--site", site.root, *words]


def need(stack: Iterable[str], path: str = _PATH) -> None:
    """Raise OpsError MISSING that names every program a stack lacks, and its Debian package."""
    wanted = [name for part in stack for name in _NEEDS.get(part, ())]
    lacking = [name for name in wanted if shutil.which(name, path=path) is None]
    if lacking:
        packages = " ".join(sorted({_PACKAGES[name] for name in lacking}))
        raise OpsError(
            f"missing on this machine: {', '.join(lacking)}",
            fix=f"./up installs them; by hand: apt-get install {packages}",
            code=Exit.MISSING,
        )
