"""Credentials that a new site needs before its first run; nothing that exists is replaced."""

from collections.abc import Callable, Iterable

from hisops.backup.plan import Plan
from hisops.core import journal
from hisops.core.event import BackupFinished
from hisops.core.io import Io
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.core.text import Secret


def prepare(
    io: Io, store: Store, site: Site, plans: Iterable[Plan], tell: Callable[[str], None]
) -> None:
    """Make the repository passwords of a site without backups, and the built-in inbox's address."""
    if not journal.latest(store, BackupFinished):
        for plan in plans:
            if _make(io, site, plan.repository.password, io.new_id() + io.new_id()):
                tell(f"made {_path(site, plan.repository.password)}: keep a copy off this machine,")
                tell("  without it no backup can be read")
    if "inbox" in site.settings.stack:
        for person in site.inventory.people.values():
            if person.webhook:
                _make(io, site, person.webhook, f"http://{site.settings.inbox.webhook}/oncall")


def _make(io: Io, site: Site, secret: Secret, value: str) -> bool:
    path = _path(site, secret)
    if secret.kind != "credential" or io.exists(path):
        return False
    io.write(path, value, mode=0o600)
    return True


def _path(site: Site, secret: Secret) -> str:
    return f"{site.state}/credentials/{secret.name}"
