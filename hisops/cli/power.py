"""hisops power: the ordered shutdown, the generator's log, what electricity costs."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.power.settings import Power
    from hisops.power.shutdown import Shutdown, Step
    from hisops.power.startup import Rise

app = typer.Typer(help="Plan the ordered shutdown, log generator tests, count electricity.")

_WIDTH = 32


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The shutdown and the power-up after it."""

    shutdown: "Shutdown"
    startup: "tuple[Rise, ...]"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the shutdown as people read it."""

    begin_seconds: float
    latest_seconds: float
    stop_seconds: float
    class_: str
    stage: str
    name: str
    timeline: str


class Up(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the power-up as people read it."""

    stage: int
    begin_seconds: float
    end_seconds: float
    class_: str
    name: str
    after: tuple[str, ...]
    rto: str


@app.command()
def plan(
    runtime: Annotated[
        str, typer.Option(help="What the UPS has left, such as 12min; default: only the order.")
    ] = "",
    up: Annotated[bool, typer.Option("--up", help="Show the power-up, too.")] = False,
) -> None:
    """Plan the ordered shutdown: who stops when, how long it takes, when it must begin.

    Nothing is stopped. Example: hisops power plan --runtime 12min
    """
    from hisops.power import graph, shutdown, startup

    power = read()
    components = graph.build(session().site.inventory, power)
    found = shutdown.plan(components, power, _seconds(runtime))
    rises = startup.plan(components)
    if session().as_json:
        show.emit(Plan(shutdown=found, startup=tuple(rises)))
        return
    _print(found)
    if up:
        show.line("\npower-up, each stage after the gate of the one before:")
        show.table([_up(rise) for rise in rises])


@app.command()
def record() -> None:
    """Put generator runs since the last look into the journal, and refresh the metrics of power.

    Runs every hour by itself. Example: hisops power record
    """
    from hisops.workflow import power

    running = session()
    show.emit(power.record(running.io, running.store, running.site, read(), actor=running.actor))


@app.command()
def log(
    last: Annotated[int, typer.Option(help="How many of the newest of each generator.")] = 12,
) -> int:
    """Show the log of generator runs, written by what was measured; exit 4 when a test is overdue.

    Example: hisops power log
    """
    from hisops.workflow import power

    running = session()
    entries = power.log(running.io, running.store, read(), last)
    show.emit(entries)
    late = [entry.generator for entry in entries if entry.overdue]
    for name in dict.fromkeys(late):
        show.note(f"{name}: a test under load is overdue")
    return Exit.FINDINGS if late else Exit.DONE


@app.command()
def cost(
    over: Annotated[str, typer.Option(help="Average over this time, such as 30d.")] = "30d",
) -> None:
    """Show watts, cost and CO2 of a month by UPS, PDU, rack and system, and the PUE.

    Example: hisops power cost --over 7d
    """
    from hisops.core.text import Duration
    from hisops.workflow import power

    running = session()
    seconds = _seconds(over) or 0.0
    found = power.bill(running.io, running.site, read(), Duration(seconds))
    show.emit(found)


@app.command()
def idle() -> None:
    """Show servers that do next to nothing, and what their power costs in a year.

    Example: hisops power idle
    """
    from hisops.workflow import power

    running = session()
    show.emit(power.idle(running.io, running.site, read()))


def read() -> "Power":
    """What power.yml says; raises OpsError USAGE with its first mistake."""
    from hisops.core.site import tell
    from hisops.power import check, settings

    running = session()
    power, problems = settings.read(running.io, running.site.root)
    problems += check.check(power, running.site.inventory)
    if problems:
        first = tell(running.io, running.site.root, problems)[0]
        raise OpsError(f"{first.place}: {first.cause}", fix=first.fix, code=Exit.USAGE)
    if not settings.exists(running.io, running.site.root):
        show.note("no power.yml in this site: every time is the default; see docs/power.md")
    return power


def _seconds(text: str) -> float | None:
    from hisops.core.text import Duration

    try:
        return Duration.parse(text).seconds if text else None
    except ValueError as error:
        cause = f"{text}: expected {error}"
        raise OpsError(cause, fix="write it such as 12min or 900s", code=Exit.USAGE) from None


def _print(found: "Shutdown") -> None:
    from hisops.core.text import span

    serial = span(found.serial_seconds)
    show.line(f"an ordered shutdown takes {span(found.need_seconds)} ({serial} one by one)")
    show.line(f"it must begin at a runtime of {span(found.trigger_seconds)}")
    if found.runtime_seconds is not None and found.left_seconds is not None:
        left = span(abs(found.left_seconds))
        when = f"in {left}" if found.left_seconds > 0 else f"{left} ago"
        show.line(f"runtime {span(found.runtime_seconds)}: {found.verdict} (due {when})")
    show.line(f"critical path: {' → '.join(found.critical_path)}")
    for shed in found.shed:
        gain = f", runtime then {span(shed.runtime_seconds)}" if shed.runtime_seconds else ""
        share = f"{shed.share:.0%} of {shed.watts / shed.share:.0f} W" if shed.share else "no load"
        names = ", ".join(shed.systems) or "nothing"
        show.line(f"give up {shed.stage} {shed.when}: {names} ({share}{gain})")
    show.line("")
    total = max(found.need_seconds, 1.0)
    show.table([_row(step, total) for step in found.steps])


def _row(step: "Step", total: float) -> Row:
    return Row(
        begin_seconds=step.begin_seconds,
        latest_seconds=step.latest_seconds,
        stop_seconds=step.stop_seconds,
        class_=step.class_.value,
        stage=step.stage,
        name=step.name,
        timeline=bar(step, total),
    )


def bar(step: "Step", total: float, width: int = _WIDTH) -> str:
    """The step on a line of time: its work, and dots up to the latest end."""
    scale = width / total
    begin = min(round(step.begin_seconds * scale), width - 1)
    end = max(begin + 1, round((step.begin_seconds + step.stop_seconds) * scale))
    latest = max(end, round((step.latest_seconds + step.stop_seconds) * scale))
    mark = "█" if step.critical else "▒"
    line = " " * begin + mark * (end - begin) + "·" * (latest - end)
    return f"|{line:{width}}|"


def _up(rise: "Rise") -> Up:
    from hisops.core.text import span

    rto = "-" if rise.rto_seconds is None else span(rise.rto_seconds)
    return Up(
        stage=rise.stage,
        begin_seconds=rise.begin_seconds,
        end_seconds=rise.end_seconds,
        class_=rise.class_.value,
        name=rise.name,
        after=rise.after,
        rto=f"{rto} LATE" if rise.late else rto,
    )
