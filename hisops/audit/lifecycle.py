"""Until when a release of an operating system gets security fixes.

Dates of Debian and Ubuntu: package distro-info-data 0.58+deb12u6 (debian.csv, ubuntu.csv), read on
2026-11-24. `extended` is what its publisher offers to everybody (Debian LTS); paid extensions do
not count. A release without a row is unknown, never supported.
"""

from datetime import date
from typing import NamedTuple


class Support(NamedTuple):
    """End of full support, and of what follows it."""

    ends: date
    extended: date


def _row(ends: str, extended: str = "") -> Support:
    return Support(date.fromisoformat(ends), date.fromisoformat(extended or ends))


# (ID, VERSION_ID) of os-release(5)
SUPPORT = {
    ("debian", "9"): _row("2020-07-18", "2022-06-30"),
    ("debian", "10"): _row("2022-09-10", "2024-06-30"),
    ("debian", "11"): _row("2024-08-14", "2026-08-31"),
    ("debian", "12"): _row("2026-07-11", "2028-06-30"),
    ("debian", "13"): _row("2028-08-09", "2030-06-30"),
    ("ubuntu", "18.04"): _row("2023-05-31"),
    ("ubuntu", "20.04"): _row("2025-05-29"),
    ("ubuntu", "22.04"): _row("2027-06-01"),
    ("ubuntu", "24.04"): _row("2029-05-31"),
    ("ubuntu", "25.10"): _row("2026-07-09"),
    ("ubuntu", "26.04"): _row("2031-05-29"),
}
