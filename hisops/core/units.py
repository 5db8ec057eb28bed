"""Units are found by folder: the file name is the registration."""

import importlib
import importlib.util
import pkgutil
import sys
from pathlib import Path
from typing import Any

from hisops.core.errors import Exit, OpsError


def class_name(stem: str) -> str:
    """Name of the class that a unit file holds: `net_dev` → `NetDev`."""
    return "".join(part.capitalize() for part in stem.split("_"))


def find(package: str, site_folder: str = "") -> dict[str, type[Any]]:
    """Every unit class of a kind by its file name; a file in the site's folder wins.

    Raises OpsError when a file does not hold the class that its name promises.
    """
    folder = importlib.import_module(package).__path__
    units = {info.name: load(package, info.name) for info in pkgutil.iter_modules(folder)}
    if site_folder:
        for path in sorted(Path(site_folder).glob("[a-z]*.py")):
            units[path.stem] = _load_file(path)
    return units


def load(package: str, name: str) -> type[Any]:
    """The class of one shipped unit; raises OpsError MISSING when there is none."""
    if importlib.util.find_spec(f"{package}.{name}") is None:
        raise OpsError(f"there is no unit {name!r} in {package}", code=Exit.MISSING)
    return _class(importlib.import_module(f"{package}.{name}"), name)


def _load_file(path: Path) -> type[Any]:
    spec = importlib.util.spec_from_file_location(f"hisops_site_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise OpsError(f"{path}: cannot be loaded as a unit", code=Exit.USAGE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return _class(module, path.stem)


def _class(module: object, stem: str) -> type[Any]:
    found = getattr(module, class_name(stem), None)
    if not isinstance(found, type):
        raise OpsError(
            f"{stem}.py: the unit file holds no class {class_name(stem)}", code=Exit.USAGE
        )
    return found
