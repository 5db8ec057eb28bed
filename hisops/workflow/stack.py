"""The embedded stack of a site: up, first proofs, down."""

import os
from collections.abc import Callable, Iterable

from hisops.core import journal
from hisops.core.errors import Exit, OpsError
from hisops.core.event import StackChanged
from hisops.core.io import Io
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.monitor import prometheus
from hisops.workflow import agenda, credential, job, live, parts, program, site_check, supervisor

Tell = Callable[[str], None]
_READY_SECONDS = 60.0
_MEASURED_SECONDS = 20.0
_PROOFS = ("backup", "drill", "audit")


def up(io: Io, store: Store, site: Site, *, actor: str, tell: Tell) -> bool:
    """Run the stack and its first backup, drill and audits; False when one of these failed.

    Raises OpsError when the site is wrong, a program or a port is missing, or a part stays silent.
    """
    _check(io, site)
    program.need(site.settings.stack)
    with io.lock(f"{site.state}/run/up.lock"):
        _start(io, store, site, actor=actor, tell=tell)
        return _prove(io, store, site, actor=actor, tell=tell)


def down(io: Io, store: Store, site: Site, *, actor: str) -> StackChanged:
    """Stop the stack; the event says `stopped`, or `was not running`."""
    stopped = supervisor.stop(io, site)
    event = StackChanged(
        subject=site.root,
        state="stopped" if stopped else "was not running",
        parts=site.settings.stack,
    )
    if stopped:
        journal.record(store, event, at=io.now(), actor=actor)
    return event


def _check(io: Io, site: Site) -> None:
    problems = site_check.check(io, site.root)
    if problems:
        first = site_check.describe(io, problems[0])
        cause = f"the site has {len(problems)} mistakes; the first: {first}"
        raise OpsError(cause, fix=f"hisops --site {site.root} check", code=Exit.USAGE)


def prepare(io: Io, store: Store, site: Site, *, actor: str, tell: Tell) -> dict[str, list[str]]:
    """Make all that the parts need; gives the command of each. A second call changes nothing."""
    credential.prepare(io, store, site, agenda.plans(io, site).values(), tell)
    if "prometheus" in site.settings.stack:
        prometheus.apply(io, site, store, actor=actor)
    commands = {}
    for name in site.settings.stack:
        parts.load(name).prepare(io, site)
        commands[str(name)] = parts.load(name).argv(site)
    return commands


def _start(io: Io, store: Store, site: Site, *, actor: str, tell: Tell) -> None:
    runs = supervisor.states(io, site)
    for name in site.settings.stack:
        if name not in runs:
            _refuse_taken(io, site, name)
    if not runs:
        tell("preparing " + ", ".join(site.settings.stack))
    commands = prepare(io, store, site, actor=actor, tell=tell)
    begun = io.now().timestamp()
    text = supervisor.configuration(site, commands, root=os.geteuid() == 0)
    changed = supervisor.start(io, site, text)
    _wait_all(io, site, [n for n in commands if n not in supervisor.LATE], tell, changed)
    supervisor.start_late(io, site)
    _wait_all(io, site, supervisor.LATE, tell, changed)
    _wait_measured(io, site, begun if changed else 0.0)
    if changed:
        event = StackChanged(subject=site.root, state="started", parts=site.settings.stack)
        journal.record(store, event, at=io.now(), actor=actor)
    agenda.publish(io, store, site)


def _refuse_taken(io: Io, site: Site, name: str) -> None:
    address = parts.load(name).address(site)
    if address and io.connects(address):
        raise OpsError(
            f"{address} is in use by another program; {name} cannot listen there",
            fix=f"end that program (ss -ltnp shows it), or set {name} in {site.root}/site.yml",
        )


def _wait_measured(io: Io, site: Site, begun: float) -> None:
    """Until Prometheus has measured a host after that time, so that the status is not of before."""
    if not {"agent", "prometheus"} <= set(site.settings.stack):
        return
    intervals = [system.scrape_seconds for system in site.inventory.systems.values()]
    deadline = io.tick() + _MEASURED_SECONDS + min(intervals, default=0.0)
    while not live.query(io, site, f"timestamp(up) > {begun:.3f} and up == 1"):
        if io.tick() > deadline:
            fix = "hisops monitor targets: is this machine among them?"
            raise OpsError("Prometheus does not measure any host", fix=fix)
        io.sleep(0.2)


def _wait_all(io: Io, site: Site, names: Iterable[str], tell: Tell, changed: bool) -> None:
    for name in names:
        if name in site.settings.stack:
            _wait(io, site, name, tell if changed else lambda _text: None)


def _wait(io: Io, site: Site, name: str, tell: Tell) -> None:
    part, deadline = parts.load(name), io.tick() + _READY_SECONDS
    while not part.ready(io, site):
        if io.tick() > deadline:
            fix = f"read {site.state}/log/{name}.log"
            raise OpsError(f"{name} does not answer after {_READY_SECONDS:g} s", fix=fix)
        io.sleep(0.1)
    tell(f"{name} answers at {part.address(site) or 'its socket'}")


def _prove(io: Io, store: Store, site: Site, *, actor: str, tell: Tell) -> bool:
    """Run each backup, drill and audit that never ended well yet."""
    good = True
    for planned in agenda.jobs(io, site):
        if planned.argv[0] not in _PROOFS or job.last_success(store, planned):
            continue
        tell(f"first run of {planned.name}")
        done = job.run(io, store, site, planned, actor=actor)
        if done.code not in planned.good:
            tell(f"  {done.outcome}: {done.cause}")
            good = False
    agenda.publish(io, store, site)
    return good
