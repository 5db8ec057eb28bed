"""The built-in inbox: mails and webhooks written whole into a folder, for a site without a mail server."""

import asyncio
import re
import threading
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.settings import Sink

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST_BYTES = 8 * 1024 * 1024
_LONGEST_LENGTH = 19  # digits; int() refuses thousands of them
_STAMP = "%Y%m%dT%H%M%S.%f"
_NAME = re.compile(r"[0-9T.]+-(mail|webhook)-[0-9a-f]+\.(eml|json)")


class Item(Value, frozen=True, kw_only=True):
    """Something that arrived."""

    name: str
    at: str
    way: str
    to: str
    subject: str


class _Posted(msgspec.Struct, frozen=True, kw_only=True):
    title: str = ""
    to: str = ""
    text: str = ""


async def serve(io: Io, folder: str, sink: Sink) -> None:
    """Listen for mail and webhooks and keep what arrives, until cancelled."""
    from aiosmtpd.smtp import SMTP

    loop, keep = asyncio.get_running_loop(), _Keeper(io, folder)
    host, port = _split(sink.mail)
    web = ThreadingHTTPServer(_split(sink.webhook), _handler(keep))
    mail = await loop.create_server(
        lambda: SMTP(_Mailbox(keep), loop=loop, hostname="localhost", ident="hisops inbox"),
        host,
        port,
    )
    threading.Thread(target=web.serve_forever, daemon=True).start()
    try:
        await mail.serve_forever()
    finally:
        web.shutdown()
        web.server_close()


def list_items(io: Io, folder: str) -> list[Item]:
    """What has arrived, oldest first."""
    return [_item(name, io.read_bytes(f"{folder}/{name}")) for name in _names(io, folder)]


def show(io: Io, folder: str, name: str) -> str:
    """One item as people read it; `last` is the newest. Raises OpsError MISSING."""
    names = _names(io, folder)
    wanted = names[-1] if name == "last" and names else name
    if wanted not in names:
        fix = "hisops inbox list shows them"
        raise OpsError(f"there is no item {name!r} in the inbox", fix=fix, code=Exit.MISSING)
    data = io.read_bytes(f"{folder}/{wanted}")
    if wanted.endswith(".json"):
        try:
            return msgspec.json.format(data, indent=2).decode()
        except msgspec.DecodeError:  # some other program's form: as it came
            return data.decode(errors="replace")
    mail = message_from_bytes(data)
    heads = [f"{key}: {_words(value)}" for key, value in mail.items()]
    return "\n".join([*heads, "", _body(mail)])


def _names(io: Io, folder: str) -> list[str]:
    return [name for name in io.names(folder) if _NAME.fullmatch(name)]


def _item(name: str, data: bytes) -> Item:
    at, way, _ = name.split("-", 2)
    if name.endswith(".json"):
        try:
            posted = msgspec.json.decode(data, type=_Posted)
        except msgspec.DecodeError:  # some other program's form
            posted = _Posted()
        return Item(name=name, at=at, way=way, to=posted.to, subject=posted.title)
    mail = message_from_bytes(data)
    to, subject = (_words(mail[head] or "") for head in ("To", "Subject"))
    return Item(name=name, at=at, way=way, to=to, subject=subject)


def _words(value: object) -> str:
    """A header as people read it, as it came when its encoding is broken.

    Not by email's own policy `default`: its parsers raise IndexError and more on broken addresses.
    """
    try:
        text = str(make_header(decode_header(str(value))))
    except (HeaderParseError, LookupError, ValueError):
        text = str(value)
    return " ".join(text.split())


def _body(mail: Message) -> str:
    """The first plain text of a mail; empty when it has none."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            data = part.get_payload(decode=True)
            text = data if isinstance(data, bytes) else b""
            try:
                return text.decode(part.get_content_charset("utf-8"), errors="replace")
            except (LookupError, ValueError):  # a charset that nobody knows
                return text.decode(errors="replace")
    return ""


class _Keeper:
    """Writes one item whole; it is on disk before the sender hears that it was taken."""

    def __init__(self, io: Io, folder: str) -> None:
        self._io, self._folder = io, folder

    def keep(self, way: str, suffix: str, data: bytes) -> str:
        """Give the name of the new item; raises OpsError when it cannot be written."""
        name = f"{self._io.now().strftime(_STAMP)}-{way}-{self._io.new_id()[:6]}.{suffix}"
        self._io.write(f"{self._folder}/{name}", data, mode=0o600)
        return name


class _Mailbox:
    """What aiosmtpd calls for each mail."""

    def __init__(self, keeper: _Keeper) -> None:
        self._keeper = keeper

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: "SMTP", _session: "Session", envelope: "Envelope"
    ) -> str:
        """Keep the mail; the answer is what the sender hears."""
        data = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            return f"250 kept as {self._keeper.keep('mail', 'eml', data)}"
        except OpsError as error:
            return f"452 {error.cause}"


def _handler(keeper: _Keeper) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length") or "0"
            if not length.isascii() or not length.isdigit():  # read(-1) would never end
                self._answer(411, {"ok": False})
                return
            size = int(length[:_LONGEST_LENGTH])
            if size > _LARGEST_BYTES:
                self._answer(413, {"ok": False})
                return
            try:
                name = keeper.keep("webhook", "json", self.rfile.read(size))
            except OpsError:
                self._answer(503, {"ok": False})
                return
            self._answer(200, {"ok": True, "id": name})

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the files tell."""

        def _answer(self, status: int, body: dict[str, object]) -> None:
            data = msgspec.json.encode(body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
