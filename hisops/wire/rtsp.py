"""RTSP as far as a probe of a camera or recorder needs it (RFC 2326): OPTIONS, DESCRIBE, login."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from hisops.wire.http_message import HEAD_BYTES, Head, basic, parse_head

if TYPE_CHECKING:
    from hisops.core.net import Stream

_LARGEST_BODY = 100_000
_MOST_MEDIA = 64
_UNAUTHORISED = 401
_PARAMETER = re.compile(r'(\w+)="?([^",]*)"?')


class Reply(NamedTuple):
    """Status, headers with lower-case names, and body."""

    status: int
    headers: dict[str, str]
    body: str


class Client:
    """A conversation about one stream; numbers its requests and logs in when asked to."""

    def __init__(self, stream: Stream, url: str, user: str = "", password: str = "") -> None:
        self._stream = stream
        self._url = url
        self._user, self._password = user, password
        self._number = 0
        self._challenge = ""

    async def ask(self, method: str) -> Reply:
        """The answer to a request, the second one where the first wants a login."""
        reply = await self._once(method)
        if reply.status == _UNAUTHORISED and self._user and not self._challenge:
            self._challenge = reply.headers.get("www-authenticate", "")
            reply = await self._once(method)
        return reply

    async def _once(self, method: str) -> Reply:
        self._number += 1
        lines = [f"{method} {self._url} RTSP/1.0", f"CSeq: {self._number}", "User-Agent: hisops"]
        if method == "DESCRIBE":
            lines.append("Accept: application/sdp")
        if self._challenge:
            login = authorise(self._challenge, method, self._url, self._user, self._password)
            lines.append(f"Authorization: {login}")
        await self._stream.send("\r\n".join((*lines, "", "")).encode())
        head = _head(await self._stream.until(b"\r\n\r\n", HEAD_BYTES))
        if head.headers.get("cseq", "").strip() != str(self._number):
            raise ValueError("the answer belongs to another request")
        length = head.length or 0
        if length > _LARGEST_BODY:
            raise ValueError(f"a description of {length} bytes")
        body = await self._stream.exactly(length) if length else b""
        return Reply(head.status, dict(head.headers), body.decode(errors="replace"))


def _head(data: bytes) -> Head:
    """The head, whose grammar is HTTP's (RFC 2326, 7)."""
    if not data.startswith(b"RTSP/1"):
        raise ValueError(f"not RTSP: {data[:40]!r}")
    return parse_head(b"HTTP" + data[4:])


def media(description: str) -> dict[str, int]:
    """How many streams of each kind a description offers (RFC 8866, 5.14)."""
    found: dict[str, int] = {}
    for line in description.splitlines():
        if line.startswith("m="):
            kind = line[2:].split(" ")[0][:20]
            found[kind] = found.get(kind, 0) + 1
        if len(found) > _MOST_MEDIA:
            raise ValueError(f"more than {_MOST_MEDIA} kinds of media")
    return found


def authorise(challenge: str, method: str, url: str, user: str, password: str) -> str:
    """The Authorization header for a challenge (RFC 2617, which cameras speak, or Basic)."""
    scheme, _, rest = challenge.partition(" ")
    if scheme.lower() != "digest":
        return basic(user, password)
    asked = {key.lower(): value for key, value in _PARAMETER.findall(rest)}
    realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
    proof = _md5(f"{_md5(f'{user}:{realm}:{password}')}:{nonce}:{_md5(f'{method}:{url}')}")
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{nonce}", '
        f'uri="{url}", response="{proof}"'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
