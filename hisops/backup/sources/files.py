"""Folders and files, and SQLite databases that are in use."""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from hisops.backup import manifest
from hisops.backup.manifest import Tree
from hisops.backup.source import Piece, Prepared, Restored, Source
from hisops.core.errors import Exit, OpsError
from hisops.core.event import Assertion
from hisops.core.io import Io

_PATTERN = re.compile(r"[*?\[\]\\]")
# A copy made by VACUUM INTO is consistent while others write (sqlite.org/lang_vacuum.html).
_COPY_SQLITE = """\
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)) as db:
    db.execute("VACUUM INTO ?", (sys.argv[2],))
"""
_CHECK_SQLITE = """\
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)) as db:
    print(db.execute("PRAGMA integrity_check").fetchone()[0])
"""


class Files(Source, frozen=True, kw_only=True):
    """`paths` without `exclude`; `sqlite` databases are copied while they are in use.

    With `mounted`, every path must be a mount point: an unmounted disk looks like an empty folder.
    """

    CHECKS: ClassVar[tuple[str, ...]] = ("checksums",)

    paths: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    sqlite: tuple[str, ...] = ()
    mounted: bool = False

    def __post_init__(self) -> None:
        if not self.paths:
            raise ValueError("paths: expected at least one folder")
        for path in (*self.paths, *self.exclude, *self.sqlite):
            if not path.startswith("/") or path.endswith("/"):
                raise ValueError(f"expected an absolute path without / at its end, got {path!r}")
        for path in self.exclude:
            if _PATTERN.search(path):
                raise ValueError(f"exclude: patterns cannot be done yet, got {path!r}")

    @contextmanager
    def prepare(self, io: Io, staging: str) -> Iterator[Prepared]:
        """See Source; files are read in place, so `data_at` is the start."""
        self._need(io)
        data_at = io.now().timestamp()
        self._copy_databases(io, staging)
        skipped = spare(io, self.exclude, staging)
        listed = manifest.survey(io, self.paths, (*self.exclude, staging))
        tree = manifest.update(io, staging, listed)
        if not tree.files:
            fix = "mount it, or mend the plan; no snapshot was made"
            raise OpsError(f"{self.paths[0]}: the source is empty", fix=fix, code=Exit.MISSING)
        inside = any(staging.startswith(f"{path}/") for path in self.paths)
        piece = Piece(
            name="files",
            paths=self.paths if inside else (*self.paths, staging),
            exclude=tuple(skipped),
        )
        size = sum(entry.size for entry in tree.files.values())
        yield Prepared(
            pieces=(piece,),
            data_at=data_at,
            files=len(tree.files),
            size_bytes=size,
            manifest={"files": len(tree.files), "bytes": size, "checksums": len(tree.sums)},
            fingerprint="" if self.sqlite else manifest.fingerprint(listed, tree),
        )

    def verify(self, io: Io, restored: Restored, staging: str) -> Iterable[Assertion]:
        """Restored files against the manifest that was backed up with them, by bytes on disk."""
        root = restored.folder.encode()
        wish = manifest.read(io, restored.folder + staging)
        listed = manifest.survey(io, [restored.folder], [restored.folder + staging])
        found = {p[len(root) :]: e for p, e in manifest.parse(listed).items()}
        tolerance = max((c.tolerance for c in restored.checks if c.checksums), default=0)
        yield _manifest_is_ours(wish, restored)
        yield _limit("files restored", [p for p in wish.files if p not in found], wish, tolerance)
        still = [p for p in wish.files if p in found and found[p].time == wish.files[p].time]
        sizes = [p for p in still if found[p].size != wish.files[p].size]
        yield _limit("sizes equal", sizes, wish, 0)
        known = [p for p in still if p in wish.sums]
        have = manifest.checksums(io, [root + p for p in known])
        wrong = [p for p in known if have.get(root + p) != wish.sums[p]]
        yield _limit(f"checksums of {len(known)} files equal", wrong, wish, 0)
        for path in self.sqlite:
            yield _database(io, f"{restored.folder}{staging}/{_copy_name(path)}")

    def _need(self, io: Io) -> None:
        for path in (*self.paths, *self.sqlite):
            if not io.exists(path):
                fix = "mount it, or mend the plan; no snapshot was made"
                raise OpsError(f"{path}: the source is missing", fix=fix, code=Exit.MISSING)
        for path in self.paths if self.mounted else ():
            if io.run(["mountpoint", "-q", path]).code != 0:
                fix = "mount it; no snapshot was made"
                raise OpsError(f"{path}: nothing is mounted there", fix=fix, code=Exit.MISSING)

    def _copy_databases(self, io: Io, staging: str) -> None:
        for path in self.sqlite:
            target = f"{staging}/{_copy_name(path)}"
            io.remove(target)
            io.write(f"{staging}/.keep", "")
            done = io.run([sys.executable, "-I", "-c", _COPY_SQLITE, path, target], timeout=600)
            if done.code != 0:
                raise OpsError(f"{path}: cannot be copied: {done.last_error}", fix="free space?")


def spare(io: Io, exclude: Iterable[str], kept: str) -> list[str]:
    """The same exclusions, but without `kept`: a folder around it is excluded name by name."""
    found = []
    for path in exclude:
        if kept == path or not kept.startswith(f"{path}/"):
            found.append(path)
            continue
        while path != kept:
            step = kept[len(path) + 1 :].split("/", 1)[0]
            found += [f"{path}/{name}" for name in io.names(path) if name != step]
            path = f"{path}/{step}"  # noqa: PLW2901 - one step down
    return found


def _manifest_is_ours(wish: Tree, restored: Restored) -> Assertion:
    size = sum(entry.size for entry in wish.files.values())
    have = {"files": len(wish.files), "bytes": size}
    noted = {key: restored.manifest.get(key, 0) for key in have}
    detail = f"{have['files']} files, {size} bytes"
    return Assertion(name="manifest as in the journal", passed=have == noted, detail=detail)


def _limit(name: str, bad: list[bytes], wish: Tree, tolerance: int) -> Assertion:
    passed = len(bad) <= tolerance and bool(wish.files)
    shown = bad[0].decode(errors="replace") if bad else ""
    detail = f"{len(bad)} of {len(wish.files)} differ: {shown}" if bad else "all"
    return Assertion(name=name, passed=passed, detail=detail)


def _database(io: Io, path: str) -> Assertion:
    told = "it is not in the backup"
    if io.exists(path):
        done = io.run([sys.executable, "-I", "-c", _CHECK_SQLITE, path], timeout=600)
        told = done.text.strip() if done.code == 0 else done.last_error
    name = f"SQLite database {path.rpartition('/')[2]} whole"
    return Assertion(name=name, passed=told == "ok", detail=told)


def _copy_name(path: str) -> str:
    return path.strip("/").replace("/", "-")
