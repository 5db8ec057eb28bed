"""Messages of D-Bus as the specification lays them out, and what a broken bus might send."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisops.core.machine import Call
from hisops.wire import dbus


def message(signature: str, body: bytes, *, serial: int = 7, error: str = "") -> bytes:
    """A reply as the specification lays it out."""
    rows = b"\5\1u\0" + struct.pack("=I", serial)
    rows += b"\10\1g\0" + bytes([len(signature)]) + signature.encode() + b"\0"
    if error:
        rows += b"\0" * (-len(rows) % 8)
        rows += b"\4\1s\0" + struct.pack("=I", len(error)) + error.encode() + b"\0"
    kind = 3 if error else 2
    head = struct.pack("=cBBBIII", b"l", kind, 1, 1, len(body), 99, len(rows))
    return head + rows + b"\0" * (-len(rows) % 8) + body


def text(value: str) -> bytes:
    return struct.pack("=I", len(value)) + value.encode() + b"\0"


def test_a_call_and_its_answer_understand_each_other():
    call = Call("/a", "b.c", "Get", ("word", ("one", "three"), "end"))

    data = dbus.encode(call, 5, "org.x")
    head, body = data[: -struct.unpack_from("=I", data, 4)[0]], data[-data[4] :]

    assert dbus.size(data[:16]) == len(data)
    assert (len(head) % 8, data[8]) == (0, 5)
    values = dbus.decode(message("sass", body)).values
    assert values == ("word", ["one", "three"], "end")


def test_numbers_stand_at_their_own_borders():
    body = b"\x01" + b"\0" * 7 + struct.pack("=Q", 2**63) + b"\0\0\0\0"
    assert dbus.decode(message("ytb", body)).values == (1, 2**63, False)


def test_a_list_of_structures_in_a_variant():
    row = text("ab") + b"\0" + struct.pack("=I", 4)
    body = b"\5a(su)\0\0" + struct.pack("=I", len(row)) + b"\0" * 4 + row

    assert dbus.decode(message("v", body)).values == ([("ab", 4)],)


def test_an_error_is_told_by_its_name():
    reply = dbus.decode(message("s", text("no"), error="org.x.Error"))

    assert (reply.serial, reply.error, reply.values) == (7, "org.x.Error", ("no",))


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n",
        struct.pack("=cBBBIII", b"l", 2, 1, 2, 0, 1, 0),
        struct.pack("=cBBBIII", b"B", 2, 1, 1, 0, 1, 0),
        struct.pack("=cBBBIII", b"l", 2, 1, 1, 2**31, 1, 0),
    ],
)
def test_refuses_what_is_no_message_or_too_long(head):
    with pytest.raises(ValueError, match=r"no message|too long"):
        dbus.size(head)


@pytest.mark.parametrize(
    ("signature", "body"),
    [
        ("s", b"\xff\xff\xff\x7fabc\0"),
        ("as", struct.pack("=I", 4000) + b"abc"),
        ("(s", text("x")),
        ("k", b"\0"),
        ("a()", struct.pack("=I", 8) + b"\0" * 12),
        ("a" * 40 + "s", b"\0" * 8),
        ("v", b"\0"),
        ("v", b"\1v\0" * 5000),
        ("s", struct.pack("=I", 2) + b"\xff\xfe\0"),
    ],
)
def test_a_damaged_message_is_one_kind_of_error(signature, body):
    with pytest.raises(ValueError, match=r"."):
        dbus.decode(message(signature, body))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(data):
    whole = message("a(sv)", data)
    for cut in (whole, whole[: len(whole) // 2], whole[:16] + data):
        try:
            dbus.decode(cut)
        except ValueError:
            continue
