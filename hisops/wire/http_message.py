"""HTTP/1.1 messages as bytes and values (RFC 9112); everything received is bounded."""

from __future__ import annotations

import re
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD_BYTES = 65536
_MOST_HEADERS = 256
_STATUS = re.compile(r"HTTP/(\d(?:\.\d)?) (\d{3})(?: .*)?")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_GZIP = 47  # zlib: largest window, gzip or zlib header, whichever is there


class Head(NamedTuple):
    """Status line and headers of an answer; names are lower case, repeated ones joined by commas."""

    version: str
    status: int
    headers: Mapping[str, str]

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks; then a length does not count (RFC 9112, 6.3)."""
        words = self.headers.get("transfer-encoding", "").lower()
        return words.rpartition(",")[2].strip() == "chunked"

    @property
    def length(self) -> int | None:
        """The body's length; None when it ends with the connection. Raises ValueError."""
        text = self.headers.get("content-length")
        if text is None:
            return None
        first, *rest = (part.strip() for part in text.split(","))
        if not (first.isascii() and first.isdigit()) or any(part != first for part in rest):
            raise ValueError(f"content-length is {text[:40]!r}")
        return int(first[:20])


def render(
    method: str, authority: str, target: str, headers: Mapping[str, str], body: bytes
) -> bytes:
    """A request; raises OpsError for a method or header that would break out of its line."""
    lines = [f"{method} {target} HTTP/1.1"]
    names = {name.lower() for name in headers}
    if "host" not in names:
        lines.append(f"Host: {authority}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if (body or method in ("POST", "PUT", "PATCH")) and "content-length" not in names:
        lines.append(f"Content-Length: {len(body)}")
    fits = all(map(_TOKEN.fullmatch, (method, *headers)))
    if not fits or not all(map(_VALUE.fullmatch, headers.values())):
        raise OpsError("a method or header holds characters that HTTP forbids", code=Exit.USAGE)
    return "\r\n".join((*lines, "", "")).encode("latin-1", "replace") + body


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def parse_head(data: bytes) -> Head:
    """The head of an answer with or without its empty line; raises ValueError."""
    first, *lines = data.decode("latin-1").rstrip("\r\n").split("\r\n")
    match = _STATUS.fullmatch(first)
    if match is None:
        raise ValueError(f"not HTTP: {first[:60]!r}")
    if len(lines) > _MOST_HEADERS:
        raise ValueError(f"more than {_MOST_HEADERS} header lines")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise ValueError(f"not a header: {line[:60]!r}")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Head(match[1], int(match[2]), headers)


def chunk_size(line: bytes) -> int:
    """The size in front of a chunk (RFC 9112, 7.1); raises ValueError."""
    digits = line.partition(b";")[0].strip()
    if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", digits):
        raise ValueError(f"not the size of a chunk: {line[:20]!r}")
    return int(digits, 16)


def decode(body: bytes, coding: str, most_bytes: int) -> bytes:
    """A body without its content coding; raises ValueError when it is broken or unpacks too large."""
    if coding.lower() not in ("gzip", "x-gzip", "deflate") or not body:
        return body
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, most_bytes + 1)
    except zlib.error:
        raise ValueError(f"the body is not {coding[:20]}") from None
    if len(plain) > most_bytes:
        raise ValueError(f"the body unpacks to more than {most_bytes} bytes")
    if not unpacker.eof:
        raise ValueError(f"the {coding[:20]} body ends before its end")
    return plain
