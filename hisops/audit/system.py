"""A host's own texts: os-release, kernel names, passwd, the kernel's table of sockets."""

import re
import shlex
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

from hisops.audit.facts import Package
from hisops.core.model import Value

_IMAGE = re.compile(r"linux-image-(?:unsigned-)?(\d.*)")
_BUILD = re.compile(r"\bDebian (\S+)")
_WORD_BYTES = 4


class Os(Value, frozen=True, kw_only=True):
    """ID, VERSION_ID and the name for people (os-release(5))."""

    id: str
    version: str
    shown: str


class Kernel(Value, frozen=True, kw_only=True):
    """An installed kernel: its release as uname prints it, and the version of its package."""

    release: str
    version: str


class User(Value, frozen=True, kw_only=True):
    """A line of passwd(5)."""

    name: str
    uid: int
    shell: str


class Listener(Value, frozen=True, kw_only=True):
    """An address and port that accept TCP connections."""

    address: str
    port: int
    is_loopback: bool


def parse_os_release(text: str) -> Os:
    """What the file says; empty fields where it does not."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    fields = {name: "".join(shlex.split(value)[:1]) for name, _, value in pairs}
    name = fields.get("ID", "")
    version = fields.get("VERSION_ID", "")
    shown = fields.get("PRETTY_NAME") or f"{name} {version}".strip() or "an unnamed system"
    return Os(id=name, version=version, shown=shown)


def installed_kernels(packages: Iterable[Package]) -> list[Kernel]:
    """Kernels by package; meta packages (linux-image-amd64) and debug symbols are none."""
    found = []
    for package in packages:
        image = _IMAGE.fullmatch(package.name)
        if image and not package.name.endswith("-dbg"):
            found.append(Kernel(release=image[1], version=package.version))
    return found


def flavour(release: str) -> str:
    """`amd64` of 6.1.0-37-amd64, `cloud-amd64` of 6.1.0-37-cloud-amd64."""
    parts = release.split("-")
    numbers = [place for place, part in enumerate(parts) if part[:1].isdigit()]
    return "-".join(parts[max(numbers, default=-1) + 1 :])


def running_build(version: str) -> str:
    """Package version of the running kernel as Debian writes it into uname's version; else empty."""
    found = _BUILD.search(version)
    return found[1] if found else ""


def parse_passwd(text: str) -> list[User]:
    """Accounts in the file's order; raises ValueError for a line of another form."""
    users = []
    for line in text.splitlines():
        if not line or line.startswith(("+", "-", "#")):  # NIS entries and comments
            continue
        fields = line.split(":")
        users.append(User(name=fields[0], uid=int(fields[2]), shell=fields[-1]))
    return users


def parse_listeners(rows: Iterable[str]) -> list[Listener]:
    """Addresses that /proc/net/tcp writes as hexadecimal words in the host's byte order (proc(5))."""
    return [_listener(row) for row in rows]


def _listener(row: str) -> Listener:
    words, _, port = row.partition(":")
    data = bytes.fromhex(words)
    parts = (data[i : i + _WORD_BYTES][::-1] for i in range(0, len(data), _WORD_BYTES))
    network_order = b"".join(parts)
    address: IPv4Address | IPv6Address
    address = IPv4Address(network_order) if len(data) == _WORD_BYTES else IPv6Address(network_order)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return Listener(
        address=str(address), port=int(port, 16), is_loopback=(mapped or address).is_loopback
    )
