"""Traps and informs as values."""

import pytest

from hisops.wire.snmp import ber, message, pdu, trap, usm
from hisops.wire.snmp.credentials import Community, User

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
USER = User(name="ups", auth="sha", auth_password="long enough", priv="aes", priv_password="x" * 8)
OURS = [Community(word="public"), USER]


def binding(oid, value):
    return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, ber.oid_content(oid)) + value)


def body(kind, *bindings, oid=LINK_DOWN):
    named = binding("1.3.6.1.6.3.1.1.4.1.0", ber.tlv(ber.OID, ber.oid_content(oid)))
    time = binding("1.3.6.1.2.1.1.3.0", ber.integer(5, ber.TICKS))
    inner = ber.tlv(ber.SEQUENCE, time + named + b"".join(bindings))
    return ber.tlv(kind, ber.integer(77) + ber.integer(0) * 2 + inner)


def plain(inner, word=b"public", version=1):
    return ber.tlv(ber.SEQUENCE, ber.integer(version) + ber.tlv(ber.OCTETS, word) + inner)


def old(generic, specific=0, enterprise="1.3.6.1.4.1.318"):
    parts = ber.tlv(ber.OID, ber.oid_content(enterprise))
    parts += ber.tlv(ber.IP_ADDRESS, bytes((10, 0, 0, 1))) + ber.integer(generic)
    parts += ber.integer(specific) + ber.integer(5, ber.TICKS) + ber.tlv(ber.SEQUENCE, b"")
    return plain(ber.tlv(pdu.TRAP_V1, parts), version=0)


def test_a_trap_has_its_identifier_and_values():
    index = binding("1.3.6.1.2.1.2.2.1.1.7", ber.integer(7))

    found = trap.read(plain(body(pdu.TRAP, index)), OURS)

    assert found.oid == LINK_DOWN
    assert found.values["1.3.6.1.2.1.2.2.1.1.7"] == 7
    assert found.answer == b""


def test_a_trap_of_v1_has_the_identifier_of_its_successor():
    assert trap.read(old(2), OURS).oid == LINK_DOWN
    assert trap.read(old(6, 5), OURS).oid == "1.3.6.1.4.1.318.0.5"


def test_an_inform_is_answered_with_its_own_variables():
    found = trap.read(plain(body(pdu.INFORM)), OURS)

    assert found.answer == plain(body(pdu.RESPONSE))


def test_a_foreign_community_is_refused():
    with pytest.raises(trap.RefusedError):
        trap.read(plain(body(pdu.TRAP), word=b"private"), OURS)


def secure(user):
    engine = message.Engine(b"\x80\0\x1f\x88\x04ups", 2, 9)
    return message.pack(user, usm.localise(user, engine.id), engine, 5, body(pdu.TRAP))


def test_a_trap_of_v3_is_read_with_keys_for_its_sender():
    assert trap.read(secure(USER), OURS).oid == LINK_DOWN


def test_a_trap_of_v3_signed_with_another_password_is_refused():
    other = User(name="ups", auth="sha", auth_password="other words")

    with pytest.raises(trap.RefusedError):
        trap.read(secure(other), OURS)


def test_a_trap_of_v3_that_lacks_the_encryption_of_its_user_is_refused():
    bare = User(name="ups", auth="sha", auth_password="long enough")

    with pytest.raises(trap.RefusedError):
        trap.read(secure(bare), OURS)


def test_a_trap_that_is_cut_anywhere_is_malformed():
    for whole in (plain(body(pdu.TRAP)), old(6, 5), secure(USER)):
        for size in range(len(whole)):
            with pytest.raises((ValueError, trap.RefusedError)):
                trap.read(whole[:size], OURS)
