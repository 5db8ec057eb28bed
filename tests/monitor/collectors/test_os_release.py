"""Name and version of the system."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor.collectors.os_release import OsRelease, parse

# Debian 12, /etc/os-release
DEBIAN = """\
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
ID=debian
HOME_URL="https://www.debian.org/"
"""


def test_takes_names_without_their_quotes():
    info, version = parse(DEBIAN).samples()

    assert dict(info.labels)["pretty_name"] == "Debian GNU/Linux 12 (bookworm)"
    assert dict(info.labels)["build_id"] == ""
    assert version.value == 12


def test_a_version_that_is_no_number_has_no_series():
    assert len(parse("ID=arch\nVERSION_ID=rolling\n").samples()) == 1


def test_takes_the_second_file_when_the_first_is_missing(machine):
    machine.files["/usr/lib/os-release"] = "ID=other\n"

    (sample,) = OsRelease().read(machine).samples()

    assert dict(sample.labels)["id"] == "other"


def test_reads_a_changed_file_again(machine):
    unit = OsRelease()
    machine.files["/etc/os-release"] = "ID=debian\n"
    unit.read(machine)
    machine.files["/etc/os-release"] = "ID=ubuntu\n"
    machine.clock += 1

    (sample,) = unit.read(machine).samples()

    assert dict(sample.labels)["id"] == "ubuntu"


def test_fails_without_any_file(machine):
    with pytest.raises(OpsError):
        OsRelease().read(machine)
