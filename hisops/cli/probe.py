"""hisops probe: what has no agent is looked at from outside, as a user or a peer would."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import probe_import, show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.monitor.prober_conf import ProberConf

app = typer.Typer(help="See and try the probes: ports, names, certificates, protocols, devices.")
app.command("import")(probe_import.command)


class ModuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A module: a probe unit, or one with options of the site."""

    module: str
    probe: str
    options: str
    about: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One series of an outcome."""

    series: str
    value: float


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one probe."""

    target: str
    module: str
    success: bool
    cause: str
    series: tuple[Line, ...]


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """A check of the site; what is not known because the prober does not answer is None."""

    group: str
    module: str
    instance: str
    target: str
    success: bool | None
    age_seconds: float | None
    cause: str


@app.command("run")
def run_once(
    target: Annotated[str, typer.Argument(help="ADDRESS, ADDRESS:PORT or URL.")],
    module: Annotated[str, typer.Option("--module", "-m", help="A module of the site, or a unit.")],
) -> int:
    """Probe one target now, from here, and show what was found; exit 1 without success.

    Zones that must be left alone are left alone here, too.

    \b
    hisops probe run 10.30.0.11:5432 --module tcp
    hisops probe run https://his.example/ --module http_2xx
    """
    result = _probe(_conf(), target, module)
    if session().as_json:
        show.emit(result)
    else:
        show.emit(list(result.series))
        show.line("" if result.success else f"no success: {result.cause}")
    return Exit.DONE if result.success else Exit.FAILED


@app.command("list")
def list_checks(
    failing: Annotated[bool, typer.Option("--failing", help="Only those without success.")] = False,
) -> None:
    """List what the prober looks at, with the last outcome and its cause.

    Example: hisops probe list --failing
    """
    states = _states()
    rows = []
    for check in _conf().plan.checks:
        known = states.get((check.module, check.instance, check.target))
        row = CheckRow(
            group=check.group,
            module=check.module,
            instance=check.instance,
            target=check.target,
            success=known.success if known else None,
            age_seconds=known.age_seconds if known else None,
            cause=known.cause
            if known
            else "not applied yet: hisops monitor apply"
            if states
            else "",
        )
        if not failing or row.success is False:
            rows.append(row)
    show.emit(rows)


@app.command()
def modules() -> None:
    """List the modules that `probes/*.yml` and --module may name.

    Example: hisops probe modules
    """
    from hisops.monitor import watch

    plan, kinds = _conf().plan, watch.Kinds(watch.units_folder(session().root))
    named = {name: str(options.get("probe", "")) for name, options in plan.modules.items()}
    rows = []
    for name, unit in sorted((named | {kind: kind for kind in kinds}).items()):
        kind = kinds[unit]
        written = [f"{k}={v}" for k, v in plan.modules.get(name, {}).items() if k != "probe"]
        fields = [field.encode_name for field in msgspec.structs.fields(kind)]
        about = (kind.__doc__ or "").strip().splitlines()[0]
        options = ", ".join(written if name in named else fields)
        rows.append(ModuleRow(module=name, probe=unit, options=options, about=about))
    show.emit(rows)


def _conf() -> "ProberConf":
    """The configuration that the site's files mean at this moment."""
    from hisops.monitor import prober_conf

    conf, problems = prober_conf.render(session().io, session().site)
    if problems:
        first = problems[0]
        raise OpsError(
            f"{first.file}: {first.cause}", fix=first.fix or "see hisops check", code=Exit.USAGE
        )
    return conf


def _probe(conf: "ProberConf", target: str, module: str) -> Result:
    from hisops.core.metric import series
    from hisops.io.loop import Loop
    from hisops.io.net import Network, zone_guard
    from hisops.monitor import watch
    from hisops.monitor.probe import Endpoint

    known = session().site.inventory.hosts.get(Endpoint(target).host)
    if known is not None:
        target = target.replace(known.name, known.address, 1)
    unit = watch.make(module, conf.plan.modules, watch.Kinds(conf.units))
    loop = Loop()
    net = Network(loop, session().io, zone_guard(conf.forbidden, conf.allowed))
    try:
        (outcome,) = loop.run(unit.probe_all(net, [Endpoint(target)]))
    finally:
        net.close()
        loop.close()
    lines = [
        Line(series=series(s.family.name, s.labels, 0).removesuffix(" 0"), value=s.value)
        for s in outcome.samples
    ]
    return Result(
        target=target,
        module=module,
        success=outcome.success,
        cause=outcome.cause,
        series=tuple(lines),
    )


class _State(msgspec.Struct, frozen=True, kw_only=True):
    module: str
    instance: str
    target: str
    success: bool | None
    cause: str
    age_seconds: float | None


def _states() -> dict[tuple[str, str, str], _State]:
    """The prober's own words on each check; nothing when it does not answer."""
    url = f"{session().site.settings.prober.url}/state"
    try:
        reply = session().io.http("GET", url, timeout=5)
        found = msgspec.json.decode(reply.body, type=list[_State])
    except (OpsError, msgspec.MsgspecError):
        show.note("the prober does not answer: outcomes are not known")
        return {}
    return {(each.module, each.instance, each.target): each for each in found}
