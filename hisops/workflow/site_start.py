"""A new site: a copy of a shipped one that fits the machine it is made on."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from hisops.core import config
from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import load, shipped_root

PLACEHOLDER = "this-machine"
_LOCAL = ("",)
# Rules and runbooks are not copied: the shipped ones are in effect until a site replaces one.
_REFERENCE = (
    "site.yml",
    "power.yml",
    "ansible.cfg",
    "inventory",
    "alerts/oncall.yml",
    "backup",
    "probes",
    "playbooks",
)
_NOT_COPIED = ("var", ".git", "__pycache__")
_PORT = re.compile(r"(?<![\d.])19[01]\d\d(?!\d)")
_LAST_PORT = 65535
_IGNORED = "# State of the running site: database, metrics, local backups, credentials.\n/var/\n"


class Start(Value, frozen=True, kw_only=True):
    """What a new site is made of."""

    folder: str
    name: str = ""
    reference: bool = False
    port_base: int = 0
    git: bool = True


class Started(Value, frozen=True, kw_only=True):
    """The new site, or the one that was there."""

    site: str
    name: str
    made: bool
    files: int
    git: bool
    next: str


def start(io: Io, wish: Start) -> Started:
    """Make a site; one that is there already stays as it is.

    Raises OpsError REFUSED when the folder holds something else.
    """
    root = Path(wish.folder).resolve()
    if io.exists(str(root / "site.yml")):
        site, _ = load(io, str(root))
        return _report(root, site.settings.name, made=False)
    if io.names(str(root)):
        fix = "name a new or an empty folder"
        raise OpsError(f"{root} is not empty, and no site", fix=fix, code=Exit.REFUSED)
    texts = _fitted(io, root, wish)
    for name, text in texts.items():
        io.write(str(root / name), text)
    site, problems = load(io, str(root))
    if problems:
        first = problems[0]
        raise OpsError(f"{root}: {first.file}: {first.cause}", fix=first.fix, code=Exit.USAGE)
    git = wish.git and _track(io, root)
    return _report(root, site.settings.name, made=True, files=len(texts), git=git)


def _fitted(io: Io, root: Path, wish: Start) -> dict[str, str]:
    """Text of each file of the new site by its name."""
    source = Path(shipped_root(), "" if wish.reference else "local")
    texts = {}
    for top in _REFERENCE if wish.reference else _LOCAL:
        for path in _files(io, source / top):
            texts[str(path.relative_to(source))] = io.read(str(path))
    name = wish.name or ("" if wish.reference else root.name)
    if name:
        line = f"name: {_scalar(name)}"
        texts["site.yml"] = re.sub(r"^name: .*$", lambda _: line, texts["site.yml"], flags=re.M)
    host = _host_name(io)
    texts = {name: text.replace(PLACEHOLDER, host) for name, text in texts.items()}
    if wish.port_base:
        texts = _moved(texts, wish.port_base)
    return {**texts, ".gitignore": _IGNORED}


def _files(io: Io, path: Path) -> Iterator[Path]:
    names = [name for name in io.names(str(path)) if name not in _NOT_COPIED]
    if not names and io.exists(str(path)):
        yield path
    for name in names:
        yield from _files(io, path / name)


def _moved(texts: dict[str, str], base: int) -> dict[str, str]:
    """The same texts with the default ports (19000 to 19199) counted from `base` instead."""
    used = sorted({int(port) for text in texts.values() for port in _PORT.findall(text)})
    if not 0 < base <= _LAST_PORT - len(used):
        fix = f"name a port from 1 to {_LAST_PORT - len(used)}"
        raise OpsError(f"{base} is no port to count from", fix=fix, code=Exit.USAGE)
    new = {port: base + number for number, port in enumerate(used)}
    return {
        name: _PORT.sub(lambda match: str(new[int(match[0])]), text) for name, text in texts.items()
    }


def _host_name(io: Io) -> str:
    name = io.read("/proc/sys/kernel/hostname").strip()
    plain = isinstance(config.parse(name, "", []), str) and re.fullmatch(r"[\w.-]+", name)
    return name if plain else PLACEHOLDER


def _scalar(text: str) -> str:
    """The text as a YAML value: plain where that is safe."""
    return (
        text if re.fullmatch(r"[A-Za-z][\w-]{3,}", text) else json.dumps(text, ensure_ascii=False)
    )


def _track(io: Io, root: Path) -> bool:
    """Whether git now tracks the folder; a machine without git is no mistake."""
    try:
        return io.run(["git", "init", "-q", str(root)], timeout=20).code == 0
    except OpsError as error:
        if error.code is Exit.MISSING:
            return False
        raise


def _report(root: Path, name: str, *, made: bool, files: int = 0, git: bool = False) -> Started:
    command = f"hisops --site {root} up"
    return Started(site=str(root), name=name, made=made, files=files, git=git, next=command)
