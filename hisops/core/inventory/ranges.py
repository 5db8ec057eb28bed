"""Host patterns with ranges, as Ansible expands them: `web[01:20]`, `db[a:f]`, `s[0:10:2]:2222`."""

import re
import string
from collections.abc import Iterator

_PORT = re.compile(r"((?:[^:\[\]]|\[[^\[\]]*\])+):(\d+)")
# An IPv6 address needs brackets for a port; a range never holds three colons or two in a row.
_ADDRESS = re.compile(r"\[((?=.*::|(?:.*:){3})[0-9A-Fa-f:.]+)\](?::(\d+))?")
_LETTERS = string.ascii_letters


def hosts(pattern: str) -> tuple[list[str], int | None]:
    """Names that a pattern stands for and its port; raises ValueError when a range is wrong."""
    address = _ADDRESS.fullmatch(pattern)
    if address:
        return [address[1]], int(address[2]) if address[2] else None
    if pattern.count(":") > 1 and "[" not in pattern:
        return [pattern], None
    match = _PORT.fullmatch(pattern)
    text, port = (match[1], int(match[2])) if match else (pattern, None)
    return list(expand(text)), port


def expand(text: str) -> Iterator[str]:
    """The text once for each value of its ranges, the leftmost slowest; raises ValueError."""
    head, opened, rest = text.partition("[")
    if not opened:
        yield text
        return
    inside, closed, tail = rest.partition("]")
    if not closed:
        raise ValueError(f"{text!r}: the range has no closing bracket")
    for value in _values(inside, text):
        yield from expand(head + value + tail)


def _values(inside: str, text: str) -> list[str]:
    first, _, rest = inside.partition(":")
    last, _, step_text = rest.partition(":")
    step = int(step_text) if step_text.isdecimal() else 1
    if not last or step == 0 or (step_text and not step_text.isdecimal()):
        raise ValueError(f"{text!r}: expected a range such as [01:20], [a:f] or [0:10:2]")
    if len(first) == 1 and first in _LETTERS and len(last) == 1 and last in _LETTERS:
        start, end = _LETTERS.index(first), _LETTERS.index(last)
        values = list(_LETTERS[start : end + 1 : step])
    elif (first or "0").isdecimal() and last.isdecimal():
        values = _numbers(first or "0", last, step, text)
    else:
        raise ValueError(f"{text!r}: a range goes from number to number or letter to letter")
    if not values:
        raise ValueError(f"{text!r}: the range ends before it begins")
    return values


def _numbers(first: str, last: str, step: int, text: str) -> list[str]:
    width = len(first) if first.startswith("0") and len(first) > 1 else 0
    if width and len(last) != width:
        raise ValueError(f"{text!r}: with leading zeros both ends need the same length")
    return [str(number).zfill(width) for number in range(int(first), int(last) + 1, step)]
