"""The way to an off-site copy: SFTP with our own ssh configuration and a pinned host key."""

from urllib.parse import urlsplit

from hisops.backup.failure import classify
from hisops.backup.plan import LOCAL, Copy, Plan
from hisops.backup.restic import Repository
from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.site import Site
from hisops.core.text import did_you_mean

_PROBE_SECONDS = 20.0


def local(site: Site, plan: Plan) -> Repository:
    """The plan's repository on this machine."""
    return Repository(
        name=LOCAL,
        url=plan.repository.url,
        password=plan.repository.password,
        cache=f"{site.state}/backup/cache",
    )


def remote(site: Site, plan: Plan, copy: Copy) -> Repository:
    """The plan's repository behind a copy."""
    alias = f"{plan.name}-{copy.to}"
    return Repository(
        name=copy.to,
        url=f"sftp:{alias}:{urlsplit(copy.url).path[1:]}",
        password=copy.password or plan.repository.password,
        cache=f"{site.state}/backup/cache",
        ssh=("ssh", "-F", _config_path(site, alias), alias, "-s", "sftp"),
    )


def find_copy(plan: Plan, name: str) -> Copy | None:
    """The off-site copy of this name, None for `local`; raises OpsError USAGE for any other."""
    copy = plan.copy(name)
    if name != LOCAL and copy is None:
        known = [LOCAL, *(each.to for each in plan.copies)]
        fix = did_you_mean(name, known) or f"known: {', '.join(known)}"
        raise OpsError(f"{plan.name}: there is no copy {name!r}", fix=fix, code=Exit.USAGE)
    return copy


def connect(io: Io, site: Site, plan: Plan, copy: Copy) -> Repository:
    """The repository behind a copy, after a first SFTP session with its host succeeded.

    Raises OpsError UNREACHABLE: no answer, a host key that is not the pinned one, a refused key.
    """
    for path, name in ((copy.identity, "identity"), (copy.known_hosts, "known_hosts")):
        if not io.exists(path):
            cause = f"{copy.to}: {name} {path} is missing"
            raise OpsError(cause, fix="put it there, or mend the plan", code=Exit.USAGE)
    repository = remote(site, plan, copy)
    alias = f"{plan.name}-{copy.to}"
    path, text = _config_path(site, alias), ssh_config(alias, copy)
    if not io.exists(path) or io.read(path) != text:
        io.write(path, text, mode=0o600)
    done = io.run(repository.ssh, timeout=_PROBE_SECONDS)
    if done.code != 0:
        error = classify(done.code, done.err.decode(errors="replace"), (0, 0, 0))
        place = urlsplit(copy.url).netloc.rpartition("@")[2]
        fix = error.fix if error.code is Exit.UNREACHABLE else "try it: " + " ".join(repository.ssh)
        cause = error.cause.replace("restic ended", "ssh ended")
        raise OpsError(f"{copy.to} ({place}): {cause}", fix=fix, code=Exit.UNREACHABLE)
    return repository


def ssh_config(alias: str, copy: Copy) -> str:
    """A configuration that trusts one host key, offers one identity and asks nobody (ssh_config(5))."""
    url = urlsplit(copy.url)
    user = f"  User {url.username}\n" if url.username else ""
    return f"""\
Host {alias}
  HostName {url.hostname}
  Port {url.port or 22}
{user}\
  IdentityFile "{copy.identity}"
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile "{copy.known_hosts}"
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
  UpdateHostKeys no
  BatchMode yes
  PasswordAuthentication no
  KbdInteractiveAuthentication no
  ForwardAgent no
  ClearAllForwardings yes
  ConnectTimeout 10
  ServerAliveInterval 15
  ServerAliveCountMax 3
"""


def _config_path(site: Site, alias: str) -> str:
    return f"{site.state}/backup/ssh/{alias}.conf"
