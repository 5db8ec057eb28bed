"""Who asks: a community of v1 and v2c, or a user of v3."""

from __future__ import annotations

from typing import Literal

from hisops.core.model import Value

Auth = Literal["", "md5", "sha", "sha224", "sha256", "sha384", "sha512"]
# aes192c and aes256c lengthen the key as Cisco does; without c as net-snmp and most others do.
Priv = Literal["", "des", "aes", "aes192", "aes256", "aes192c", "aes256c"]


class Community(Value, frozen=True, kw_only=True):
    """The word that v1 and v2c send in clear."""

    word: str = "public"
    version: Literal["1", "2c"] = "2c"

    def __repr__(self) -> str:
        return f"Community(version={self.version})"


class User(Value, frozen=True, kw_only=True):
    """A user of the user-based security model (RFC 3414)."""

    name: str
    auth: Auth = ""
    auth_password: str = ""
    priv: Priv = ""
    priv_password: str = ""
    context: str = ""

    def __repr__(self) -> str:
        return f"User({self.name!r}, auth={self.auth!r}, priv={self.priv!r})"


Credentials = Community | User
