"""HL7 v2: messages that are made, acknowledgements that are read."""

import contextlib
from datetime import UTC, datetime

import hl7 as other
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hisops.wire import hl7
from hisops.wire.hl7 import Parties

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def answered(*segments: str) -> hl7.Acknowledgement:
    return hl7.acknowledgement(hl7.join(segments))


def test_a_header_is_marked_as_training_and_read_by_another_library():
    row = hl7.header("NMD^N02", "H1", NOW, Parties("HISOPS", "", "ENGINE", "H|1"))

    message = other.parse(hl7.join([row, "NCK|20261125083000"]).decode())

    assert str(message["MSH"][0][11]) == "T"
    assert str(message["MSH"][0][10]) == "H1"
    assert message.unescape(str(message["MSH"][0][6])) == "H|1"


def test_an_acknowledgement_gives_code_id_text_and_clock():
    found = answered("MSH|^~\\&|E|F|HISOPS||20261125083000+0000||ACK|9|T|2.5", "MSA|AE|H1|no room")

    assert found == ("AE", "H1", "no room", NOW.timestamp())


def test_the_text_of_an_error_segment_is_told_where_msa_has_none():
    found = answered("MSH|^~\\&|E", "MSA|AR|H1", "ERR|||207^x|E||||unknown order")

    assert found.text == "unknown order"


def test_an_acknowledgement_between_line_feeds_is_read():
    assert hl7.acknowledgement(b"MSH|^~\\&|E\nMSA|AA|H1\n").code == "AA"


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 400", b"MSH", b"MSH|^~\\&|E\rPID|1", b"\xff" * 99])
def test_what_is_no_acknowledgement_is_refused(raw):
    with pytest.raises(ValueError, match="the answer"):
        hl7.acknowledgement(raw)


@pytest.mark.parametrize(
    ("stamp", "then"),
    [
        ("20261125083000.123+0000", NOW),
        ("20261125163000+0800", NOW),
        ("202611250330-0500", NOW),
        ("20261125+0000", NOW.replace(hour=0, minute=0)),
    ],
)
def test_time_stamps_are_read_with_their_offset(stamp, then):
    assert hl7.seconds(stamp) == then.timestamp()


def test_a_time_stamp_without_offset_is_local():
    then = datetime(2026, 11, 25, 8, 30).astimezone()

    assert hl7.seconds("202611250830") == then.timestamp()


@pytest.mark.parametrize("stamp", ["", "today", "20261399", "2026112508300", "20261125+9"])
def test_what_is_no_time_stamp_is_none(stamp):
    assert hl7.seconds(stamp) is None


@given(some.binary(max_size=300))
def test_garbage_is_an_acknowledgement_or_a_value_error(raw):
    with contextlib.suppress(ValueError):
        assert isinstance(hl7.acknowledgement(b"MSH|" + raw).code, str)
