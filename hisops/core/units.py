"""Units are found by folder: the file name is the registration.

Loads only what it needs: the agent finds its collectors through this file.
"""

import importlib
import os
import sys
from typing import Any

from hisops.core.errors import Exit, OpsError


def class_name(stem: str) -> str:
    """Name of the class that a unit file holds: `net_dev` → `NetDev`."""
    return "".join(part.capitalize() for part in stem.split("_"))


def find(package: str, site_folder: str = "") -> dict[str, type[Any]]:
    """Every unit class of a kind by its file name; a file in the site's folder wins.

    Raises OpsError when a file does not hold the class that its name promises.
    """
    units = {name: load(package, name) for name in names(package)}
    return units | {name: load_file(path) for name, path in site_files(site_folder).items()}


def names(package: str) -> list[str]:
    """File names, without ending, of the units of a kind that hisops ships."""
    (folder,) = importlib.import_module(package).__path__
    return list(site_files(folder))


def site_files(folder: str) -> dict[str, str]:
    """Paths of the unit files in a folder by their names; none when there is no such folder."""
    if not folder or not os.access(folder, os.R_OK):
        return {}
    found = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(".py"))
    return {name[:-3]: f"{folder}/{name}" for name in found if name[0].islower()}


def load(package: str, name: str) -> type[Any]:
    """The class of one shipped unit; raises OpsError MISSING when there is none."""
    if name not in names(package):
        raise OpsError(f"there is no unit {name!r} in {package}", code=Exit.MISSING)
    return _class(importlib.import_module(f"{package}.{name}"), name)


def load_file(path: str) -> type[Any]:
    """The class of a site's own unit; raises OpsError as `find`, and what the file itself raises."""
    import importlib.util

    stem = path.rpartition("/")[2].removesuffix(".py")
    spec = importlib.util.spec_from_file_location(f"hisops_site_{stem}", path)
    if spec is None or spec.loader is None:
        raise OpsError(f"{path}: cannot be loaded as a unit", code=Exit.USAGE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return _class(module, stem)


def _class(module: object, stem: str) -> type[Any]:
    found = getattr(module, class_name(stem), None)
    if not isinstance(found, type):
        raise OpsError(
            f"{stem}.py: the unit file holds no class {class_name(stem)}", code=Exit.USAGE
        )
    return found
