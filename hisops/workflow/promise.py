"""What systems promised, and what they kept in the last 30 days."""

from collections.abc import Mapping

from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site
from hisops.monitor import objective
from hisops.workflow import live

_SLICES = 30 * 24 * 60  # rules/slo.yml records one value a minute
_Key = tuple[str, str]


class Kept(Value, frozen=True, kw_only=True):
    """One objective of a system; figures are None where nothing was measured.

    All are shares from 0 to 1: `result` of what was good, `budget_left` of the errors that the
    objective allows (below 0 when it is broken), `measured` of the 30 days that are known.
    """

    system: str
    class_: str
    slo: str
    objective: float
    result: float | None
    budget_left: float | None
    burn: float | None
    measured: float


def read(io: Io, site: Site) -> list[Kept]:
    """Every objective of the site; raises OpsError when Prometheus does not answer."""
    good = _values(io, site, "avg_over_time(hisops:slo_good:ratio[30d])")
    counts = _values(io, site, "count_over_time(hisops:slo_good:ratio[30d])")
    burns = _values(io, site, "hisops:slo_burn:ratio")
    rows = []
    for name, promised in objective.objectives(site).items():
        for slo, percent in (("availability", promised.availability), ("latency", promised.fast)):
            key, wanted = (name, slo), round(percent / 100, 9)
            result = good.get(key)
            rows.append(
                Kept(
                    system=name,
                    class_=site.inventory.systems[name].class_.value,
                    slo=slo,
                    objective=wanted,
                    result=result,
                    budget_left=None if result is None else 1 - (1 - result) / (1 - wanted),
                    burn=burns.get(key),
                    measured=min(1.0, counts.get(key, 0.0) / _SLICES),
                )
            )
    return rows


def _values(io: Io, site: Site, promql: str) -> Mapping[_Key, float]:
    found = live.query(io, site, f"max by (system, slo) ({promql})")
    return {(s.metric.get("system", ""), s.metric.get("slo", "")): s.number for s in found}
