"""Network UPS Tools: reading variables (RFC 9271, sections 4.2.2, 4.2.9, 4.2.10).

Values are text in double quotes, with backslash before a quote or a backslash.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.core.net import Stream

PORT = 3493
MOST_BYTES = 262_144
MOST_ENTRIES = 1000
_MOST_LINE = 4096
_NAME = re.compile(r"[\x21\x23-\x7e]{1,128}")
_ENTRY = re.compile(r'(VAR|UPS) (\S+)(?: (\S+))? "((?:[^"\\\n]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_REMEDY = {
    "ACCESS-DENIED": "allow this address in upsd.users or upsd.conf",
    "DATA-STALE": "the driver has lost its UPS: look at its cable and at the driver's log",
    "DRIVER-NOT-CONNECTED": "start the driver: upsdrvctl start",
    "UNKNOWN-UPS": "name a UPS that upsd knows: upsc -l HOST",
    "INVALID-PASSWORD": "see upsd.users",
}


async def log_in(stream: Stream, user: str, password: str) -> None:
    """Say who asks; raises OpsError when upsd refuses."""
    for line in (f"USERNAME {_quoted(user)}", f"PASSWORD {_quoted(password)}"):
        await stream.send(line.encode() + b"\n")
        _refuse(await _line(stream), "login")


async def list_devices(stream: Stream) -> list[str]:
    """Names of the UPSs that upsd serves."""
    return list(parse(await _list(stream, "UPS")))


async def list_variables(stream: Stream, ups: str) -> dict[str, str]:
    """Every variable of a UPS; raises OpsError when upsd knows no fresh values of it."""
    return parse(await _list(stream, f"VAR {ups}"))


def is_name(text: str) -> bool:
    """Whether the text can name a UPS on a line of the protocol."""
    return _NAME.fullmatch(text) is not None


def parse(text: str) -> dict[str, str]:
    """Entries of a list by their names; raises ValueError for a line that is none."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _ENTRY.fullmatch(line)
        if match is None:
            raise ValueError(f"no entry of a list: {line[:80]!r}")
        if len(found) >= MOST_ENTRIES:
            raise ValueError(f"more than {MOST_ENTRIES} entries")
        found[match[3] or match[2]] = _ESCAPED.sub(r"\1", match[4])
    return found


async def _list(stream: Stream, what: str) -> str:
    """What stands between BEGIN and END."""
    await stream.send(f"LIST {what}\n".encode())
    head = await _line(stream)
    _refuse(head, what.partition(" ")[2] or "upsd")
    if head != f"BEGIN LIST {what}":
        raise ValueError(f"said {head[:80]!r} to LIST {what}")
    # No value holds this mark: an entry ends with a quote, the mark does not.
    mark = f"END LIST {what}\n".encode()
    return (await stream.until(mark, MOST_BYTES))[: -len(mark)].decode(errors="replace")


async def _line(stream: Stream) -> str:
    return (await stream.until(b"\n", _MOST_LINE)).decode(errors="replace").rstrip("\r\n")


def _refuse(line: str, subject: str) -> None:
    if line.startswith("ERR "):
        code = line.split()[1] if len(line.split()) > 1 else line
        shown = re.sub(r"[^A-Z-]", "?", code)[:40]
        raise OpsError(f"{subject}: upsd says {shown}", fix=_REMEDY.get(code, ""), code=Exit.FAILED)


def _quoted(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise ValueError("a name or password holds a line break")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
