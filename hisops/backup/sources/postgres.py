"""A PostgreSQL database: a dump and the rows of each table, counted in the same snapshot."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar

import msgspec

from hisops.backup import server
from hisops.backup.server import Server
from hisops.backup.source import Check, Piece, Prepared, Restored, Source, secret_env
from hisops.core.errors import Exit, OpsError
from hisops.core.event import Assertion
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.text import Secret

_SCRIPT = str(Path(__file__).with_name("count_rows.sql"))
_TIMEOUT = 86400.0
# Each block of data in a custom-format archive ends with a length of zero, one byte of sign and
# four of value (postgres, src/bin/pg_dump/pg_backup_custom.c, _EndData); the last block ends the file.
_END = bytes(5)


class Facts(Value, frozen=True, kw_only=True):
    """What the server said inside the snapshot."""

    snapshot: str
    encoding: str
    locale: str
    size_bytes: int
    rows: dict[str, int]


class Postgres(Source, frozen=True, kw_only=True):
    """A database on `host` (a name, or the folder of a unix socket), dumped by pg_dump.

    `tools` is the folder of PostgreSQL's programs; without one the newest installed are taken.
    """

    CHECKS: ClassVar[tuple[str, ...]] = ("counts", "sql")

    database: str
    user: str
    host: str
    port: int = 5432
    password: Secret | None = None
    tools: str = ""

    @contextmanager
    def prepare(self, io: Io, staging: str) -> Iterator[Prepared]:
        """See Source; a session holds the exported snapshot until the block is left."""
        tools = self.tools or server.find_tools(io)
        env = secret_env(io, "PGPASSWORD", self.password)
        argv = [f"{tools}/psql", "-X", "-q", "-At", "-F", "\t", "-w", *self._connection()]
        lines = io.stream([*argv, "-d", self.database, "-f", _SCRIPT], timeout=_TIMEOUT, env=env)
        with closing(lines):
            data_at = io.now().timestamp()
            facts = self._facts(lines)
            self._note(io, staging, tools, facts, env)
            dump = Piece(
                name="dump",
                argv=(*self._dump(tools), f"--snapshot={facts.snapshot}", "-d", self.database),
                filename=f"{self.database}.dump",
                env=env,
                complete=lambda tail: tail.endswith(_END),
            )
            yield Prepared(
                pieces=(dump, Piece(name="facts", paths=(staging,))),
                data_at=data_at,
                files=1,
                size_bytes=facts.size_bytes,
                manifest=facts.rows,
            )

    def verify(self, io: Io, restored: Restored, staging: str) -> Iterable[Assertion]:
        """The dump read to its end, restored into a scratch server, and questioned there."""
        dump = f"{restored.folder}/{self.database}.dump"
        tools = self.tools or server.find_tools(io)
        scratch = Server(folder=restored.scratch, tools=tools, data=f"{restored.scratch}/data")
        whole = io.run([f"{tools}/pg_restore", "-f", "/dev/null", dump], timeout=_TIMEOUT)
        yield Assertion(name="dump whole", passed=whole.code == 0, detail=whole.last_error)
        if whole.code != 0:
            return
        folder = restored.folder + staging
        facts = msgspec.json.decode(io.read_bytes(f"{folder}/facts.json"), type=Facts)
        server.initialise(io, scratch, facts.encoding, facts.locale)
        server.start(io, scratch)
        try:
            yield _load(io, scratch, dump, self.database, f"{folder}/globals.sql")
            yield from self._questions(io, scratch, restored)
        finally:
            server.stop(io, scratch)

    def _questions(self, io: Io, scratch: Server, restored: Restored) -> Iterable[Assertion]:
        tolerance = max((c.tolerance for c in restored.checks if c.counts), default=0)
        yield _compare(count_rows(io, scratch, self.database), restored.manifest, tolerance)
        for check in restored.checks:
            if check.sql is not None:
                yield _ask(io, scratch, self.database, check)

    def _facts(self, lines: Iterator[str]) -> Facts:
        found: dict[str, list[str]] = {}
        rows: dict[str, int] = {}
        try:
            for line in lines:
                kind, *cells = line.split("\t")
                if kind == "ready":
                    break
                if kind == "table":
                    rows[cells[0]] = int(cells[1])
                else:
                    found[kind] = cells
        except OpsError as error:
            cause = f"PostgreSQL {self.database} at {self.host}: {error.cause}"
            fix = error.fix or "check that it runs and that this user may read all tables"
            raise OpsError(cause, fix=fix, code=Exit.MISSING) from None
        if not rows:
            cause = f"PostgreSQL {self.database} at {self.host}: there is no table in it"
            fix = "check the name; no snapshot was made"
            raise OpsError(cause, fix=fix, code=Exit.MISSING)
        encoding, locale = found["database"]
        return Facts(
            snapshot=found["snapshot"][0],
            encoding=encoding,
            locale=locale,
            size_bytes=int(found["size"][0]),
            rows=rows,
        )

    def _note(self, io: Io, staging: str, tools: str, facts: Facts, env: dict[str, str]) -> None:
        """Keep the facts and the roles, which are no part of a dump, beside it."""
        io.write(f"{staging}/facts.json", msgspec.json.encode(facts), mode=0o600)
        argv = [f"{tools}/pg_dumpall", "--globals-only", "--no-role-passwords", "-w"]
        done = io.run([*argv, *self._connection(), "-l", self.database], timeout=300, env=env)
        if done.code != 0:
            raise OpsError(f"pg_dumpall: {done.last_error}", fix="grant the user what it lacks")
        io.write(f"{staging}/globals.sql", done.out, mode=0o600)

    def _connection(self) -> list[str]:
        return ["-h", self.host, "-p", str(self.port), "-U", self.user]

    def _dump(self, tools: str) -> list[str]:
        # Never compress before restic: compressed dumps do not deduplicate.
        return [f"{tools}/pg_dump", "-Fc", "-Z0", "-w", *self._connection()]


def count_rows(io: Io, scratch: Server, database: str) -> dict[str, int]:
    """Rows of each table of a restored database."""
    script = io.read(_SCRIPT).replace("SELECT pg_sleep(86400);", "")
    argv = [f"{scratch.tools}/psql", "-X", "-q", "-At", "-F", "\t", *server.connection(scratch)]
    done = io.run([*argv, "-d", database, "-f", "-"], stdin=script.encode(), timeout=_TIMEOUT)
    if done.code != 0:
        raise OpsError(f"the restored database cannot be counted: {done.last_error}")
    cells = (line.split("\t") for line in done.text.splitlines())
    return {row[1]: int(row[2]) for row in cells if row[0] == "table"}


def _load(io: Io, scratch: Server, dump: str, database: str, roles: str) -> Assertion:
    # Some roles exist already in a new cluster, so errors here are judged by the restore itself.
    server.psql(io, scratch, "postgres", "-f", roles)
    where = server.connection(scratch)
    io.run([f"{scratch.tools}/createdb", *where, "-T", "template0", database])
    argv = [f"{scratch.tools}/pg_restore", "--exit-on-error", "--no-tablespaces", *where]
    done = io.run([*argv, "-d", database, dump], timeout=_TIMEOUT)
    return Assertion(name="dump restored", passed=done.code == 0, detail=done.last_error)


def _compare(have: Mapping[str, int], noted: Mapping[str, int], tolerance: int) -> Assertion:
    wrong = [
        f"{table}: {have.get(table, 'no table')} instead of {rows}"
        for table, rows in noted.items()
        if table not in have or abs(have[table] - rows) > tolerance
    ]
    wrong += [f"{table}: not in the manifest" for table in have if table not in noted]
    detail = "; ".join(wrong) or f"{len(noted)} tables, {sum(noted.values())} rows"
    return Assertion(name="row counts", passed=bool(noted) and not wrong, detail=detail)


def _ask(io: Io, scratch: Server, database: str, check: Check) -> Assertion:
    sql = check.sql or ""
    try:
        rows = server.query(io, scratch, database, sql)
        value = float(rows[0][0])
    except (OpsError, ValueError, IndexError) as error:
        told = error.cause if isinstance(error, OpsError) else "the answer is no number"
        return Assertion(name=sql, passed=False, detail=told)
    passed = (
        (check.min is None or value >= check.min)
        and (check.max is None or value <= check.max)
        and (check.equals is None or value == check.equals)
    )
    return Assertion(name=sql, passed=passed, detail=f"{value:g}")
