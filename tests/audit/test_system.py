"""A host's own texts."""

import pytest

from hisops.audit.system import flavour, parse_listeners, parse_os_release, parse_passwd
from tests.audit.sample import DEBIAN


def test_reads_the_system_with_and_without_quotes():
    release = parse_os_release(DEBIAN)

    assert (release.id, release.version) == ("debian", "12")
    assert release.shown == "Debian GNU/Linux 12 (bookworm)"


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("6.1.0-37-amd64", "amd64"),
        ("6.1.0-37-cloud-amd64", "cloud-amd64"),
        ("6.1.0-0.deb11.7-rt-amd64", "rt-amd64"),
        ("6.12.48+deb13-amd64", "amd64"),
        ("5.15.0-101-generic", "generic"),
        ("5.10.0-60.18.0.50.oe2203.x86_64", ""),
    ],
)
def test_the_flavour_of_a_kernel_is_what_follows_its_numbers(release, expected):
    assert flavour(release) == expected


@pytest.mark.parametrize(
    ("row", "address", "is_loopback"),
    [
        ("0100007F:0016", "127.0.0.1", True),
        ("0A01A8C0:0016", "192.168.1.10", False),
        ("00000000000000000000000001000000:0016", "::1", True),
        ("0000000000000000FFFF00000100007F:0016", "::ffff:7f00:1", True),
    ],
)
def test_reads_addresses_in_the_order_of_the_hosts_bytes(row, address, is_loopback):
    (listener,) = parse_listeners([row])

    assert (listener.address, listener.port, listener.is_loopback) == (address, 22, is_loopback)


def test_a_line_that_is_no_account_is_an_error():
    with pytest.raises(IndexError):
        parse_passwd("root\n")
