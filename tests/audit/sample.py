"""Facts for tests: those of a real Debian 12 host, trimmed."""

from datetime import UTC, datetime

from hisops.audit.facts import (
    Facts,
    Gap,
    Group,
    Index,
    IndexFile,
    Offer,
    Package,
    Packages,
    ReleaseFile,
    System,
    Upgrade,
)
from hisops.audit.finding import Reason

AT = datetime(2026, 11, 24, 2, 44, tzinfo=UTC)

# /etc/os-release of Debian 12.11
DEBIAN = (
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\n'
    'VERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n'
)
# Head of bookworm-security's InRelease, read on 2026-11-24
SECURITY = """Origin: Debian
Label: Debian-Security
Suite: oldstable-security
Version: 12
Codename: bookworm-security
Date: Sat, 21 Nov 2026 00:53:02 UTC
Valid-Until: Sat, 28 Nov 2026 00:53:02 UTC
Acquire-By-Hash: yes
"""
# Head of bookworm's InRelease, Debian 12.15
MAIN = """Origin: Debian
Label: Debian
Suite: oldstable
Version: 12.15
Codename: bookworm
Date: Sat, 11 Jul 2026 10:16:37 UTC
"""
# apt 2.6.1: apt-get -s -q dist-upgrade, lines of four packages
SIMULATION = """Reading package lists...
Building dependency tree...
Calculating upgrade...
The following packages will be upgraded:
  bash openssl python3-jwt zip
4 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
Inst bash [5.2.15-2+b8] (5.2.15-2+b13 Debian:12.15/oldstable [amd64])
Inst openssl [3.0.19-1~deb12u2] (3.0.22-1~deb12u2 Debian-Security:12/oldstable-security [amd64])
Inst python3-jwt [2.6.0-1] (2.6.0-1+deb12u1 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [all])
Inst zip [3.0-13] (3.0-13+deb12u1 Debian-Security:12/oldstable-security [amd64])
"""
CURRENT = (
    "Reading package lists...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"
)


def facts(*groups: Group, at: datetime = AT, gaps: dict[str, Reason] | None = None) -> Facts:
    """Facts that hold these groups, and gaps with these reasons."""
    return Facts(
        host="his-01",
        collected_at=at,
        groups={group.tag: group for group in groups},
        gaps={t: Gap(reason=r, detail=f"{t}: not there") for t, r in (gaps or {}).items()},
        costs={},
    )


def system(**fields: object) -> System:
    """A Debian 12 host on metal."""
    known = {
        "os_release": DEBIAN,
        "release": "6.1.0-37-amd64",
        "version": "#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)",
        "machine": "x86_64",
        "euid": 0,
        "container": "",
    }
    return System(**known | fields)


def packages(*rows: str) -> Packages:
    """Installed packages, each `name version`, or `name version hold`; dpkg is always there."""
    split = [(*row.split(), "install")[:3] for row in ("dpkg 1.21.22", *rows)]
    return Packages(rows=tuple(Package(n, "amd64", v, want, "") for n, v, want in split))


def index(*offers: str, security: str = SECURITY, size: int = 9) -> Index:
    """Indexes of two archives; each offer is `archive name version`."""
    split = [offer.split() for offer in offers]
    heads = {"main": MAIN, "security": security}
    return Index(
        releases={name: ReleaseFile(head=head, modified=0.0) for name, head in heads.items()},
        files=tuple(
            IndexFile(
                file=f"{name}_Packages",
                release=name,
                size_bytes=size,
                promised_bytes=9,
                offers=tuple(Offer(n, "amd64", v) for archive, n, v in split if archive == name),
            )
            for name in heads
        ),
    )


def upgrade(out: str = CURRENT, code: int = 0, err: str = "") -> Upgrade:
    """apt's own answer."""
    return Upgrade(code=code, out=out, err=err, preferences=("/etc/apt/preferences.d/pin",))
