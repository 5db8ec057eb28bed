"""The objectives of the site as a rule file: the rules of slo.yml measure against these series."""

import yaml

from hisops.core.objective import Objective
from hisops.core.site import Site

FILE = "slo-objectives.yml"


def objectives(site: Site) -> dict[str, Objective]:
    """What each system promises, by its name; systems that promise nothing are left out."""
    found = {}
    for name, system in sorted(site.inventory.systems.items()):
        promised = site.settings.slo.of(name, system)
        if promised:
            found[name] = promised
    return found


def render(site: Site) -> dict[str, str]:
    """The rule file by its name; none where nothing is promised."""
    rules = [rule for name, each in objectives(site).items() for rule in _rules(name, each)]
    if not rules:
        return {}
    document = {"groups": [{"name": "slo-objectives", "interval": "1m", "rules": rules}]}
    head = "# written by hisops from site.yml (slo) and the inventory; changes are lost\n"
    return {FILE: head + yaml.safe_dump(document, sort_keys=False, allow_unicode=True)}


def _rules(system: str, promised: Objective) -> list[dict[str, object]]:
    ratios = {"availability": promised.availability, "latency": promised.fast}
    rules = [
        _record("hisops:slo_objective:ratio", percent / 100, system=system, slo=slo)
        for slo, percent in ratios.items()
    ]
    return [*rules, _record("hisops:slo_latency_seconds", promised.latency.seconds, system=system)]


def _record(name: str, value: float, **labels: str) -> dict[str, object]:
    return {"record": name, "expr": f"vector({value:.10g})", "labels": labels}
