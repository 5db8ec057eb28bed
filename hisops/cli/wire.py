"""What a command needs, made when it is first asked for."""

import os
import pwd
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.site import Site
from hisops.io.local import Local
from hisops.io.store import Sqlite


class Session:
    """One run of the command line."""

    def __init__(self, *, site_folder: str = "", as_json: bool = False) -> None:
        self._site_folder = site_folder
        self.as_json = as_json

    @cached_property
    def root(self) -> str:
        """Folder of the site: --site, HISOPS_SITE, or the nearest one above this folder."""
        named = self._site_folder or os.environ.get("HISOPS_SITE", "")  # noqa: TID251 - the one place
        here = Path(named or ".").resolve()
        for folder in [here] if named else [here, *here.parents]:
            if (folder / "site.yml").is_file():
                return str(folder)
        fix = "name one by --site DIR or HISOPS_SITE, or start one: hisops init DIR"
        raise OpsError(f"{here}: there is no site.yml", fix=fix, code=Exit.USAGE)

    @cached_property
    def site(self) -> Site:
        """The site; raises OpsError when it has mistakes."""
        from hisops.core.site import require

        return require(Local(), self.root)

    @cached_property
    def machine(self) -> Io:
        """This machine, for what needs no site or must look at a broken one."""
        return Local()

    @cached_property
    def io(self) -> Io:
        """This machine, with the site's credentials."""
        return Local(credentials=str(Path(self.site.state) / "credentials"))

    @cached_property
    def store(self) -> Sqlite:
        """The site's database."""
        return Sqlite(str(Path(self.site.state) / "hisops.db"))

    @cached_property
    def actor(self) -> str:
        """Who acts: the account, or for root the person behind sudo."""
        user = os.geteuid()
        behind = os.environ.get("SUDO_USER", "") if user == 0 else ""  # noqa: TID251 - who, not what
        try:
            return behind or pwd.getpwuid(user).pw_name
        except KeyError:
            return str(user)

    def close(self) -> None:
        """Let go of the database."""
        if "store" in self.__dict__:
            self.store.close()


_running: ContextVar[Session] = ContextVar("session")


def begin(opened: Session) -> None:
    """Make a session the one that commands are given."""
    _running.set(opened)


def session() -> Session:
    """The running command's session."""
    return _running.get()
