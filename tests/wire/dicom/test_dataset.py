"""Data sets as bytes, and bytes that are none."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hisops.wire.dicom import dataset
from hisops.wire.dicom.dataset import DEPTH, decode, encode, string, text, uid

# wlmscpfs 3.6.7 (Debian 12): one item of its answer, from a worklist file of our own.
ANSWER = bytes.fromhex(
    "080050000a000000 4849534f505330303031"
    "100020000e000000 4849534f50532d43414e41525920"
    "20000d000c000000 322e32352e31323334353637"
    "400000013e000000 feff00e036000000"
    "0800600002000000 4f54 4000010006000000 43414e415259"
    "4000020008000000 3230323631313235 4000030006000000 313230303030"
)
# Constructed after PS3.5, 7.5.2: the same sequence with lengths that are not told.
UNTOLD = bytes.fromhex(
    "40000001ffffffff feff00e0ffffffff 4000010006000000 43414e415259 feff0de000000000"
    "feffdde000000000"
)


def test_a_set_survives_the_way_to_bytes_and_back():
    values = {0x00100020: text("HISOPS-CANARY"), dataset.STEPS: ({dataset.STATION: text("A")}, {})}

    assert decode(encode(values)) == values


def test_elements_stand_in_the_order_of_their_tags():
    raw = encode({0x00100020: b"b ", 0x00080050: b"a "})

    assert raw == encode({0x00080050: b"a "}) + encode({0x00100020: b"b "})


def test_padding_follows_the_kind_of_a_value():
    assert (text("abc"), uid("1.2")) == (b"abc ", b"1.2\0")


def test_items_of_undefined_length_are_read():
    found = decode(UNTOLD + encode({dataset.PIXELS: b"xy"}))

    assert string(found[dataset.STEPS][0], dataset.STATION) == "CANARY"
    assert found[dataset.PIXELS] == b"xy"


def test_an_item_of_a_real_worklist_is_read():
    found = decode(ANSWER)

    assert string(found, dataset.ACCESSION) == "HISOPS0001"
    assert string(found, dataset.STUDY) == "2.25.1234567"
    assert string(found[dataset.STEPS][0], dataset.STATION) == "CANARY"


def test_an_empty_value_of_a_sequence_is_no_sequence_of_items():
    assert decode(encode({dataset.STEPS: ()})) == {dataset.STEPS: b""}


@pytest.mark.parametrize("cut", range(1, len(ANSWER)))
def test_a_set_that_was_cut_is_refused_or_ends_between_elements(cut):
    with contextlib.suppress(ValueError):
        assert set(decode(ANSWER[:cut])) <= set(decode(ANSWER))


@pytest.mark.parametrize("tag", ["feffdde0", "feff0de0"])
def test_a_stray_delimiter_is_refused(tag):
    with pytest.raises(ValueError, match="data set"):
        decode(bytes.fromhex(tag) + b"\1\0\0\0" + ANSWER)


def test_an_element_that_is_longer_than_its_set_is_refused():
    with pytest.raises(ValueError, match="longer"):
        decode(bytes.fromhex("08005000 ff000000 41"))


def test_a_set_nested_too_deep_is_refused():
    raw = b""
    for _ in range(DEPTH + 2):
        raw = encode({dataset.STEPS: ({},)})[:8] + b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + raw
        raw = raw[:4] + b"\xff\xff\xff\xff" + raw[8:]

    with pytest.raises(ValueError, match="levels"):
        decode(raw)


@given(some.binary(max_size=400))
def test_garbage_is_a_set_or_a_value_error(data):
    with contextlib.suppress(ValueError):
        assert isinstance(decode(data), dict)


def test_texts_of_other_characters_do_not_end_a_probe():
    assert string({dataset.PATIENT_ID: "张".encode("gb18030")}, dataset.PATIENT_ID)
