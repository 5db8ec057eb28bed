"""Collects the facts of a host: sends the collector to an interpreter and decodes what it writes."""

import ast
import sys
from collections.abc import Sequence
from pathlib import Path

from hisops.audit.facts import Facts, decode
from hisops.core.errors import OpsError
from hisops.core.io import Io

_PARTS = ("frame", "debian", "host", "clamav", "start")
_TIMEOUT_SECONDS = 300.0


def gather(
    io: Io,
    groups: Sequence[str] = (),
    *,
    root: str = "/",
    interpreter: Sequence[str] = (sys.executable,),
) -> tuple[Facts, bytes]:
    """The facts of a host, and the very bytes that its collector wrote.

    `interpreter` starts Python there; `("ssh", HOST, "python3")` collects from another host.
    Raises OpsError when nothing at all comes back.
    """
    argv = [*interpreter, "-I", "-S", "-", "--root", root, *groups]
    done = io.run(argv, stdin=program(io).encode(), timeout=_TIMEOUT_SECONDS)
    if not done.out:
        fix = "run it by hand: python3 must be there"
        raise OpsError(f"the collector wrote nothing: {done.last_error}", fix=fix)
    return decode(done.text), done.out


def program(io: Io) -> str:
    """The collector as one program: its parts in order, without their imports of each other."""
    folder = Path(__file__).parent / "collector"
    return "\n\n".join(_standalone(io.read(str(folder / f"{part}.py"))) for part in _PARTS)


def _standalone(source: str) -> str:
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hisops"):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return "\n".join(lines)
