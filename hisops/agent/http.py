"""HTTP/1.1 as far as a metrics page needs it: requests from bytes, answers as bytes (RFC 9112)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD_LIMIT = 8192
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}
_HEX = frozenset("0123456789abcdefABCDEF")
_GZIP = 31  # zlib: largest window, gzip header
_FASTEST = 1
_ENDS = frozenset("\r\n\0")  # alone, others may take them for the end of a header (RFC 9112, 2.2)


class BadRequestError(Exception):
    """What the client sent is no request that can be answered."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Request(NamedTuple):
    """A request without a body."""

    method: str
    path: str
    headers: dict[str, str]
    keep_alive: bool
    query: str = ""

    @property
    def takes_gzip(self) -> bool:
        """Whether the answer may be compressed."""
        words = self.headers.get("accept-encoding", "").replace(" ", "").lower().split(",")
        refusals = ("gzip;q=0", "gzip;q=0.0", "gzip;q=0.00", "gzip;q=0.000")
        return any(word.partition(";")[0] == "gzip" and word not in refusals for word in words)

    @property
    def takes_open_metrics(self) -> bool:
        """Whether it wants OpenMetrics 1.0 at least as much as plain text (RFC 9110, 12.5.1)."""
        weights = {"application/openmetrics-text": 0.0, "text/plain": 0.0}
        for entry in self.headers.get("accept", "").lower().split(","):
            kind, *parameters = (word.strip() for word in entry.split(";"))
            named = dict(word.partition("=")[::2] for word in parameters)
            if kind in weights and named.get("version", "1.0.0") in ("1.0.0", "0.0.4"):
                weights[kind] = max(weights[kind], _weight(named.get("q", "1")))
        wish, plain = weights.values()
        return wish > 0 and wish >= plain

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Names and values of the query, in their order."""
        pairs = (word.partition("=") for word in self.query.split("&") if word)
        return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


class Answer(NamedTuple):
    """Status, body and further header lines, each with its line end."""

    status: int
    body: bytes
    headers: str = ""
    type: str = "text/plain; charset=utf-8"


class Later:
    """An answer that comes later, once; whoever serves gives it, the server waits for it."""

    def __init__(self) -> None:
        self._answer: Answer | None = None
        self._then: Callable[[Answer], object] | None = None

    def give(self, answer: Answer) -> None:
        """Here it is."""
        self._answer = answer
        if self._then is not None:
            self._then(answer)

    def then(self, call: Callable[[Answer], object]) -> None:
        """Call this with the answer, now or when it comes."""
        self._then = call
        if self._answer is not None:
            call(self._answer)


def parse(head: bytes) -> Request:
    """The request in a head without its empty line; raises BadRequestError."""
    try:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, version = first.split(" ")
    except ValueError:
        raise BadRequestError(400) from None
    if version not in ("HTTP/1.1", "HTTP/1.0") or not target.startswith("/"):
        raise BadRequestError(400)
    pairs = [_header(line) for line in lines]
    headers = dict(pairs)
    lengths = {value for name, value in pairs if name == "content-length"}
    if lengths - {"0"} or "transfer-encoding" in headers:
        raise BadRequestError(400)  # a body here has no meaning; read as a request it would do harm
    connection = headers.get("connection", "").lower()
    keep = "close" not in connection if version == "HTTP/1.1" else "keep-alive" in connection
    path, _, query = target.partition("?")
    return Request(method, path, headers, keep, query)


def render(answer: Answer, request: Request | None) -> bytes:
    """The answer as it is sent, head and body in one piece; without a request it is the last."""
    body, extra = answer.body, answer.headers
    if request and request.takes_gzip and len(body) > HEAD_LIMIT:
        packer = zlib.compressobj(_FASTEST, zlib.DEFLATED, _GZIP)
        body = packer.compress(body) + packer.flush()
        extra += "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
    if not (request and request.keep_alive):
        extra += "Connection: close\r\n"
    elif request.headers.get("connection", "").lower() == "keep-alive":
        extra += "Connection: keep-alive\r\n"
    head = (
        f"HTTP/1.1 {answer.status} {_REASONS[answer.status]}\r\n"
        f"Content-Type: {answer.type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    )
    return head.encode("latin-1") + (b"" if request and request.method == "HEAD" else body)


def plain(status: int, headers: str = "", why: str = "") -> Answer:
    """An answer that says no more than its status, and why."""
    return Answer(status, f"{why or _REASONS[status]}\n".encode(), headers)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip() or not _ENDS.isdisjoint(line):
        raise BadRequestError(400)
    return name.lower(), value.strip()


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _decoded(text: str) -> str:
    """Without `+` for blanks and %XX for bytes (RFC 3986, 2.1); what is no such code stays."""
    head, *rest = text.replace("+", " ").split("%")
    data = head.encode("latin-1")
    for part in rest:
        code = part[:2]
        is_code = len(code) == 2 and all(digit in _HEX for digit in code)  # noqa: PLR2004 - digits
        data += bytes.fromhex(code) if is_code else f"%{code}".encode("latin-1")
        data += part[2:].encode("latin-1")
    return data.decode(errors="replace")
