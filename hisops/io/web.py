"""One HTTP request, without redirects, proxies or cookies."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Reply
from hisops.io.connection import connect
from hisops.io.deadline import bounded

_LARGEST_BYTES = 64 * 1024 * 1024


def fetch(method: str, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Reply:
    """See core.io.Io.http."""
    try:
        connection, target = _open(url, timeout)
        try:
            sockets: list[socket.socket] = []  # kept: the connection forgets it after the headers
            with bounded(timeout, lambda: sockets[0] if sockets else None) as check:
                connection.connect()
                sockets.append(connection.sock)
                check()
                connection.request(method, target, body or None, dict(headers))
                with connection.getresponse() as answer:
                    has_length = answer.length is not None
                    reply = _reply(answer)
                if not has_length:  # then our own cut looks like the end of a complete answer
                    check()
                return reply
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        cause = f"{_place(url)}: no answer: {_reason(error)}"
        raise OpsError(cause, code=Exit.UNREACHABLE) from None


def _open(url: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an address")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "http":
        found = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    else:
        context = ssl.create_default_context()
        found = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=timeout, context=context
        )
    found._create_connection = _dial  # type: ignore[attr-defined]  # the module's own hook
    return found, target


def _dial(address: tuple[str, int], timeout: float, _source: object) -> socket.socket:
    return connect(*address, timeout)


def _place(url: str) -> str:
    """Scheme, host and port: users, paths and queries of web hooks hold secrets."""
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return "the URL"
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}" if parts.scheme in ("http", "https") else "the URL"


def _reason(error: Exception) -> str:
    """What went wrong; the texts of malformed URLs and headers would repeat them."""
    if isinstance(error, ValueError | http.client.InvalidURL) and not isinstance(error, OSError):
        return "not a valid http:// or https:// URL, or not a valid header"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(text.split())


def _reply(answer: http.client.HTTPResponse) -> Reply:
    headers = {key.lower(): value for key, value in answer.getheaders()}
    return Reply(answer.status, headers, _body(answer))


def _body(answer: http.client.HTTPResponse) -> bytes:
    """The whole body; raises HTTPException when it is half, or larger than anything we ask for."""
    if answer.length is None:
        body = answer.read(_LARGEST_BYTES + 1)
    else:  # only without a limit does read() notice that the end is missing
        body = b"" if answer.length > _LARGEST_BYTES else answer.read()
    if len(body) > _LARGEST_BYTES or (answer.length or 0) > _LARGEST_BYTES:
        raise http.client.HTTPException(f"the answer has more than {_LARGEST_BYTES} bytes")
    return body
