"""A site's own units: each file below units/ must load, as the program that uses it loads it."""

from collections.abc import Iterator
from pathlib import Path

from hisops.core import units
from hisops.core.config import Problem
from hisops.core.errors import OpsError

# Kinds whose units a program makes without options; the others get theirs from the site's files.
_PLAIN = ("collectors",)
_KINDS = (*_PLAIN, "checks", "notifiers", "probes", "sources")


def check(root: str) -> Iterator[Problem]:
    """Unit files that do not load, with the reason. Runs the site's own code, as the agent does."""
    for kind in _KINDS:
        for path in units.site_files(str(Path(root, "units", kind))).values():
            cause = _try(path, make=kind in _PLAIN)
            if cause:
                fix = "mend the file, or remove it"
                cause = f"the unit does not load: {cause}"
                yield Problem(file=str(Path(path).relative_to(root)), line=1, cause=cause, fix=fix)


def _try(path: str, *, make: bool) -> str:
    """Why a unit does not load, in one line; empty when it does."""
    try:
        unit = units.load_file(path)
        if make:
            unit()
    except OpsError as error:
        return error.cause
    except Exception as error:  # noqa: BLE001 - the site's own code may raise anything
        return " ".join(f"{type(error).__name__}: {error}".split())
    return ""
