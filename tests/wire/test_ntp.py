"""SNTP answers: offset, delay, eras, what forbids to follow."""

import struct

import pytest

from hisops.wire import ntp

COOKIE = b"12345678"


def stamp(seconds: float) -> int:
    return int((seconds + 2_208_988_800) * 2**32) % 2**64


def packet(arrived: float, left: float, *, mark: int = 0x24, stratum: int = 2) -> bytes:
    head = struct.pack(">BBbbII4s", mark, stratum, 6, -20, 65536, 32768, bytes((192, 0, 2, 1)))
    return head + struct.pack(">Q8sQQ", stamp(left - 10), COOKIE, stamp(arrived), stamp(left))


def test_computes_offset_and_delay_from_four_times():
    found = ntp.parse(packet(1_800_000_002.1, 1_800_000_002.2), 1_800_000_000, 1_800_000_000.3)

    assert found.offset_seconds == pytest.approx(2.0, abs=1e-6)
    assert found.delay_seconds == pytest.approx(0.2, abs=1e-6)
    assert (found.root_delay_seconds, found.root_dispersion_seconds) == (1.0, 0.5)
    assert found.reference_age_seconds == pytest.approx(10, abs=1e-3)


def test_knows_the_era_after_2036():
    found = ntp.parse(packet(2_100_000_000, 2_100_000_000), 2_100_000_000, 2_100_000_000)

    assert found.offset_seconds == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, ""),
        ({"mark": 0xE4}, "it is not synchronised itself"),
        ({"stratum": 16}, "it is not synchronised itself"),
        ({"stratum": 1}, ""),
    ],
)
def test_says_why_a_server_must_not_be_followed(options, problem):
    assert ntp.parse(packet(1.8e9, 1.8e9, **options), 1.8e9, 1.8e9).problem == problem


@pytest.mark.parametrize(
    ("data", "is_mine"),
    [
        (packet(1, 1), True),
        (packet(1, 1)[:47], False),
        (packet(1, 1, mark=0x23), False),
        (packet(1, 1).replace(COOKIE, b"abcdefgh"), False),
    ],
)
def test_takes_only_the_answer_to_its_own_question(data, is_mine):
    assert ntp.accepts(COOKIE, data) is is_mine


def test_refuses_what_is_cut_off():
    with pytest.raises(ValueError, match="cut off"):
        ntp.parse(b"\x24" * 40, 0, 0)
