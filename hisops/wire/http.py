"""HTTP/1.1 client for probes: one request, one answer, bounded in size, with its phases."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.net import MOST_BYTES
from hisops.wire.http_message import (
    HEAD_BYTES,
    Head,
    basic,
    chunk_size,
    decode,
    parse_head,
    render,
)
from hisops.wire.tls import Session, Tls, secure
from hisops.wire.url import Url, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hisops.core.net import Net, Stream

_DEFAULT = Tls()
_USER_AGENT = "hisops"
_MOST_INTERIM = 10
_LINE_BYTES = 4096
_BODILESS = frozenset((204, 304))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_SAME_METHOD = frozenset((307, 308))
_ANYWHERE = frozenset(
    ("accept", "accept-encoding", "accept-language", "connection", "content-type", "user-agent")
)


class Phases(NamedTuple):
    """Seconds of the parts of an exchange, as blackbox_exporter names them."""

    resolve: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    processing: float = 0.0
    transfer: float = 0.0

    def plus(self, other: Phases) -> Phases:
        """The sums, over all requests of a redirected one."""
        return Phases(*(mine + more for mine, more in zip(self, other, strict=True)))


class Reply(NamedTuple):
    """An answer; header names are lower case, the body has no content coding."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: Url
    phases: Phases = Phases()
    version: str = "1.1"
    address: str = ""
    tls: Session | None = None
    redirects: int = 0
    packed_bytes: int = 0

    @property
    def is_ok(self) -> bool:
        """Whether the answer is 200 to 299."""
        return self.status // 100 == 2  # noqa: PLR2004 - HTTP


async def fetch(
    net: Net,
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    tls: Tls = _DEFAULT,
    redirects: int = 0,
    most_bytes: int = MOST_BYTES,
) -> Reply:
    """The answer to one request, after at most so many redirects; with 0 a redirect is the answer.

    User and password come from the URL or as a header (`basic`). Raises UntrustedError, before
    anything is sent, where a certificate is not accepted.
    """
    at = parse(url)
    wanted = {"Connection": "close", **(headers or {})}
    if at.user:
        wanted.setdefault("Authorization", basic(at.user, at.password))
    request = _Request(at, method, wanted, body, tls)
    spent: Phases | None = None
    for count in range(redirects + 1):
        stream, session = await dial(net, request.at, request.tls)
        try:
            reply = await exchange(
                net,
                stream,
                request.at,
                method=request.method,
                headers=request.headers,
                body=request.body,
                most_bytes=most_bytes,
            )
        finally:
            stream.close()
        phases = _whole(stream, session, reply.phases)
        spent = spent.plus(phases) if spent else phases
        reply = reply._replace(phases=spent, tls=session, redirects=count)
        place = reply.headers.get("location", "")
        if not redirects or reply.status not in _REDIRECTS or not place:
            return reply
        request = _redirected(request, reply.status, place)
    raise ValueError(f"redirected more than {redirects} times, last to {request.at.text[:120]}")


class _Request(NamedTuple):
    at: Url
    method: str
    headers: dict[str, str]
    body: bytes
    tls: Tls


def _redirected(request: _Request, status: int, place: str) -> _Request:
    """The request that a redirect asks for (RFC 9110, 15.4)."""
    at, method, headers, body, tls = request
    there = at.join(place)
    if there[:3] != at[:3]:  # a secret goes to nobody but the one it was written for
        headers = {name: value for name, value in headers.items() if name.lower() in _ANYWHERE}
        tls = tls.elsewhere()
    if status not in _SAME_METHOD and method != "HEAD":
        method, body = "GET", b""
        headers = {n: v for n, v in headers.items() if not n.lower().startswith("content-")}
    return _Request(there, method, headers, body, tls)


def _whole(stream: Stream, session: Session | None, inside: Phases) -> Phases:
    """Phases of an exchange with those of the connection before it."""
    shake = session.seconds if session else 0.0
    times = stream.times
    return Phases(times.resolve, times.connect, shake, inside.processing, inside.transfer)


async def dial(net: Net, at: Url, tls: Tls = _DEFAULT) -> tuple[Stream, Session | None]:
    """A connection to the place of an address, for `exchange`; raises as fetch."""
    if at.scheme == "http":
        return await net.connect(at.host, at.port), None
    return await secure(net, lambda: net.connect(at.host, at.port), tls, at.host)


async def exchange(
    net: Net,
    stream: Stream,
    at: Url,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    most_bytes: int = MOST_BYTES,
) -> Reply:
    """One request and its answer over a connection that `dial` made; it stays open."""
    wanted = {"User-Agent": _USER_AGENT, "Accept": "*/*", **(headers or {})}
    start = net.tick()
    await stream.send(render(method, at.authority, at.target, wanted, body))
    head = await _head(stream)
    first = net.tick()
    packed = await _body(stream, head, method, most_bytes)
    plain = decode(packed, head.headers.get("content-encoding", ""), most_bytes)
    phases = Phases(processing=first - start, transfer=net.tick() - first)
    return Reply(
        head.status,
        head.headers,
        plain,
        at,
        phases,
        head.version,
        stream.address,
        packed_bytes=len(packed),
    )


async def _head(stream: Stream) -> Head:
    """The head of the final answer; interim ones (100, 103) go before it."""
    for _ in range(_MOST_INTERIM):
        head = parse_head(await stream.until(b"\r\n\r\n", HEAD_BYTES))
        if head.status // 100 != 1:
            return head
    raise ValueError(f"more than {_MOST_INTERIM} interim answers")


async def _body(stream: Stream, head: Head, method: str, most_bytes: int) -> bytes:
    if method == "HEAD" or head.status in _BODILESS:
        return b""
    if head.is_chunked:
        return await _chunks(stream, most_bytes)
    length = head.length
    if length is None:
        return await _rest(stream, most_bytes)
    _within(length, most_bytes)
    return await stream.exactly(length) if length else b""


async def _chunks(stream: Stream, most_bytes: int) -> bytes:
    parts: list[bytes] = []
    total = 0
    while size := chunk_size(await stream.until(b"\r\n", _LINE_BYTES)):
        total += size
        _within(total + len(parts), most_bytes)  # many tiny chunks cost more than they hold
        parts.append((await stream.exactly(size + 2))[:-2])
    for _ in range(_MOST_INTERIM * 10):
        if await stream.until(b"\r\n", _LINE_BYTES) == b"\r\n":
            return b"".join(parts)
    raise ValueError("no end of the trailer")


async def _rest(stream: Stream, most_bytes: int) -> bytes:
    parts: list[bytes] = []
    total = 0
    while data := await stream.receive():
        total += len(data)
        _within(total, most_bytes)
        parts.append(data)
    return b"".join(parts)


def _within(count: int, most_bytes: int) -> None:
    if count > most_bytes:
        raise ValueError(f"the body has more than {most_bytes} bytes")
