"""Grafana dashboards: the shipped ones, overlaid by the site's files of the same name.

Format: Grafana's dashboard JSON model (grafana.com/docs, schemaVersion 37). A variable named
`function` gets the clinical functions of the inventory, each with its systems as an expression.
"""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.model import System
from hisops.core.site import Site, site_files

FOLDER = "dashboards"
_FUNCTION = "function"


def read(io: Io, site: Site) -> dict[str, str]:
    """Every dashboard as text by its file name; raises OpsError for one that is no JSON object."""
    files = site_files(io, site.root, FOLDER, suffix=".json", shipped=True)
    options = functions(site.inventory.systems)
    return {
        PurePath(name).name: _fill(path, io.read(path), options) for name, path in files.items()
    }


def functions(systems: Mapping[str, System]) -> dict[str, str]:
    """For each clinical function the names of its systems as one regular expression."""
    found: dict[str, list[str]] = {}
    for name, system in sorted(systems.items()):
        for function in system.function:
            found.setdefault(function, []).append(re.escape(name).replace("\\-", "-"))
    return {function: "|".join(names) for function, names in found.items()}


def _fill(path: str, text: str, options: Mapping[str, str]) -> str:
    try:
        board = msgspec.json.decode(text, type=dict[str, Any])
        variables = board.get("templating", {}).get("list", [])
    except (msgspec.DecodeError, AttributeError) as error:
        fix = "export the dashboard from Grafana again"
        raise OpsError(f"{path}: {error}", fix=fix, code=Exit.USAGE) from None
    if not options or not any(each.get("name") == _FUNCTION for each in variables):
        return text
    # Grafana reads `text : value` pairs parted by commas.
    query = ", ".join(f"{_plain(name)} : {systems}" for name, systems in options.items())
    for each in variables:
        if each.get("name") == _FUNCTION:
            each["query"] = query
    return msgspec.json.format(msgspec.json.encode(board), indent=1).decode() + "\n"


def _plain(name: str) -> str:
    """A function's name without the signs that part Grafana's pairs."""
    return name.replace(",", " ").replace(" : ", " ")
