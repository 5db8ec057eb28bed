"""The frame around HL7 messages."""

import pytest

from hisops.wire import mllp
from tests.wire.canned import Canned, finish


def test_a_message_is_framed_and_the_answer_is_not():
    stream = Canned(b"\x0bMSH|...\x1c\r")

    answer = finish(mllp.exchange(stream, b"MSH|^"))

    assert (stream.sent, answer) == (b"\x0bMSH|^\x1c\r", b"MSH|...")


@pytest.mark.parametrize("says", [b"MSH|no frame\x1c\r", b"\x0bno end", b"\x0b" + b"x" * 70000])
def test_a_broken_or_endless_frame_is_refused(says):
    with pytest.raises(ValueError, match=r"\w"):
        finish(mllp.exchange(Canned(says), b"MSH|^"))
