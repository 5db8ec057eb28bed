"""hisops slo: what systems promised, and what they kept."""

from typing import TYPE_CHECKING

import msgspec

from hisops.cli import show
from hisops.cli.wire import session

if TYPE_CHECKING:
    from hisops.workflow.promise import Kept


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An objective as people read it."""

    system: str
    class_: str
    slo: str
    objective: str
    last_30_days: str
    budget_left: str
    burn: str
    measured: str


def command() -> None:
    """Show each system's objectives, the last 30 days and what is left of the budget of errors.

    `burn` is how many times faster than allowed the budget went in the last hour. What was not
    measured counts neither as good nor as bad: see `measured`.
    Example: hisops slo
    """
    from hisops.workflow import promise

    running = session()
    kept = promise.read(running.io, running.site)
    show.emit(kept if running.as_json else [_row(each) for each in kept])


def _row(kept: "Kept") -> Row:
    return Row(
        system=kept.system,
        class_=kept.class_,
        slo=kept.slo,
        objective=_percent(kept.objective, 3),
        last_30_days=_percent(kept.result, 3),
        budget_left=_percent(kept.budget_left, 0),
        burn="-" if kept.burn is None else f"{kept.burn:.1f}",
        measured=_percent(kept.measured, 0),
    )


def _percent(share: float | None, digits: int) -> str:
    return "-" if share is None else f"{share * 100:.{digits}f} %"
