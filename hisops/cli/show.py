"""The only printer: a table on a terminal, plain text in a pipe, JSON on demand."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec

from hisops.cli.wire import session
from hisops.core.text import Duration, Size, size, span


def emit(
    value: msgspec.Struct | Sequence[msgspec.Struct], *, title: str = "", hide: Sequence[str] = ()
) -> None:
    """Print a result; a list becomes a table, one struct a block of `name: value` lines.

    `hide` names the columns that only JSON shows.
    """
    if session().as_json:
        print(msgspec.json.format(msgspec.json.encode(value, enc_hook=_plain), indent=2).decode())
    elif isinstance(value, msgspec.Struct):
        _heading(title)
        _block(value)
    else:
        _heading(title)
        table(list(value), hide)


def note(text: str) -> None:
    """Tell how long work is going on; never part of the result."""
    print(text, file=sys.stderr, flush=True)


def line(text: str) -> None:
    """Print one line of a result for people; nothing in JSON."""
    if not session().as_json:
        print(text)


def table(rows: Sequence[msgspec.Struct], hide: Sequence[str] = ()) -> None:
    """Print structs of one kind as columns."""
    if not rows:
        print("nothing to show")
        return
    fields = [field for field in rows[0].__struct_fields__ if field not in hide]
    names = [_heading_of(field) for field in fields]
    cells = [[_value(row, field) for field in fields] for row in rows]
    if sys.stdout.isatty():
        _rich_table(names, cells)
    else:
        _plain_table(names, cells)


def _heading_of(field: str) -> str:
    """Name of a field for people; the unit stands with the value."""
    return field.removesuffix("_seconds").removesuffix("_bytes").strip("_").replace("_", " ")


def _value(row: msgspec.Struct, field: str) -> str:
    value = getattr(row, field)
    if isinstance(value, int | float) and field.endswith("_seconds"):
        return span(value)
    if isinstance(value, int | float) and field.endswith("_bytes"):
        return size(value)
    return _cell(value)


def _heading(title: str) -> None:
    if title:
        print(title)


def _block(value: msgspec.Struct) -> None:
    width = max((len(_heading_of(name)) for name in value.__struct_fields__), default=0)
    for name in value.__struct_fields__:
        inside = getattr(value, name)
        if isinstance(inside, tuple | list) and inside and isinstance(inside[0], msgspec.Struct):
            print(f"{_heading_of(name)}:")
            table(inside)
        else:
            print(f"{_heading_of(name):{width}}  {_value(value, name)}")


def _rich_table(names: list[str], cells: list[list[str]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    grid = Table(*names, box=None, pad_edge=False)
    for row in cells:
        grid.add_row(*(escape(cell) for cell in row))
    Console().print(grid)


def _plain_table(names: list[str], cells: list[list[str]]) -> None:
    for text in columns(names, cells):
        print(text)


def columns(names: list[str], cells: list[list[str]]) -> list[str]:
    """Lines of aligned text, the names first."""
    widths = [max(_width(c) for c in column) for column in zip(names, *cells, strict=True)]
    lines = []
    for row in [names, *cells]:
        padded = (c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True))
        lines.append("  ".join(padded).rstrip())
    return lines


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _cell(value: object) -> str:
    for kind, text in _FORMS.items():
        if isinstance(value, kind):
            return text(value)
    return str(value)


# In this order: a bool is an int, and a string is no list.
_FORMS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "-",
    bool: lambda value: "yes" if value else "no",
    Enum: lambda value: str(value.value),
    datetime: lambda value: value.isoformat(sep=" ", timespec="seconds"),
    float: lambda value: f"{value:.0f}" if value.is_integer() else f"{value:.6g}",
    tuple: lambda value: ", ".join(map(_cell, value)),
    list: lambda value: ", ".join(map(_cell, value)),
    dict: lambda value: ", ".join(f"{key}={_cell(item)}" for key, item in value.items()),
    msgspec.Raw: lambda value: bytes(value).decode(),
    msgspec.Struct: lambda value: " ".join(
        _cell(getattr(value, name)) for name in value.__struct_fields__
    ),
}


def _plain(value: object) -> object:
    if isinstance(value, Duration):
        return value.seconds
    if isinstance(value, Size):
        return value.bytes
    return str(value)
