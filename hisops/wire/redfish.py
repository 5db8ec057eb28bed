"""Redfish: resources of a management controller over HTTP (DMTF DSP0266), read one after the other.

A connection is kept where the controller allows it: a handshake costs a slow BMC most of the time.
A resource that is missing is an absence (None): no two vendors have the same ones.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.wire.http import Reply, dial, exchange
from hisops.wire.http_message import basic
from hisops.wire.tls import Tls
from hisops.wire.url import Url, parse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hisops.core.net import Net, Stream

ROOT = "/redfish/v1/"
SESSIONS = "/redfish/v1/SessionService/Sessions"
MOST_REQUESTS = 150
_MOST_MEMBERS = 32
_MOST_BYTES = 2_000_000
_ABSENT = (404, 405, 501)
_REFUSED = (401, 403)


class Status(msgspec.Struct, frozen=True, rename="pascal"):
    """State and health of a part."""

    state: str | None = None
    health: str | None = None


class Resource(msgspec.Struct, frozen=True, rename="pascal"):
    """The fields of all resources that are read here; a link is a resource with nothing but its id."""

    odata_id: str = msgspec.field(name="@odata.id", default="")
    members: tuple[Resource, ...] | None = None
    count: int | None = msgspec.field(name="Members@odata.count", default=None)
    id: str | None = None
    name: str | None = None
    device_name: str | None = None
    status: Status | None = None
    power_state: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    bios_version: str | None = None
    firmware_version: str | None = None
    physical_context: str | None = None
    reading: float | None = None
    reading_units: str | None = None
    reading_celsius: float | None = None
    reading_volts: float | None = None
    power_consumed_watts: float | None = None
    power_watts: Resource | None = None
    speed_percent: Resource | None = None
    temperatures: tuple[Resource, ...] | None = None
    fans: tuple[Resource, ...] | Resource | None = None
    voltages: tuple[Resource, ...] | None = None
    power_control: tuple[Resource, ...] | None = None
    power_supplies: tuple[Resource, ...] | Resource | None = None
    temperature_readings_celsius: tuple[Resource, ...] | None = None
    thermal: Resource | None = None
    power: Resource | None = None
    thermal_subsystem: Resource | None = None
    thermal_metrics: Resource | None = None
    power_subsystem: Resource | None = None
    environment_metrics: Resource | None = None
    log_services: Resource | None = None
    entries: Resource | None = None
    systems: Resource | None = None
    chassis: Resource | None = None
    managers: Resource | None = None
    processor_summary: Resource | None = None
    memory_summary: Resource | None = None


class Client:
    """One controller; `close` ends the connection, `log_out` the session."""

    def __init__(self, net: Net, url: str, tls: Tls) -> None:
        self._net = net
        self._at = parse(url)
        self._tls = tls
        self._stream: Stream | None = None
        self._headers = {"Accept": "application/json", "OData-Version": "4.0"}
        self._session = ""
        self._requests = 0

    def use_password(self, user: str, password: str) -> None:
        """Send user and password with each request."""
        self._headers["Authorization"] = basic(user, password)

    async def log_in(self, user: str, password: str) -> None:
        """Open a session; raises OpsError when the controller refuses."""
        body = msgspec.json.encode({"UserName": user, "Password": password})
        reply = await self._send(SESSIONS, "POST", body)
        token = reply.headers.get("x-auth-token", "")
        if not reply.is_ok or not token:
            raise _refused(reply.status)
        self._headers["X-Auth-Token"] = token
        self._session = self._at.join(reply.headers.get("location", "")).target

    async def log_out(self) -> None:
        """End the session: controllers know only a few at a time."""
        path, self._session = self._session, ""
        if path.startswith("/redfish/"):
            with suppress(OpsError, OSError, ValueError):  # it ends by itself after a while
                await self._send(path, "DELETE")

    async def read(self, link: Resource | str | None) -> Resource | None:
        """The resource behind a link; None when there is none. Raises ValueError for nonsense."""
        path = link.odata_id if isinstance(link, Resource) else link
        if not path:
            return None
        if not path.startswith("/redfish/"):
            raise ValueError(f"a link that leaves Redfish: {path[:80]!r}")
        reply = await self._send(path)
        if reply.status in _ABSENT:
            return None
        if reply.status in _REFUSED:
            raise _refused(reply.status)
        if not reply.is_ok:
            raise OpsError(f"{path[:80]}: answered {reply.status}", code=Exit.FAILED)
        try:
            return msgspec.json.decode(reply.body, type=Resource, strict=False)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError(f"{path[:80]}: {error}") from None

    async def each(self, link: Resource | None) -> AsyncIterator[Resource]:
        """Members of a collection, at most 32."""
        collection = await self.read(link)
        for member in ((collection.members if collection else None) or ())[:_MOST_MEMBERS]:
            found = await self.read(member)
            if found is not None:
                yield found

    def close(self) -> None:
        """End the connection."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    async def _send(self, path: str, method: str = "GET", body: bytes = b"") -> Reply:
        self._requests += 1
        if self._requests > MOST_REQUESTS:
            raise ValueError(f"more than {MOST_REQUESTS} resources")
        at = self._at._replace(target=path)
        kept = self._stream is not None
        try:
            return await self._exchange(at, method, body)
        except (OSError, ValueError):
            self.close()
            if not kept:
                raise
        return await self._exchange(at, method, body)  # a kept connection had ended meanwhile

    async def _exchange(self, at: Url, method: str, body: bytes) -> Reply:
        if self._stream is None:
            self._stream, _ = await dial(self._net, at, self._tls)
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        reply = await exchange(
            self._net,
            self._stream,
            at,
            method=method,
            headers=headers,
            body=body,
            most_bytes=_MOST_BYTES,
        )
        if reply.version == "1.0" or "close" in reply.headers.get("connection", "").lower():
            self.close()
        return reply


def _refused(status: int) -> OpsError:
    fix = "see user and password of the module, and the account's rights on the controller"
    return OpsError(f"the login is refused ({status})", fix=fix, code=Exit.REFUSED)
