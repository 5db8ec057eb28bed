"""The metric names that hisops knows, and those that an expression asks for."""

import importlib
import pkgutil
import re
from pathlib import Path

import yaml

import hisops
from hisops.core.metric import Family
from hisops.core.site import shipped_root
from hisops.io.cached import Cached
from hisops.monitor.collectors import meminfo, vmstat

# Made by Prometheus itself (prometheus.io/docs: instrumentation, automatically generated series).
_OWN = {"ALERTS", "ALERTS_FOR_STATE", "up", "scrape_duration_seconds", "scrape_samples_scraped"}
_WORDS = frozenset(
    [
        "by",
        "without",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "bool",
        "and",
        "or",
        "unless",
        "offset",
        "inf",
        "nan",
    ]
)
_DATA = ("hisops/monitor/packs", "hisops/monitor/profiles", "hisops/monitor/tools")


def known() -> set[str]:
    """Every name that a collector, probe, job or rule of hisops writes."""
    found = set(_OWN)
    for module in pkgutil.walk_packages(hisops.__path__, "hisops."):
        for value in list(vars(importlib.import_module(module.name)).values()):
            found |= families(value)
    return found | _from_data() | _from_rules() | _from_this_machine()


def families(value: object, depth: int = 0) -> set[str]:
    """Names of the families in a value, in its containers too."""
    if isinstance(value, Family):
        return {value.name}
    parts: list[object] = []
    if depth < 4 and isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    elif depth < 4 and isinstance(value, tuple | list | set | frozenset):
        parts = list(value)
    return {name for part in parts for name in families(part, depth + 1)}


def asked(expression: str) -> set[str]:
    """Names of metrics in an expression: words that are no function, label, number or keyword."""
    text = re.sub(r'"(?:\\.|[^"\\])*"|\'[^\']*\'', "", expression)
    text = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\$\w+", "", text)
    text = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", text)
    words = re.findall(r"(?<![\w:.])([A-Za-z_:][\w:]*)\b(?!\s*\()", text)
    return {word for word in words if word.lower() not in _WORDS}


def _from_data() -> set[str]:
    """Names in the files that say what probes ask for."""
    root = Path(hisops.__path__[0]).parent
    texts = [path.read_text() for folder in _DATA for path in (root / folder).glob("*.yml")]
    return {name for text in texts for name in re.findall(r"\bname: ([A-Za-z_]\w+)", text)}


def _from_rules() -> set[str]:
    paths = Path(shipped_root(), "alerts/rules").glob("*.yml")
    groups = [group for path in paths for group in yaml.safe_load(path.read_text())["groups"]]
    return {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}


def _from_this_machine() -> set[str]:
    """Names that the kernel's own words make."""
    machine = Cached()
    try:
        readings = (meminfo.Meminfo().read(machine), vmstat.Vmstat().read(machine))
        return {family.name for reading in readings for family, _ in reading.describe()}
    finally:
        machine.close()
