"""The off-site place of a one-machine site: an sshd on loopback that knows SFTP and nothing else.

As root the session is shut into its folder (ChrootDirectory); sshd refuses that below a folder
that others can write to, and an ordinary user cannot do it: then the session only starts there.
"""

import os
from getpass import getuser
from pathlib import Path

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.site import Site

_SSHD = "/usr/sbin/sshd"
_OTHERS_MAY_WRITE = 0o022


def prepare(io: Io, site: Site) -> None:
    """Make keys, the folder and the configuration, where they are missing."""
    here, credentials = _folder(site), f"{site.state}/credentials"
    _make_folder(io, credentials)
    _make_folder(io, here)
    _make_folder(io, f"{here}/jail", "755")
    _make_folder(io, f"{here}/jail/data")
    _make_key(io, f"{here}/host_key", "hisops off-site host")
    _make_key(io, f"{credentials}/offsite-key", "hisops backup")
    listen = site.settings.offsite
    pinned = f"[{listen.host}]:{listen.port} {io.read(f'{here}/host_key.pub').strip()}\n"
    _keep(io, f"{credentials}/offsite-known-hosts", pinned)
    _keep(io, f"{here}/authorized_keys", io.read(f"{credentials}/offsite-key.pub"))
    _keep(io, f"{here}/sshd_config", configuration(site, _is_locked(io)))
    if os.geteuid() == 0:
        _run(io, ["mkdir", "-p", "/run/sshd"])


def argv(site: Site) -> list[str]:
    """sshd in the foreground, messages on standard error."""
    return [_SSHD, "-D", "-e", "-f", f"{_folder(site)}/sshd_config"]


def ready(io: Io, site: Site) -> bool:
    """Whether it takes connections."""
    return io.connects(site.settings.offsite.listen)


def address(site: Site) -> str:
    """Where it listens."""
    return site.settings.offsite.listen


def configuration(site: Site, locked: bool) -> str:
    """sshd_config(5) for one account, one key and one folder.

    Without PAM sshd refuses an account whose password is locked, so such a root logs in by PAM.
    """
    here, listen = _folder(site), site.settings.offsite
    jail = f"{here}/jail"
    closed = os.geteuid() == 0 and _is_roots_alone(jail)
    place = f'ChrootDirectory "{jail}"\nForceCommand internal-sftp -d /data'
    return f"""\
Port {listen.port}
ListenAddress {listen.host}
HostKey "{here}/host_key"
PidFile none
AuthorizedKeysFile "{here}/authorized_keys"
StrictModes no
UsePAM {"yes" if locked else "no"}
AllowUsers {getuser()}
PermitRootLogin prohibit-password
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
DisableForwarding yes
PermitTTY no
PermitUserRC no
PermitUserEnvironment no
PrintMotd no
UseDNS no
MaxAuthTries 3
LoginGraceTime 20
Subsystem sftp internal-sftp
{place if closed else f"ForceCommand internal-sftp -d {jail}/data"}
"""


def _folder(site: Site) -> str:
    return f"{site.state}/offsite"


def _make_folder(io: Io, folder: str, mode: str = "700") -> None:
    _run(io, ["install", "-d", "-m", mode, folder])


def _make_key(io: Io, path: str, comment: str) -> None:
    if not io.exists(path):
        _run(io, ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path])


def _keep(io: Io, path: str, text: str) -> None:
    if not io.exists(path) or io.read(path) != text:
        io.write(path, text, mode=0o600)


def _run(io: Io, words: list[str]) -> None:
    done = io.run(words)
    if done.code != 0:
        raise OpsError(f"{words[0]} failed: {done.last_error}", fix="check who owns the folder")


def _is_roots_alone(folder: str) -> bool:
    """Whether sshd takes the folder as a chroot: root's, and nobody else may write (sshd_config(5))."""
    for path in (Path(folder), *Path(folder).parents):
        found = path.stat()
        if found.st_uid != 0 or found.st_mode & _OTHERS_MAY_WRITE:
            return False
    return True


def _is_locked(io: Io) -> bool:
    if os.geteuid() != 0:
        return False
    lines = [line for line in io.read("/etc/shadow").splitlines() if line.startswith("root:")]
    return any(line.split(":")[1].startswith("!") for line in lines)
