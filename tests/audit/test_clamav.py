"""ClamAV's texts."""

from datetime import UTC, datetime

import pytest

from hisops.audit.clamav import engine, loaded, parse_header
from hisops.audit.facts import Database

# ClamAV 1.4.6: a database built by sigtool, and the form of a signed one
OWN = (
    "ClamAV-VDB:24 Nov 2026 02-58 +0000:27001:1:90:1885244c66546f361d24fb1accecfff8:X:x:1795489114"
)
SIGNED = "ClamAV-VDB:22 Nov 2026 23-27 +0000:27001:2:90:md5:signature:builder:1795390034"
OLD = "ClamAV-VDB:22 Nov 2026 19-27 -0400:27001:2:90:md5:signature:builder"


def database(header: str) -> Database:
    return Database(name="daily.cvd", header=header, size_bytes=1, modified=0.0)


@pytest.mark.parametrize(
    ("header", "built"),
    [
        (OWN, datetime(2026, 11, 24, 2, 58, 34, tzinfo=UTC)),
        (SIGNED, datetime(2026, 11, 22, 23, 27, 14, tzinfo=UTC)),
        (OLD, datetime(2026, 11, 22, 23, 27, tzinfo=UTC)),
    ],
)
def test_reads_when_a_database_was_built(header, built):
    read = parse_header(database(header))

    assert read is not None
    assert (read.version, read.built) == (27001, built)


@pytest.mark.parametrize("header", ["", "gzip", "ClamAV-VDB:x", OWN.replace("27001", "many")])
def test_another_text_is_no_header(header):
    assert parse_header(database(header)) is None


def test_reads_engine_and_definitions_of_a_daemon():
    answer = "ClamAV 1.4.6/27001/Tue Nov 24 02:58:34 2026"

    assert (engine(answer), loaded(answer)) == ("1.4.6", 27001)
    assert (engine("ClamAV 1.4.6"), loaded("ClamAV 1.4.6")) == ("1.4.6", None)
    assert engine("no such program") == ""
