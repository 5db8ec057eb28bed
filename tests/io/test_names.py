"""Names and addresses: one spelling, one question for all who ask the same."""

import pytest

from hisops.core.errors import OpsError
from hisops.io import names
from hisops.io.names import Names, normal


@pytest.fixture
def asked(monkeypatch):
    """Names that the system was asked for; `ward` is the only one it knows."""
    found = []

    def look_up(host):
        found.append(host)
        if host != "ward":
            raise OSError(-2, "Name or service not known")
        return "10.20.0.7"

    monkeypatch.setattr(names, "_look_up", look_up)
    return found


def test_who_asks_for_the_same_name_waits_for_one_answer(loop, asked):
    known = Names(loop)
    works = [known.resolve("ward") for _ in range(100)]

    assert loop.run(loop.gather(works, limit=100)) == ["10.20.0.7"] * 100
    assert loop.run(known.resolve("ward")) == "10.20.0.7"
    assert asked == ["ward"]


def test_a_hundred_names_are_all_asked_for(loop, asked):
    known = Names(loop)

    async def cause(host):
        try:
            return await known.resolve(host)
        except OpsError as error:
            return error.cause

    found = loop.run(loop.gather([cause(f"bed-{n}") for n in range(100)], limit=100))

    assert found == [f"bed-{n}: Name or service not known" for n in range(100)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("2001:DB8::00a1", "2001:db8::a1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("ward", ""),
        ("10.0.0", ""),
        ("", ""),
    ],
)
def test_an_address_has_one_spelling(text, expected):
    assert normal(text) == expected


def test_another_spelling_of_an_address_answers_an_echo(loop, net):
    assert loop.run(net.ping("0:0:0:0:0:0:0:1", timeout=5)) is not None
