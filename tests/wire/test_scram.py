"""The log-in by SCRAM: the example of RFC 7677, and servers that must not be believed."""

import pytest

from hisops.wire.scram import Scram

_NONCE = "rOprNGfwEbeRWgbNEkqO"
_CHALLENGE = (
    b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
)
_VERDICT = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def _started():
    scram = Scram("user", "pencil", _NONCE)
    assert scram.first() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    return scram


def test_says_what_the_example_of_the_standard_says():
    scram = _started()

    answer = scram.final(_CHALLENGE)
    scram.verify(_VERDICT)

    assert answer == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )


def test_believes_no_server_that_does_not_know_the_password():
    scram = _started()
    scram.final(_CHALLENGE)

    with pytest.raises(ValueError, match="cannot prove"):
        scram.verify(b"v=" + b"A" * 43 + b"=")


def test_believes_no_verdict_before_the_challenge():
    with pytest.raises(ValueError, match="cannot prove"):
        _started().verify(b"v=")


@pytest.mark.parametrize(
    "challenge",
    [
        _CHALLENGE.replace(b"r=rOp", b"r=xOp"),
        b"r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        _CHALLENGE.replace(b"i=4096", b"i=2147483647"),
        _CHALLENGE.replace(b"i=4096", b"i=0"),
        _CHALLENGE.replace(b"s=W22", b"s=\xff"),
        b"",
    ],
)
def test_answers_no_challenge_that_is_replayed_costly_or_garbled(challenge):
    with pytest.raises(ValueError, match=r"\w"):
        _started().final(challenge)
