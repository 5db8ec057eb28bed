"""Parts of the embedded stack: one file per program that `hisops up` runs.

Each file has `prepare(io, site)`, `argv(site)`, `ready(io, site)` and `address(site)`.
"""

import importlib
from typing import Protocol, cast

from hisops.core.io import Io
from hisops.core.site import Site


class Part(Protocol):
    """A program of the embedded stack."""

    def prepare(self, io: Io, site: Site) -> None:
        """Make its folders, keys and configuration; a second call changes nothing."""
        ...

    def argv(self, site: Site) -> list[str]:
        """The command that runs it in the foreground."""
        ...

    def ready(self, io: Io, site: Site) -> bool:
        """Whether it answers now."""
        ...

    def address(self, site: Site) -> str:
        """ADDRESS:PORT that it listens on; empty for a unix socket."""
        ...


def load(name: str) -> Part:
    """The part of this name."""
    return cast(Part, importlib.import_module(f"hisops.workflow.parts.{name}"))
