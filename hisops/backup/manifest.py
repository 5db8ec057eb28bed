"""What a file tree held when it was backed up: sizes and times of all files, checksums of most.

`files.list` is the output of find(1): kind, size, times, inode and path of each entry; `files.sums`
that of sha256sum(1). Both speak in bytes, because a file name need not be UTF-8.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from hisops.core.errors import OpsError
from hisops.core.io import Io

LIST, SUMS = "files.list", "files.sums"
# Bytes hashed in one run at most: a source is covered over some runs, and no run gets slow.
_BUDGET_BYTES = 64 * 2**20
_TIMEOUT = 3600.0
# All that restic looks at when it decides whether an entry changed (manual, backup).
_FORMAT = "%y\t%s\t%T@\t%C@\t%i\t%p\\0"


class Entry(NamedTuple):
    """A file's size and modification time as find printed them."""

    size: int
    time: bytes


class Tree(NamedTuple):
    """A file tree: its files by path, and the checksums that are known."""

    files: dict[bytes, Entry]
    sums: dict[bytes, bytes]


def survey(io: Io, paths: Iterable[str], exclude: Iterable[str]) -> bytes:
    """Everything below the paths, without what is below `exclude`, as find prints it."""
    prune: list[str] = []
    for path in exclude:
        prune += ["-path", _literal(path), "-prune", "-o"]
    argv = ["find", *paths, *prune, "-printf", _FORMAT]
    done = io.run(argv, timeout=_TIMEOUT)
    if done.code != 0 and not done.out:
        raise OpsError(f"find: {done.last_error}", fix="check who may read the sources")
    return done.out


def update(io: Io, folder: str, listed: bytes) -> Tree:
    """Bring the manifest in a folder up to date with a survey; hashes what is new, within bounds."""
    old = _read(io, f"{folder}/{LIST}")
    tree = read(io, folder)
    if old == listed and len(tree.sums) >= len(_hashable(tree.files)):
        return tree
    files = parse(listed)
    sums = {path: s for path, s in tree.sums.items() if files.get(path) == tree.files.get(path)}
    sums |= checksums(io, _choose(files, sums))
    io.write(f"{folder}/{SUMS}", b"".join(b"%b  %b\0" % (s, p) for p, s in sums.items()))
    io.write(f"{folder}/{LIST}", listed)
    return Tree(files, sums)


def read(io: Io, folder: str) -> Tree:
    """The manifest in a folder; empty when there is none."""
    lines = (line for line in _read(io, f"{folder}/{SUMS}").split(b"\0") if line)
    return Tree(parse(_read(io, f"{folder}/{LIST}")), {line[66:]: line[:64] for line in lines})


def parse(listed: bytes) -> dict[bytes, Entry]:
    """Regular files by path from what `survey` gave."""
    files = {}
    for line in listed.split(b"\0"):
        if line.startswith(b"f"):
            _, size, time, _, _, path = line.split(b"\t", 5)
            files[path] = Entry(int(size), time)
    return files


def fingerprint(listed: bytes, tree: Tree) -> str:
    """Equal for two runs between which nothing changed, neither the files nor what is known of them."""
    return hashlib.sha256(b"%d\0%b" % (len(tree.sums), listed)).hexdigest()


def checksums(io: Io, paths: Iterable[bytes]) -> dict[bytes, bytes]:
    """SHA-256 of files by path; those that vanished are left out."""
    argv = ["xargs", "-0", "-r", "sha256sum", "-z", "--"]
    done = io.run(argv, stdin=b"\0".join(paths), timeout=_TIMEOUT)
    return {line[66:]: line[:64] for line in done.out.split(b"\0") if line}


def _choose(files: dict[bytes, Entry], known: dict[bytes, bytes]) -> list[bytes]:
    """Files without a checksum, as many as the budget allows."""
    chosen, left = [], _BUDGET_BYTES
    for path in _hashable(files):
        if path not in known and files[path].size <= left:
            chosen.append(path)
            left -= files[path].size
    return chosen


def _hashable(files: dict[bytes, Entry]) -> list[bytes]:
    return [path for path, entry in files.items() if entry.size <= _BUDGET_BYTES]


def _read(io: Io, path: str) -> bytes:
    return io.read_bytes(path) if io.exists(path) else b""


def _literal(path: str) -> str:
    return "".join(f"\\{c}" if c in "*?[]\\" else c for c in path)
