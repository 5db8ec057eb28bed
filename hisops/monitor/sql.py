"""Queries as data: what is asked, and which column becomes which metric.

The packs beside this file and the `queries` of a site's module have the same form.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hisops.core import config
from hisops.core.metric import Family, Sample
from hisops.core.model import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hisops.wire.table import Table

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_MOST_LABEL = 120
_WORDS = {"yes": 1, "on": 1, "true": 1, "primary": 1, "no": 0, "off": 0, "false": 0}
# As mysqld_exporter reads the states of replication and of Galera.
_WORDS |= {"connecting": 0, "preparing": 0, "non-primary": 0, "disconnected": 0}
_SUCCESS = Family("hisops_sql_query_success", "gauge", "Whether a query of the pack was answered")
_CUT = Family("hisops_sql_query_cut", "gauge", "Whether a query had more rows than are read")


class Metric(Value, frozen=True, kw_only=True):
    """The metric that a column becomes; the cell times `scale` is its value."""

    name: str
    kind: Literal["gauge", "counter"] = "gauge"
    help: str = ""
    scale: float = 1

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"name: expected a metric name, got {self.name!r}")
        if "\n" in self.help or "\\" in self.help:
            raise ValueError("help: expected one line without a backslash")


class Query(Value, frozen=True, kw_only=True):
    """One statement that reads; `labels` are the columns that become labels.

    With `pivot`, the answer is pairs of name and value, as of SHOW STATUS: the names are the
    columns. `server`, `since` and `before` say which servers understand it.
    """

    sql: str
    metrics: Mapping[str, Metric]
    labels: tuple[str, ...] = ()
    pivot: bool = False
    server: str = ""
    since: int = 0
    before: int = 0

    def __post_init__(self) -> None:
        if not self.sql.strip():
            raise ValueError("sql: expected a statement")
        if not self.metrics:
            raise ValueError("metrics: expected at least one column")
        for label in self.labels:
            if not _LABEL.fullmatch(label) or label.startswith("__"):
                raise ValueError(f"labels: expected names of labels, got {label!r}")

    def fits(self, server: str, version: int) -> bool:
        """Whether a server of this kind and version understands it."""
        if self.server not in ("", server):
            return False
        return version >= self.since and not (self.before and version >= self.before)


@cache
def pack(name: str) -> Mapping[str, Query]:
    """The queries of a pack that hisops ships, by name."""
    path = Path(__file__).parent / "packs" / f"{name}.yml"
    problems: list[config.Problem] = []
    text = path.read_text(encoding="utf-8")
    found = config.decode_each(config.parse(text, path.name, problems), Query, path.name, problems)
    if problems:
        raise AssertionError(f"{path.name}: {problems[0].cause}")
    return found


def chosen(
    name: str, skip: Iterable[str], own: Mapping[str, Query], server: str, version: int
) -> dict[str, Query]:
    """What to ask a server: the pack without `skip`, then the site's own queries."""
    left = set(skip)
    queries = {key: query for key, query in pack(name).items() if key not in left} | dict(own)
    return {key: query for key, query in queries.items() if query.fits(server, version)}


def answered(name: str, query: Query, table: Table) -> list[Sample]:
    """The samples of one query with its success; raises ValueError when the answer does not fit."""
    found = [*measure(query, table), Sample(_SUCCESS, 1, (("query", name),))]
    return [*found, Sample(_CUT, 1, (("query", name),))] if table.is_cut else found


def failed(name: str) -> Sample:
    """The sample of a query that was not answered."""
    return Sample(_SUCCESS, 0, (("query", name),))


def measure(query: Query, table: Table) -> list[Sample]:
    """One sample per row and metric; raises ValueError for missing columns and rows that collide."""
    if query.pivot:
        table = _pivot(table)
    at = {name.lower(): index for index, name in enumerate(table.columns)}
    wanted = [*query.labels, *(() if query.pivot else query.metrics)]
    missing = [name for name in wanted if name.lower() not in at]
    if missing:
        raise ValueError(f"the answer has no column {missing[0]!r}")
    columns = [
        (at[key.lower()], metric) for key, metric in query.metrics.items() if key.lower() in at
    ]
    seen, found = set(), []
    for row in table.rows:
        labels = tuple((name, label(row[at[name.lower()]])) for name in query.labels)
        if labels in seen:
            raise ValueError(f"two rows have the same labels {dict(labels)}")
        seen.add(labels)
        for index, metric in columns:
            value = number(row[index])
            if value is not None:
                family = Family(metric.name, metric.kind, metric.help or metric.name)
                scaled = value if metric.scale == 1 else value * metric.scale
                found.append(Sample(family, scaled, labels))
    return found


def number(cell: object) -> float | int | None:
    """A cell as a value: yes and no as 1 and 0, a time as seconds; None for what is no number."""
    if isinstance(cell, bool | int):
        return int(cell)
    if isinstance(cell, datetime):
        return cell.timestamp()
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    return None if cell is None else _read(str(cell).strip())


def _read(text: str) -> float | int | None:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if re.fullmatch(r"-?[0-9]{1,30}", text, re.ASCII):
        return int(text)
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def label(cell: object) -> str:
    """A cell as the value of a label: printable, of bounded length."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    text = "" if cell is None else str(cell)[:_MOST_LABEL]
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _pivot(table: Table) -> Table:
    pairs: Sequence[Sequence[object]] = [row for row in table.rows if len(row) >= 2]  # noqa: PLR2004
    return table._replace(columns=[str(row[0]) for row in pairs], rows=[[row[1] for row in pairs]])
