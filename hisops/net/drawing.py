"""The network as a picture: a tree for the terminal, DOT for Graphviz, SVG for a page."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple

from hisops.net.fabric import Cable, Role

_LAYERS = (Role.GATEWAY, Role.CORE, Role.AGGREGATION, Role.SWITCH, Role.ACCESS)
# Colour, form and word together: nobody has to tell red from green (Okabe and Ito's palette).
_COLOURS = {"": "#0072B2", "unknown": "#999999"}
_WRONG = "#D55E00"
_WIDTH, _HEIGHT, _GAP = 110, 34, 90


class Line(NamedTuple):
    """A cable of the picture; `note` is what is wrong with it, `unknown`, or nothing."""

    cable: Cable
    note: str = ""


def tree(lines: Iterable[Line], roles: Mapping[str, Role]) -> list[str]:
    """Each switch once, below the one nearest to the core, with its cables and what hangs on it."""
    near = _near(lines, roles)
    found: list[str] = []
    seen: set[str] = set()
    for layer in _LAYERS:
        for name in sorted(near):
            if roles.get(name) is layer and layer.forwards and name not in seen:
                _branch(name, near, roles, seen, found)
    return found


def dot(lines: Iterable[Line], roles: Mapping[str, Role]) -> str:
    """The graph in the language of Graphviz."""
    kept = list(lines)
    text = ["graph network {", "  rankdir=TB; node [shape=box, fontname=sans];"]
    for layer in _LAYERS:
        names = sorted({e for line in kept for e in _ends(line) if _role(e, roles) is layer})
        if names:
            text.append("  { rank=same; " + " ".join(f"{_quoted(name)};" for name in names) + " }")
    for line in kept:
        ends = " -- ".join(_quoted(end) for end in _ends(line))
        style = ", style=dashed" if line.note else ""
        label = f", label={_quoted(line.note)}" if line.note else ""
        ports = f"taillabel={_quoted(line.cable.a_port)}, headlabel={_quoted(line.cable.b_port)}"
        text.append(f'  {ends} [{ports}, color="{_colour(line)}"{style}{label}];')
    return "\n".join([*text, "}"]) + "\n"


def svg(lines: Iterable[Line], roles: Mapping[str, Role]) -> str:
    """The switches and gateways in layers, the core on top."""
    kept = [line for line in lines if all(_role(e, roles) is not Role.END for e in _ends(line))]
    rows = [
        sorted({e for line in kept for e in _ends(line) if _role(e, roles) is layer})
        for layer in _LAYERS
    ]
    rows = [row for row in rows if row]
    width = max((len(row) for row in rows), default=1) * (_WIDTH + 10) + 20
    spots = {
        name: (int(width * (n + 0.5) / len(row)), y * (_HEIGHT + _GAP) + 30)
        for y, row in enumerate(rows)
        for n, name in enumerate(row)
    }
    height = len(rows) * (_HEIGHT + _GAP)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
    text = [head + 'font-family="sans-serif" font-size="13">']
    text += [_svg_line(line, spots) for line in kept]
    text += [_svg_box(name, *spot) for name, spot in spots.items()]
    return "\n".join([*text, "</svg>"]) + "\n"


def _near(lines: Iterable[Line], roles: Mapping[str, Role]) -> dict[str, list[tuple[str, Line]]]:
    near: dict[str, list[tuple[str, Line]]] = {}
    for line in lines:
        a, b = _ends(line)
        near.setdefault(a, []).append((b, line))
        near.setdefault(b, []).append((a, line))
    return near


def _branch(
    name: str,
    near: Mapping[str, list[tuple[str, Line]]],
    roles: Mapping[str, Role],
    seen: set[str],
    found: list[str],
) -> None:
    """A switch with its cables, then those below it, one step further in."""
    stack = [(name, 0)]
    while stack:
        switch, depth = stack.pop()
        if switch in seen:
            continue
        seen.add(switch)
        role = _role(switch, roles)
        ends = [far for far, _ in near[switch] if _role(far, roles) is Role.END]
        more = f", {len(ends)} hosts" if ends else ""
        found.append("  " * depth + f"{switch} ({role.value}{more})")
        below = []
        for far, line in sorted(near[switch], key=lambda pair: (pair[0], pair[1].cable)):
            if line.note or _role(far, roles) is not Role.END:
                found.append("  " * depth + "  " + _row(switch, far, line))
            if _rank(far, roles) == _rank(switch, roles) + 1 and far not in seen:
                below.append((far, depth + 2))
        stack += reversed(below)


def _row(switch: str, far: str, line: Line) -> str:
    cable = line.cable if line.cable.a == switch else _turned(line.cable)
    sign = "?" if line.note == "unknown" else "x" if line.note else "-"
    note = f"  {line.note}" if line.note else ""
    return f"{sign} {cable.a_port or '*'} to {far}:{cable.b_port or '*'}{note}"


def _rank(name: str, roles: Mapping[str, Role]) -> int:
    """Distance from the core by role; ends are no branch of the tree."""
    ranks = {Role.CORE: 0, Role.AGGREGATION: 1, Role.SWITCH: 1, Role.ACCESS: 2}
    return ranks.get(_role(name, roles), 99)


def _role(name: str, roles: Mapping[str, Role]) -> Role:
    return roles.get(name, Role.END)


def _svg_line(line: Line, spots: Mapping[str, tuple[int, int]]) -> str:
    (x1, y1), (x2, y2) = (spots[end] for end in _ends(line))
    dash = ' stroke-dasharray="6 4"' if line.note else ""
    bend = "" if y1 != y2 else f" Q{(x1 + x2) // 2},{y1 - 2 * _HEIGHT}"
    path = f"M{x1},{y1}{bend or ' L'} {x2},{y2}"
    title = escape(f"{line.cable.text} {line.note}".strip())
    style = f'fill="none" stroke="{_colour(line)}" stroke-width="2"{dash}'
    return f'<path d="{path}" {style}><title>{title}</title></path>'


def _svg_box(name: str, x: int, y: int) -> str:
    left, top = x - _WIDTH // 2, y - _HEIGHT // 2
    box = f'<rect x="{left}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="5"'
    text = f'<text x="{x}" y="{y + 5}" text-anchor="middle">{escape(name)}</text>'
    return f'{box} fill="white" stroke="#333333"/>{text}'


def _colour(line: Line) -> str:
    return _COLOURS.get(line.note, _WRONG)


def _ends(line: Line) -> tuple[str, str]:
    return line.cable.a, line.cable.b


def _turned(cable: Cable) -> Cable:
    return Cable(cable.b, cable.b_port, cable.a, cable.a_port, cable.path)


def _quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'
