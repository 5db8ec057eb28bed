"""The engine's HTTP front: alerts come in, clients of Alertmanager's API are answered.

A request is answered 200 only when its changes are committed. A mistake of ours is always 503:
Prometheus keeps the alerts and sends them again. Only a body that can never be right is 400.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hisops import __version__
from hisops.alerting import alert, api, intake, measure, silence
from hisops.alerting.api import PostableSilence, SilenceId
from hisops.alerting.engine import Engine
from hisops.alerting.silence import Silence
from hisops.alerting.step import change
from hisops.core.errors import Exit, OpsError

T = TypeVar("T")
_LARGEST_BYTES = 64 * 1024 * 1024  # a group of 50,000 alerts measured 28 MB (oncall.md, 1.3)
_WORKERS = 2  # one to write, one to read: more would only wait for the same lock
_STATUS = {Exit.USAGE: 400, Exit.MISSING: 404, Exit.REFUSED: 409}
_PAGE_SIZE = 4096  # proc(5): statm counts pages


class _Mistake(msgspec.Struct, frozen=True, kw_only=True):
    error: str


def app(engine: Engine) -> Starlette:
    """The web application over an engine."""
    return Starlette(
        routes=_Front(engine).routes(),
        exception_handlers={OpsError: _ops_error, Exception: _our_bug},
    )


class _Front:
    """The handlers; work on the store runs in threads, so that none holds up the others."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.started = engine.io.now().timestamp()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="front")

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/api/v2/alerts", _json_only(self.post_alerts), methods=["POST"]),
            Route("/api/v2/alerts", self.get_alerts),
            Route("/api/v2/status", self.get_status),
            Route("/api/v2/receivers", self.get_receivers),
            Route("/api/v2/silences", _json_only(self.post_silence), methods=["POST"]),
            Route("/api/v2/silences", self.get_silences),
            Route("/api/v2/silence/{id}", self.get_silence),
            Route("/api/v2/silence/{id}", self.delete_silence, methods=["DELETE"]),
            Route("/-/healthy", self.healthy),
            Route("/-/ready", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def post_alerts(self, request: Request) -> Response:
        """Take alerts in."""
        body = await _body(request)
        if body is None:
            return _too_large()
        try:
            posted = await self._call(lambda: alert.decode(body))
        except (msgspec.DecodeError, ValueError) as error:
            return _answer(_Mistake(error=str(error)), 400)
        taken = await self._call(lambda: self.engine.take(posted))
        if taken.mistakes:
            return _answer(_Mistake(error="; ".join(taken.mistakes)), 400)
        return Response(status_code=200)

    async def get_alerts(self, request: Request) -> Response:
        """Firing alerts."""
        filters = [silence.parse(text) for text in request.query_params.getlist("filter")]
        silenced = request.query_params.get("silenced", "true") != "false"
        store, now = self.engine.store, self._now()
        return _answer(
            await self._call(lambda: api.list_alerts(store, now, filters, silenced=silenced))
        )

    async def get_status(self, _request: Request) -> Response:
        """What we are."""
        return _answer(api.status(__version__, self.started))

    async def get_receivers(self, _request: Request) -> Response:
        """There is one."""
        return _answer([api.Receiver(name="hisops")])

    async def get_silences(self, _request: Request) -> Response:
        """Silences in effect or to come."""
        return _answer(await self._call(lambda: api.list_silences(self.engine.store, self._now())))

    async def get_silence(self, request: Request) -> Response:
        """One silence."""
        id_ = request.path_params["id"]
        sql = "SELECT * FROM silence WHERE id = ?"
        rows = await self._call(lambda: self.engine.store.read(Silence, sql, (id_,)))
        if not rows:
            return Response(status_code=404)
        return _answer(api.show_silence(rows[0], self._now()))

    async def post_silence(self, request: Request) -> Response:
        """Set a silence, or replace one."""
        body = await _body(request)
        if body is None:
            return _too_large()
        try:
            wanted = msgspec.json.decode(body, type=PostableSilence)
        except (msgspec.DecodeError, ValueError) as error:
            return _answer(_Mistake(error=str(error)), 400)
        return _answer(SilenceId(silence_id=await self._call(lambda: self._set(wanted))))

    async def delete_silence(self, request: Request) -> Response:
        """End a silence."""
        id_ = request.path_params["id"]
        await self._call(lambda: self._end(id_))
        return Response(status_code=200)

    async def healthy(self, _request: Request) -> Response:
        """The process answers."""
        return Response("OK\n")

    async def ready(self, _request: Request) -> Response:
        """The store takes changes."""
        await self._call(self._try_write)
        return Response("OK\n")

    async def metrics(self, _request: Request) -> Response:
        """For Prometheus."""
        engine = self.engine
        text = await self._call(
            lambda: measure.page(
                engine.store,
                self._now(),
                accepted=engine.accepted_total,
                results=engine.results,
                started=self.started,
                memory_bytes=int(engine.io.read("/proc/self/statm").split()[1]) * _PAGE_SIZE,
            )
        )
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _now(self) -> float:
        return self.engine.io.now().timestamp()

    def _try_write(self) -> None:
        with self.engine.store.write() as transaction:
            transaction.execute("UPDATE heartbeat SET seen_at = seen_at WHERE name = ''")

    def _set(self, wanted: PostableSilence) -> str:
        engine = self.engine
        with change(engine.store, engine.io, wanted.created_by or "api") as step:
            if wanted.id:
                silence.expire(step, wanted.id)
            starts = max(step.now, alert.seconds(wanted.starts_at) or 0.0)
            id_ = silence.add(
                step,
                wanted.matchers,
                starts_at=starts,
                ends_at=alert.seconds(wanted.ends_at) or 0.0,
                reason=wanted.comment,
            )
            intake.settle_all(step, engine.desk)
        return id_

    def _end(self, id_: str) -> None:
        engine = self.engine
        with change(engine.store, engine.io, "api") as step:
            silence.expire(step, id_)
            intake.settle_all(step, engine.desk)
        engine.wake()


def _json_only(
    handler: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Refuse what a page in somebody's browser can post here without being asked (CSRF)."""

    async def checked(request: Request) -> Response:
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != "application/json":
            return _answer(_Mistake(error="expected Content-Type: application/json"), 415)
        return await handler(request)

    return checked


async def _body(request: Request) -> bytes | None:
    """The whole body; None when it is too large."""
    blocks, size = [], 0
    async for block in request.stream():
        size += len(block)
        if size > _LARGEST_BYTES:
            return None
        blocks.append(block)
    return b"".join(blocks)


def _answer(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _too_large() -> Response:
    return _answer(_Mistake(error=f"more than {_LARGEST_BYTES} bytes"), 413)


async def _ops_error(_request: Request, error: Exception) -> Response:
    code = _STATUS.get(error.code, 503) if isinstance(error, OpsError) else 503
    return _answer(_Mistake(error=str(error)), code)


async def _our_bug(_request: Request, _error: Exception) -> Response:
    return _answer(_Mistake(error="a mistake of ours; send it again"), 503)
