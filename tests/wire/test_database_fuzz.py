"""Whatever a server says: the database protocols answer, or raise what a probe may raise."""

import struct
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from hisops.core.errors import OpsError
from hisops.wire import mysql, postgres, redis
from hisops.wire.mysql_login import Login
from tests.wire.canned import Canned, finish

_FEW = settings(max_examples=150, deadline=None)


@_FEW
@given(st.lists(st.tuples(st.sampled_from(b"RTDEZSN1sK"), st.binary(max_size=40)), max_size=6))
def test_postgres_survives_every_message(messages):
    says = b"".join(
        bytes((kind,)) + struct.pack("!i", len(body) + 4) + body for kind, body in messages
    )

    with suppress(ValueError, OpsError):
        finish(postgres.open_session(Canned(says), postgres.Login("u", "p")))
    with suppress(ValueError, OpsError):
        finish(postgres.Session(Canned(says)).query("SELECT 1"))


@_FEW
@given(st.lists(st.binary(min_size=1, max_size=60), max_size=6), st.booleans())
def test_mysql_survives_every_packet(bodies, greets):
    first = 0 if greets else 1
    says = b"".join(
        struct.pack("<I", len(body))[:3] + bytes((first + at,)) + body
        for at, body in enumerate(bodies)
    )

    async def enter():
        session = await mysql.greet(Canned(says))
        await mysql.log_in(session, Login("u", "p"))

    with suppress(ValueError, OpsError):
        finish(enter() if greets else mysql.Session(Canned(says)).query("SELECT 1"))


@_FEW
@given(st.lists(st.tuples(st.sampled_from(b"+-:$*"), st.binary(max_size=12)), max_size=8))
def test_redis_survives_every_line(lines):
    says = b"".join(bytes((kind,)) + rest + b"\r\n" for kind, rest in lines)

    with suppress(ValueError, OpsError):
        finish(redis.ask(Canned(says), "INFO"))
