"""The Io of the tests behaves as the real one and answers only what it was told."""

import inspect

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.io.fake import Fake
from hisops.io.local import Local

METHODS = [name for name in vars(Io) if not name.startswith("_")]


@pytest.mark.parametrize("kind", [Fake, Local])
@pytest.mark.parametrize("name", METHODS)
def test_every_io_takes_the_same_words(kind, name):
    wish = inspect.signature(getattr(Io, name)).parameters
    found = inspect.signature(getattr(kind, name)).parameters

    assert [(p.name, p.kind, p.default is p.empty) for p in found.values()] == [
        (p.name, p.kind, p.default is p.empty) for p in wish.values()
    ]


@pytest.fixture(params=["fake", "local"])
def either(request, tmp_path):
    """Both kinds of Io, and a folder of theirs."""
    return (Fake(), "/site") if request.param == "fake" else (Local(), str(tmp_path / "site"))


def test_files_behave_alike(either):
    io, root = either
    io.write(f"{root}/b/two", "2")
    io.write(f"{root}/a", b"1")

    assert io.names(root) == ["a", "b"]
    assert (io.read(f"{root}/b/two"), io.read_bytes(f"{root}/a")) == ("2", b"1")
    assert [io.exists(f"{root}/{name}") for name in ("a", "b", "c")] == [True, True, False]
    with pytest.raises(OpsError) as problem:
        io.read(f"{root}/c")
    assert problem.value.cause == f"{root}/c: No such file or directory"
    assert problem.value.code is Exit.MISSING
    io.remove(f"{root}/b")
    io.remove(f"{root}/c")
    assert io.names(root) == ["a"]


def test_locks_behave_alike(either):
    io, root = either
    with io.lock(f"{root}/lock"), pytest.raises(OpsError) as problem, io.lock(f"{root}/lock"):
        pass
    with pytest.raises(ZeroDivisionError), io.lock(f"{root}/lock"):
        raise ZeroDivisionError

    assert problem.value.code is Exit.LOCKED
    with io.lock(f"{root}/lock"):
        pass


def test_a_command_nobody_told_fails_the_test(io):
    io.runs("restic", "version", out="0.14")

    with pytest.raises(AssertionError, match="restic"):
        io.run(["restic", "backup"])


def test_the_longest_recording_wins_and_the_last_one_stays(io):
    io.runs("restic", code=1)
    io.runs("restic", "version", out="first")
    io.runs("restic", "version", out="then")

    outs = [io.run(["restic", "version"]).text for _ in range(3)]

    assert outs == ["first", "then", "then"]
    assert io.run(["restic", "check"]).code == 1
    assert io.calls[0] == ("restic", "version")


def test_a_stream_ends_as_its_program_does(io):
    io.runs("tail", code=2, out="a\nb", err="gone")
    lines = io.stream(["tail"])

    assert [next(lines), next(lines)] == ["a", "b"]
    with pytest.raises(OpsError, match="tail ended with 2: gone"):
        next(lines)


def test_a_pipe_asks_whether_the_source_was_complete(io):
    io.runs("pg_dump", out="half")
    io.runs("restic", code=0)

    first, _ = io.pipe(["pg_dump"], ["restic"], timeout=5, complete=lambda tail: b"done" in tail)

    assert first.code != 0


def test_nobody_answers_unless_told(io):
    io.answers("POST", "/hook", status=204)

    assert io.http("POST", "http://pager/hook", body=b"x").status == 204
    assert io.requests == [("POST", "http://pager/hook", b"x")]
    with pytest.raises(OpsError) as problem:
        io.http("GET", "http://pager/hook")
    assert problem.value.code is Exit.UNREACHABLE


def test_both_clocks_move_only_when_told(io):
    begun, tick = io.now(), io.tick()

    assert (io.now(), io.tick()) == (begun, tick)
    io.sleep(30)
    io.advance(30)
    assert ((io.now() - begun).total_seconds(), io.tick() - tick) == (60, 60)
