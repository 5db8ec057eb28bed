"""A site: the folder in git that says what there is, who looks after it and what shall happen."""

from collections.abc import Iterable
from pathlib import Path

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.errors import Exit, OpsError
from hisops.core.inventory import read as read_inventory
from hisops.core.io import Io
from hisops.core.model import Inventory, Value
from hisops.core.settings import Settings


class Site(Value, frozen=True, kw_only=True):
    """A loaded site; `root` and `state` are absolute folders."""

    root: str
    settings: Settings
    inventory: Inventory
    state: str


class Told(Value, frozen=True, kw_only=True):
    """A mistake as people read it: file (below the site when it is there), line, cause, fix."""

    file: str
    line: int
    cause: str
    fix: str

    @property
    def place(self) -> str:
        """Where to look, as editors and compilers write it."""
        return f"{self.file}:{self.line}"


def load(io: Io, root: str) -> tuple[Site, list[Problem]]:
    """The site in a folder, as far as it can be read, with every mistake in it."""
    root = str(Path(root).resolve())
    settings, problems = read_settings(io, root)
    state = str(Path(root, settings.state))
    inventory, more = read_inventory(io, root, _vault_password(settings, state))
    site = Site(root=root, settings=settings, inventory=inventory, state=state)
    return site, [*problems, *more]


def require(io: Io, root: str) -> Site:
    """The site; raises OpsError with the first mistake and the count of the others."""
    site, problems = load(io, root)
    if not problems:
        return site
    first = tell(io, site.root, problems)[0]
    others = f" (and {len(problems) - 1} more: see hisops check)" if len(problems) > 1 else ""
    cause = f"{first.place}: {first.cause}{others}"
    raise OpsError(cause, fix=first.fix or "see hisops check", code=Exit.USAGE)


def read_settings(io: Io, root: str) -> tuple[Settings, list[Problem]]:
    """What site.yml says; the defaults when it is wrong."""
    problems: list[Problem] = []
    fallback = Settings(name=Path(root).name)
    try:
        text = io.read(str(Path(root, "site.yml")))
    except OpsError as error:
        fix = "start a site: hisops init DIR"
        return fallback, [Problem(file="site.yml", line=1, cause=error.cause, fix=fix)]
    data = config.parse(text, "site.yml", problems)
    if problems:
        return fallback, problems
    return config.decode(data, Settings, "site.yml", problems) or fallback, problems


def site_files(
    io: Io, root: str, folder: str, suffix: str = ".yml", *, shipped: bool = False
) -> dict[str, str]:
    """Path of each file of a folder by its name below the site (`backup/his.yml`).

    With `shipped`, the files that come with hisops fill in what the site does not replace.
    """
    found = {}
    for base in [shipped_root(), root] if shipped else [root]:
        for name in io.names(str(Path(base, folder))):
            if name.endswith(suffix) and not name.startswith("."):
                found[f"{folder}/{name}"] = str(Path(base, folder, name))
    return dict(sorted(found.items()))


def shipped_root() -> str:
    """Folder of the reference site: inside the wheel, or the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "reference"
    return str(inside if inside.is_dir() else package.parent)


def tell(io: Io, root: str, problems: Iterable[Problem]) -> list[Told]:
    """Mistakes with their lines looked up, by file and line; the same one only once."""
    texts: dict[str, str] = {}
    told = {_tell(io, Path(root), problem, texts): None for problem in problems}
    return sorted(told, key=lambda each: (each.file, each.line, each.cause))


def _tell(io: Io, root: Path, problem: Problem, texts: dict[str, str]) -> Told:
    path = root / problem.file
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    line = problem.line or config.locate(_text(io, str(path), texts), problem.at)
    return Told(file=shown, line=line, cause=problem.cause, fix=problem.fix)


def _text(io: Io, path: str, texts: dict[str, str]) -> str:
    if path not in texts:
        try:
            texts[path] = io.read(path)
        except OpsError:  # the mistake is that there is no such file
            texts[path] = ""
    return texts[path]


def _vault_password(settings: Settings, state: str) -> str:
    """The reference to the vault password, empty when there is none.

    credential:NAME is spelled out, because the Io that loads a site does not know its state yet.
    """
    if settings.vault is None:
        return ""
    password = settings.vault.password
    is_ours = password.kind == "credential"
    return f"file:{state}/credentials/{password.name}" if is_ours else password.ref
