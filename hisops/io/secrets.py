"""What a reference to a secret stands for."""

import os
import shlex
from collections.abc import Callable
from pathlib import Path

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Completed


def resolve(ref: str, folder: str, run: Callable[[list[str]], Completed]) -> str:
    """The secret; raises OpsError that names the reference, never the value.

    `credential:NAME` is looked up in systemd's credentials folder, then in `folder`.
    """
    kind, _, name = ref.partition(":")
    found = _find(kind, name, folder, run)
    if not found:
        fix = f"put the secret where {ref} points"
        raise OpsError(f"the secret {ref} is missing or empty", fix=fix, code=Exit.USAGE)
    return found


def _find(kind: str, name: str, folder: str, run: Callable[[list[str]], Completed]) -> str:
    if kind == "env":
        return os.environ.get(name, "")
    if kind == "file":
        return _read(Path(name))
    if kind == "credential":
        granted = os.environ.get("CREDENTIALS_DIRECTORY", "")
        return (granted and _read(Path(granted) / name)) or _read(Path(folder) / name)
    if kind == "cmd" and (argv := _words(name)):
        done = run(argv)
        return done.text.strip() if done.code == 0 else ""
    return ""


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # a quote that is never closed
        return []


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):  # the second one would tell bytes of the secret
        return ""
