"""hisops capacity: how long the storage will last."""

import math
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.sparkline import sparkline
from hisops.cli.wire import session

if TYPE_CHECKING:
    from hisops.workflow.capacity import Outlook

_TREND = 20
_DAY_POINTS = 4


class Order(Enum):
    """What stands first."""

    DAYS = "days"
    GROWTH = "growth"


class Prospect(Enum):
    """What is known of the future."""

    GROWS = "grows"
    STEADY = "does not grow"
    NO_SIZE = "no size of its own"
    UNKNOWN = "too little history"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A storage and its forecast; days are None where there is no day to tell.

    `trend` shows the last weeks, `step_bytes` what came or went beyond the rhythm in a week.
    """

    kind: str
    host: str
    name: str
    used_bytes: float | None
    size_bytes: float | None
    growth_per_day_bytes: float | None
    step_bytes: float | None
    days: float | None
    days_low: float | None
    days_high: float | None
    prospect: Prospect
    trend: str


def command(
    host: Annotated[str, typer.Option(help="Only this host.")] = "",
    by: Annotated[Order, typer.Option(help="What stands first.")] = Order.DAYS,
    top: Annotated[int, typer.Option(help="How many rows; 0 for all.")] = 0,
    publish: Annotated[bool, typer.Option("--publish", help="Write them as metrics too.")] = False,
) -> None:
    """Foretell when file systems, databases, archives and volume groups will be full.

    Growth is the median over the last weeks: the rhythm of working days and one-off imports do
    not count. At least two weeks of history are needed.
    Example: hisops capacity --by growth --top 10
    """
    from hisops.workflow import capacity

    running = session()
    found = capacity.read(running.io, running.site, host)
    if publish:
        capacity.publish(running.io, running.site, found)
    if by is Order.GROWTH:
        found.sort(key=lambda each: -(each.forecast.growth_per_day or -math.inf))
    show.emit([_row(each) for each in (found[:top] if top else found)])


def _row(found: "Outlook") -> Row:
    from hisops.workflow.capacity import recent_step

    told = found.forecast
    days = told.days
    return Row(
        kind=found.kind,
        host=found.host,
        name=found.name,
        used_bytes=told.used,
        size_bytes=found.size,
        growth_per_day_bytes=told.growth_per_day,
        step_bytes=recent_step(told.steps) or None,
        days=_finite(days.mid) if days else None,
        days_low=_finite(days.low) if days else None,
        days_high=_finite(days.high) if days else None,
        prospect=_prospect(found),
        trend=sparkline(found.points[-_TREND * _DAY_POINTS :: _DAY_POINTS]),
    )


def _finite(days: float) -> float | None:
    return round(days, 1) if math.isfinite(days) else None


def _prospect(found: "Outlook") -> Prospect:
    told = found.forecast
    if told.growth_per_day is None:
        return Prospect.UNKNOWN
    if told.growth_per_day <= 0:
        return Prospect.STEADY
    return Prospect.GROWS if told.days else Prospect.NO_SIZE
