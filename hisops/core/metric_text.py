"""Reads the text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).

Standard library only: the agent loads this file.
"""

from hisops.core.metric import Family, Labels

_KINDS = ("counter", "gauge", "histogram", "summary", "untyped")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:")
_SIGNS = _LETTERS | frozenset("0123456789")
_ESCAPES = {"\\": "\\", '"': '"', "n": "\n"}


def parse(text: str) -> tuple[list[tuple[Family, Labels]], list[str]]:
    """Series and values of a page, values as they were written.

    The parts of a histogram or summary come out as untyped families of their own. Raises
    ValueError with the line for anything else than the format, and for timestamps.
    """
    helps: dict[str, str] = {}
    kinds: dict[str, str] = {}
    rows: list[tuple[str, Labels]] = []
    values: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            if line.startswith("#"):
                _comment(line, helps, kinds)
            elif line.strip():
                name, labels, value = _series(line.strip())
                rows.append((name, labels))
                values.append(value)
        except (ValueError, IndexError) as error:
            raise ValueError(f"line {number}: {error}") from None
    if len(set(rows)) != len(rows):
        raise ValueError("a series stands there twice")
    families = {name: _family(name, helps, kinds) for name, _ in rows}
    return [(families[name], labels) for name, labels in rows], values


def is_name(word: str) -> bool:
    """Whether this can be the name of a metric."""
    return word[:1] in _LETTERS and word != "" and all(sign in _SIGNS for sign in word)


def is_label(word: str) -> bool:
    """Whether this can be the name of a label."""
    return is_name(word) and ":" not in word


def _family(name: str, helps: dict[str, str], kinds: dict[str, str]) -> Family:
    kind = kinds.get(name, "untyped")
    kind = kind if kind in ("counter", "gauge") else "untyped"
    return Family(name, kind, helps.get(name, "Read from a file."))


def _comment(line: str, helps: dict[str, str], kinds: dict[str, str]) -> None:
    words = line.split(None, 3)
    if words[:2] == ["#", "HELP"] and len(words) > 3:  # noqa: PLR2004 - # HELP name text
        helps[words[2]] = words[3].strip()
    elif words[:2] == ["#", "TYPE"]:
        if len(words) != 4 or words[3].strip() not in _KINDS:  # noqa: PLR2004 - # TYPE name kind
            raise ValueError(f"expected one of {', '.join(_KINDS)}")
        kinds[words[2]] = words[3].strip()


def _series(line: str) -> tuple[str, Labels, str]:
    brace = line.find("{")
    if brace < 0:
        name, _, rest = line.partition(" ")
        labels: Labels = ()
    else:
        name = line[:brace].strip()
        labels, rest = _labels(line[brace + 1 :])
    words = rest.split()
    if not is_name(name):
        raise ValueError(f"{name!r} is no metric name")
    if len(words) != 1:
        raise ValueError("expected one value and no timestamp after the series")
    float(words[0])
    # Python reads 1_000 and digits of all scripts as numbers, Prometheus does not.
    if "_" in words[0] or not words[0].isascii():
        raise ValueError(f"{words[0]!r} is no number")
    return name, labels, words[0]


def _labels(text: str) -> tuple[Labels, str]:
    """The labels after `{`, and what follows `}`."""
    found: dict[str, str] = {}
    while not text.startswith("}"):
        name, _, text = text.partition("=")
        name, text = name.strip(), text.lstrip()
        if not is_label(name) or name in found or not text.startswith('"'):
            raise ValueError(f"{name!r} is no label, or stands there twice")
        found[name], text = _quoted(text[1:])
        text = text.lstrip()
        if text.startswith(","):
            text = text[1:].lstrip()
        elif not text.startswith("}"):
            raise ValueError("expected , or } after a label")
    return tuple(found.items()), text[1:]


def _quoted(text: str) -> tuple[str, str]:
    """A label's value up to its closing quote, and what follows it."""
    parts: list[str] = []
    while True:
        end = text.index('"')
        slash = text.find("\\", 0, end)
        if slash < 0:
            return "".join((*parts, text[:end])), text[end + 1 :]
        parts += [text[:slash], _ESCAPES.get(text[slash + 1], "\\" + text[slash + 1])]
        text = text[slash + 2 :]
