"""hisops monitor: what is measured, by which rules, and what Prometheus says."""

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit

if TYPE_CHECKING:
    from hisops.monitor.rules import Rule

app = typer.Typer(help="See and apply what Prometheus measures and alerts on.")


class TargetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A scrape target."""

    instance: str
    job: str
    address: str
    system: str
    class_: str = msgspec.field(name="class")
    tier: int
    team: str
    zone: str


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """An alert rule."""

    alert: str
    severity: str
    runbook: str
    group: str
    file: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What `apply --dry-run` found; `changes` names files below the folder of Prometheus."""

    accepted: bool
    changes: Mapping[str, str]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How the monitoring is; numbers are None while Prometheus does not answer."""

    address: str
    ready: bool
    applied: bool
    targets_up: int | None
    targets_down: tuple[str, ...]
    unmeasured: tuple[str, ...]
    firing: int | None
    notifications_dropped: float | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A result of a query."""

    series: Mapping[str, str]
    value: float


@app.command("targets")
def list_targets() -> None:
    """List what is scraped, how often (tier) and whom it belongs to.

    Example: hisops monitor targets
    """
    from hisops.monitor import targets

    site = session().site
    rows = []
    for target in targets.list_targets(site.inventory, site.settings):
        named = {key: target.labels.get(key, "") for key in ("system", "team", "zone")}
        row = TargetRow(
            instance=target.labels["instance"],
            job=target.labels["job"],
            address=target.address,
            class_=target.labels["class"],
            tier=target.tier,
            **named,
        )
        rows.append(row)
    show.emit(rows)
    for host in targets.list_unmeasured(site.inventory):
        show.note(f"{host.host} is not measured: zone {host.zone}: {host.reason}")


@app.command("rules")
def list_rules() -> None:
    """List the alert rules in effect: the shipped ones and the site's.

    Example: hisops monitor rules
    """
    from hisops.monitor import rules

    running, rows = session(), []
    for path, text in rules.read(running.io, running.site.root).items():
        file = rules.decode_file(path, text, [])
        for group in file.groups if file else ():
            rows += [_rule(rule, group.name, path) for rule in group.rules if rule.alert]
    show.emit(rows)


@app.command()
def render(
    folder: Annotated[str, typer.Argument(help="Where to write the files.")],
    shard: Annotated[int, typer.Option(help="Which of the site's shards, from 0.")] = 0,
) -> None:
    """Write the configuration into a folder, for a site that runs a Prometheus of its own.

    Example: hisops monitor render /etc/prometheus/hisops
    Example: hisops monitor render --shard 1 /etc/prometheus/hisops
    """
    from hisops.monitor import prometheus

    running = session()
    files = prometheus.render(running.io, running.site, shard)
    prometheus.verify(running.io, running.site, files)
    for name, text in files.items():
        running.io.write(str(Path(folder, name)), text)
    show.line(f"{len(files)} files in {folder}")


@app.command()
def dashboards(
    folder: Annotated[str, typer.Argument(help="Where to write the files.")],
) -> None:
    """Write the Grafana dashboards into a folder, with the clinical functions of the site.

    Example: hisops monitor dashboards /var/lib/grafana/dashboards
    """
    from hisops.monitor import dashboard

    running = session()
    files = dashboard.read(running.io, running.site)
    for name, text in files.items():
        running.io.write(str(Path(folder, name)), text)
    show.line(f"{len(files)} dashboards in {folder}")


@app.command()
def apply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only judge and compare.")] = False,
) -> None:
    """Put the site's targets and rules into effect, without a restart.

    Probes with a mistake, and what promtool or Prometheus refuses, never replaces the last good
    configuration.
    Example: hisops monitor apply --dry-run
    """
    from hisops.monitor import prober_conf, prometheus, watch

    running = session()
    watch.require(running.io, running.site)
    if dry_run:
        files = prometheus.render(running.io, running.site)
        prometheus.verify(running.io, running.site, files)
        found = prometheus.list_changes(running.io, running.site, files)
        changes = {change.file: change.action for change in found}
        show.emit(Verdict(accepted=True, changes=changes))
        return
    if "prober" in running.site.settings.stack:
        prober_conf.write(running.io, running.site)
    show.emit(prometheus.apply(running.io, running.site, running.store, actor=running.actor))


@app.command()
def status() -> int:
    """Show whether Prometheus answers, what it cannot reach and what fires; exit 13 when it is silent.

    Example: hisops monitor status
    """
    state = _state()
    show.emit(state)
    return Exit.DONE if state.ready else Exit.UNREACHABLE


@app.command()
def query(promql: Annotated[str, typer.Argument(help="Expression, in quotes.")]) -> None:
    """Ask Prometheus for the present value of an expression.

    Example: hisops monitor query 'up == 0'
    """
    from hisops.workflow import live

    running = session()
    found = live.query(running.io, running.site, promql)
    show.emit([Row(series=series.metric, value=series.number) for series in found])


@app.command()
def graph(
    promql: Annotated[str, typer.Argument(help="Expression, in quotes.")],
    since: Annotated[str, typer.Option(help="How far back, for example 6h or 7d.")] = "6h",
    rows: Annotated[int, typer.Option(help="Height of the plot.")] = 16,
) -> None:
    """Plot an expression over time, in the terminal or a pipe; --json gives the points.

    Example: hisops monitor graph 'node_load1' --since 24h
    """
    from hisops.cli import graph

    graph.show_graph(promql, since, max(2, rows))


def _rule(rule: "Rule", group: str, path: str) -> RuleRow:
    from hisops.monitor import rules

    return RuleRow(
        alert=rule.alert,
        severity=" or ".join(sorted(rules.severities(str(rule.labels.get("severity", ""))))),
        runbook=str(rule.annotations.get("runbook", "")),
        group=group,
        file=PurePath(path).name,
    )


def _state() -> State:
    from hisops.monitor import prometheus, targets
    from hisops.workflow import live

    running = session()
    io, site = running.io, running.site
    ready = prometheus.is_ready(io, site)
    up = live.query(io, site, "up") if ready else []
    dropped = live.query(io, site, "sum(prometheus_notifications_dropped_total)") if ready else []
    return State(
        address=site.settings.prometheus.url,
        ready=ready,
        applied=prometheus.is_applied(io, site, prometheus.render(io, site)),
        targets_up=sum(s.number == 1 for s in up) if ready else None,
        targets_down=tuple(sorted(s.metric.get("instance", "") for s in up if s.number != 1)),
        unmeasured=tuple(each.host for each in targets.list_unmeasured(site.inventory)),
        firing=len(live.firing(io, site)) if ready else None,
        notifications_dropped=dropped[0].number if dropped else None,
    )
