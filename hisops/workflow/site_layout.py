"""What lies in a site's folders: files that nothing reads, keys that stand twice, secrets."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.model import Inventory
from hisops.core.text import did_you_mean

_TOP = (
    "site.yml",
    "power.yml",
    "ansible.cfg",
    "inventory",
    "alerts",
    "backup",
    "probes",
    "runbooks",
    "playbooks",
    "units",
    "net",
)
_OURS = ("systems.yml", "links.yml", "teams.yml", "zones.yml")
# Folder, pattern of the names that something reads, what to do about others.
_READ = (
    ("alerts", r"oncall\.yml|rules|tests", "alerts/ holds oncall.yml and rules/"),
    ("alerts/rules", r".+\.yml", "name it NAME.yml"),
    ("backup", r".+\.yml", "name it NAME.yml"),
    ("probes", r".+\.yml", "name it NAME.yml"),
    ("runbooks", r".+\.md", "name it NAME.md"),
    ("net", r"accepted\.yml", "net/ holds accepted.yml"),
    ("units", r"collectors|probes|notifiers|sources|checks|steps", "units/ holds KIND/NAME.py"),
)
_IGNORED = re.compile(r"\..*|README.*|.*~|__pycache__")
_KEY = re.compile(r"^-----BEGIN [A-Z ]*PRIVATE KEY-----", re.MULTILINE)
_LOGIN = re.compile(r"\w+://[^/\s:@{]+:[^/\s@{]+@")
_VARS_ENDINGS = (".yml", ".yaml", ".json")


def check(io: Io, root: str, inventory: Inventory) -> Iterator[Problem]:
    """Every mistake that shows in the files themselves."""
    yield from _unknown(io, root)
    yield from _strange_vars(io, root, "group_vars", inventory.groups)
    yield from _strange_vars(io, root, "host_vars", inventory.hosts)
    for file in _files(io, root):
        try:
            text = io.read(str(Path(root, file)))
        except OpsError as error:  # a link that leads nowhere, a file that is closed to us
            fix = error.fix or "make it readable, or take it out"
            yield Problem(file=file, line=1, cause=error.cause, fix=fix)
            continue
        if file.endswith((".yml", ".yaml")) and not file.startswith("playbooks/"):
            yield from config.duplicate_keys(text, file)
        yield from _secrets(text, file)


def _unknown(io: Io, root: str) -> Iterator[Problem]:
    for name in io.names(root):
        near = _near(name, _TOP)
        if near and name not in _TOP:
            yield Problem(file=name, line=1, cause=f"nothing reads {name}", fix=near)
    for name in io.names(str(Path(root, "inventory"))):
        near = _near(name, _OURS)
        if near and name not in _OURS:
            cause = f"{name} is read as a list of hosts"
            yield Problem(file=f"inventory/{name}", line=1, cause=cause, fix=near)
    for folder, pattern, fix in _READ:
        for name in io.names(str(Path(root, folder))):
            if not re.fullmatch(pattern, name) and not _IGNORED.fullmatch(name):
                cause = f"nothing reads {folder}/{name}"
                yield Problem(file=f"{folder}/{name}", line=1, cause=cause, fix=fix)


def _near(name: str, known: Iterable[str]) -> str:
    """A hint when a name looks like a slip of a known one: other folders and files are free."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.8)
    return f"did you mean {near[0]!r}?" if near else ""


def _strange_vars(io: Io, root: str, folder: str, known: Iterable[str]) -> Iterator[Problem]:
    names = set(known)
    for file in io.names(str(Path(root, "inventory", folder))):
        name = next((file.removesuffix(end) for end in _VARS_ENDINGS if file.endswith(end)), file)
        if name not in names and not _IGNORED.fullmatch(file):
            what = folder.partition("_")[0]
            cause = f"there is no {what} {name!r}, so nothing reads this file"
            fix = did_you_mean(name, names) or f"rename the file to a {what} of the inventory"
            yield Problem(file=f"inventory/{folder}/{file}", line=1, cause=cause, fix=fix)


def _secrets(text: str, file: str) -> Iterator[Problem]:
    for pattern, what in ((_KEY, "a private key"), (_LOGIN, "a password inside an address")):
        match = pattern.search(text)
        if match:
            line = text.count("\n", 0, match.start()) + 1
            fix = "keep secrets in var/credentials and refer to them: credential:NAME"
            yield Problem(file=file, line=line, cause=f"{what} stands in the site's files", fix=fix)


def _files(io: Io, root: str) -> Iterator[str]:
    """Files that belong to a site, by their name below it."""
    for top in _TOP:
        if io.names(str(Path(root, top))):
            yield from _below(io, root, top)
        elif io.exists(str(Path(root, top))) and not _is_folder(io, root, top):
            yield top


def _below(io: Io, root: str, folder: str) -> Iterator[str]:
    for name in io.names(str(Path(root, folder))):
        if name.startswith(".") or name == "__pycache__":
            continue
        path = f"{folder}/{name}"
        if io.names(str(Path(root, path))):
            yield from _below(io, root, path)
        elif _is_text(name) and not _is_folder(io, root, path):
            yield path


def _is_text(name: str) -> bool:
    return name.endswith((".yml", ".yaml", ".md", ".ini", ".py")) or "." not in name


def _is_folder(io: Io, root: str, path: str) -> bool:
    """Whether it is a folder, also an empty one: only a folder has a parent inside of it."""
    return io.exists(str(Path(root, path, "..")))
