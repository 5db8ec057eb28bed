"""The embedded Prometheus: its command line, and how it takes a new configuration.

A configuration is rendered whole into a folder of its own, judged by promtool and only then put
in place. When promtool or Prometheus refuses it, the last good one stays in effect.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath

from hisops.core import journal
from hisops.core.errors import Exit, OpsError
from hisops.core.event import ConfigApplied
from hisops.core.io import Io, Reply
from hisops.core.model import Value
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.monitor import configuration, objective, rules, watch
from hisops.monitor.shard import FIRST

_OK = 200
_FOLDERS = ("rules", "targets")
_RELOAD_SECONDS = 60.0


class Applied(Value, frozen=True, kw_only=True):
    """What became of a configuration; `reloaded` is False when Prometheus does not run yet."""

    changed: bool
    reloaded: bool
    digest: str
    files: int


class Change(Value, frozen=True, kw_only=True):
    """A file of the configuration that would be written or deleted."""

    file: str
    action: str


def argv(site: Site) -> list[str]:
    """The command that runs Prometheus in the foreground."""
    settings = site.settings.prometheus
    return [
        "prometheus",
        f"--config.file={folder(site)}/prometheus.yml",
        f"--storage.tsdb.path={folder(site)}/data",
        f"--storage.tsdb.retention.time={settings.retention.seconds:.0f}s",
        f"--web.listen-address={settings.listen}",
        "--web.enable-lifecycle",
        # oncall.md, 1.4 and 1.8: a storm must fit, and a returning engine is told soon.
        "--alertmanager.notification-queue-capacity=100000",
        "--rules.alert.resend-delay=10s",
    ]


def folder(site: Site) -> str:
    """Where its configuration and data are."""
    return f"{site.state}/prometheus"


def is_ready(io: Io, site: Site) -> bool:
    """Whether it serves queries now."""
    try:
        return io.http("GET", f"{site.settings.prometheus.url}/-/ready", timeout=2).status == _OK
    except OpsError:
        return False


def render(io: Io, site: Site, shard: int = FIRST) -> dict[str, str]:
    """The configuration that the site asks for; see `configuration.render`."""
    found = rules.read(io, site.root)
    named = {PurePath(path).name: text for path, text in found.items()}
    plan, _ = watch.read(io, site)
    groups = {check.group for check in plan.checks} if "prober" in site.settings.stack else ()
    return configuration.render(site, named | objective.render(site), groups, number=shard)


def is_applied(io: Io, site: Site, files: Mapping[str, str]) -> bool:
    """Whether just this configuration was taken and still stands there."""
    return _place(io, folder(site)) == dict(files) and _mark(io, site) == digest(files)


def list_changes(io: Io, site: Site, files: Mapping[str, str]) -> list[Change]:
    """What `apply` would do to the files in place."""
    place = _place(io, folder(site))
    changes = []
    for name in sorted({*place, *files}):
        if name not in files:
            changes.append(Change(file=name, action="delete"))
        elif name not in place:
            changes.append(Change(file=name, action="add"))
        elif place[name] != files[name]:
            changes.append(Change(file=name, action="change"))
    return changes


def apply(io: Io, site: Site, store: Store, *, actor: str = "hisops") -> Applied:
    """Put the site's configuration into effect without a restart; nothing changed, nothing done.

    Raises OpsError with promtool's or Prometheus' own line when one of them refuses it.
    """
    watch.require(io, site)  # a dropped probe would look like a recovery
    files = render(io, site)
    key = digest(files)
    with io.lock(f"{site.state}/run/prometheus.lock"):
        if is_applied(io, site, files):
            return Applied(changed=False, reloaded=False, digest=key, files=len(files))
        try:
            verify(io, site, files)
            reloaded = _switch(io, site, files)
        except OpsError as error:
            refused = ConfigApplied(
                subject="prometheus", accepted=False, digest=key, cause=error.cause
            )
            _record(store, refused, io.now(), actor)
            raise
        io.write(f"{folder(site)}/applied", key)
        accepted = ConfigApplied(subject="prometheus", accepted=True, digest=key)
        journal.record(store, accepted, at=io.now(), actor=actor)
    return Applied(changed=True, reloaded=reloaded, digest=key, files=len(files))


def verify(io: Io, site: Site, files: Mapping[str, str]) -> None:
    """Have promtool judge a configuration; raises OpsError with its own line."""
    for path in configuration.needed_files(site):
        if not io.exists(path):
            cause = f"{path}: Prometheus needs this file and it is missing"
            raise OpsError(cause, fix="see prometheus.scrape in site.yml", code=Exit.USAGE)
    fresh = f"{folder(site)}/candidate"
    io.remove(fresh)
    try:
        for name, text in files.items():
            io.write(f"{fresh}/{name}", text)
        done = io.run(["promtool", "check", "config", f"{fresh}/prometheus.yml"], timeout=60)
    finally:
        io.remove(fresh)
    if done.code != 0:
        said = done.last_error.removeprefix("FAILED:").strip().replace(f"{fresh}/", "")
        fix = "mend that; the last good configuration stays in effect"
        raise OpsError(f"promtool refuses the configuration: {said}", fix=fix, code=Exit.USAGE)


def digest(files: Mapping[str, str]) -> str:
    """SHA-256 over all files and their names."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{len(files[name])}\0{files[name]}".encode())
    return whole.hexdigest()


def _switch(io: Io, site: Site, files: Mapping[str, str]) -> bool:
    """Put the files in place and reload; when that is refused, put the old ones back."""
    before = _place(io, folder(site))
    _replace(io, folder(site), before, files)
    if not io.connects(site.settings.prometheus.listen):
        return False
    answer = _reload(io, site)
    if answer.status == _OK:
        return True
    if before:
        _replace(io, folder(site), files, before)
        _reload(io, site)
    said = answer.body.decode(errors="replace").strip() or f"status {answer.status}"
    raise OpsError(
        f"Prometheus refuses the configuration: {said}",
        fix=f"read {site.state}/log/prometheus.log; the last good one stays in effect",
    )


def _reload(io: Io, site: Site) -> Reply:
    url = f"{site.settings.prometheus.url}/-/reload"
    try:
        return io.http("POST", url, timeout=_RELOAD_SECONDS)
    except OpsError as error:
        return Reply(0, {}, error.cause.encode())


def _place(io: Io, root: str) -> dict[str, str]:
    """The files that stand there now, without the data."""
    names = [f"{part}/{name}" for part in _FOLDERS for name in io.names(f"{root}/{part}")]
    names += ["prometheus.yml"] if io.exists(f"{root}/prometheus.yml") else []
    return {name: io.read(f"{root}/{name}") for name in names}


def _replace(io: Io, root: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Write what differs, the main file last, then delete what nothing names any more."""
    for name in sorted(new, key=lambda name: (name == "prometheus.yml", name)):
        if old.get(name) != new[name]:
            io.write(f"{root}/{name}", new[name])
    for name in sorted(set(old) - set(new)):
        io.remove(f"{root}/{name}")


def _mark(io: Io, site: Site) -> str:
    path = f"{folder(site)}/applied"
    return io.read(path) if io.exists(path) else ""


def _record(store: Store, event: ConfigApplied, at: datetime, actor: str) -> None:
    """Tell a refusal once, however often the same configuration is tried."""
    last = journal.latest(store, ConfigApplied, event.subject)
    if not last or last[0].event() != event:
        journal.record(store, event, at=at, actor=actor)
