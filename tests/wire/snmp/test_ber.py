"""BER of SNMP: what is encoded is read again, what is malformed is a ValueError."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisops.wire.snmp import ber, pdu

ARCS = st.tuples(st.integers(0, 39), st.lists(st.integers(0, 2**32 - 1), max_size=12))


@given(st.integers(-(2**63), 2**64 - 1))
def test_a_number_is_read_as_it_was_written(number):
    assert ber.take_integer(ber.integer(number), 0)[0] == number


@given(ARCS)
def test_an_identifier_is_read_as_it_was_written(arcs):
    text = ".".join(map(str, (1, arcs[0], *arcs[1])))

    assert ber.oid_text(ber.oid_content(text)) == text


@given(st.binary(max_size=300))
def test_an_element_is_read_as_it_was_written(content):
    tag, begin, end = ber.element(ber.tlv(ber.OCTETS, content), 0)

    assert (tag, begin + len(content)) == (ber.OCTETS, end)


@given(st.binary(max_size=80))
def test_garbage_raises_nothing_but_value_error(garbage):
    with contextlib.suppress(ValueError):
        pdu.parse(garbage).bindings()
    with contextlib.suppress(ValueError):
        ber.bindings(garbage, 0, len(garbage))


def test_an_answer_that_is_cut_anywhere_is_refused():
    variable = ber.tlv(0x30, b"\x06\x02\x2b\x06" + ber.integer(300))
    whole = ber.tlv(pdu.RESPONSE, ber.integer(1) * 3 + ber.tlv(0x30, variable))

    for size in range(len(whole)):
        with pytest.raises(ValueError, match=r"."):
            pdu.parse(whole[:size]).bindings()


def test_a_counter_without_leading_zero_is_not_negative():
    assert ber.value(ber.COUNTER, b"\xff\xff\xff\xff") == 2**32 - 1


def test_a_float_inside_opaque_is_a_number():
    assert ber.value(ber.OPAQUE, b"\x9f\x78\x04\x42\x28\x00\x00") == 42.0


def test_what_the_agent_does_not_have_is_none():
    assert [ber.value(tag, b"") for tag in (0x05, 0x80, 0x81, 0x82)] == [None] * 4


def test_an_index_beyond_32_bits_is_refused():
    with pytest.raises(ValueError, match="too large"):
        ber.index_arcs(b"\x90\x80\x80\x80\x00")
