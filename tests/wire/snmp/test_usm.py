"""Keys and ciphers of v3 against the examples of the standards."""

import pytest

from hisops.core.errors import OpsError
from hisops.wire.snmp import message, pdu, usm
from hisops.wire.snmp.credentials import User

# RFC 3414 A.3: the password maplesyrup for the engine of eleven zeros and 02.
ENGINE = bytes(11) + b"\x02"
PASSWORDS = {"auth_password": "maplesyrup", "priv_password": "maplesyrup"}


def user(auth, priv=""):
    return User(name="u", auth=auth, priv=priv, **PASSWORDS)


def test_keys_are_those_of_rfc_3414():
    assert usm.localise(user("md5"), ENGINE).auth.hex() == "526f5eed9fcce26f8964c2930787d82b"
    sha = "6695febc9288e36282235fc7151f128497b38f3f"
    assert usm.localise(user("sha"), ENGINE).auth.hex() == sha


@pytest.mark.parametrize("auth", ["md5", "sha", "sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("priv", ["", "des", "aes", "aes192", "aes256", "aes192c", "aes256c"])
def test_a_message_is_read_as_it_was_written(auth, priv):
    who = user(auth, priv)
    keys = usm.localise(who, ENGINE)
    request = pdu.request(pdu.GET, 77, [b"\x2b\x06"])

    found = message.read(message.pack(who, keys, message.Engine(ENGINE, 3, 9), 5, request))

    assert message.is_genuine(found, who, keys)
    assert message.open_scoped(found, who, keys).request_id == 77
    assert (found.message_id, found.engine) == (5, message.Engine(ENGINE, 3, 9))


def signed(who):
    keys = usm.localise(who, ENGINE)
    return message.pack(who, keys, message.Engine(ENGINE, 3, 9), 5, pdu.request(pdu.GET, 7, []))


def test_one_changed_bit_breaks_the_signature():
    who = user("sha", "aes")
    keys = usm.localise(who, ENGINE)
    whole = signed(who)
    changed = whole[:-1] + bytes((whole[-1] ^ 1,))

    assert message.is_genuine(message.read(whole), who, keys)
    assert not message.is_genuine(message.read(changed), who, keys)


def test_another_password_breaks_the_signature():
    who = user("sha256")
    other = usm.localise(User(name="u", auth="sha256", auth_password="other words"), ENGINE)

    assert not message.is_genuine(message.read(signed(who)), who, other)


def test_encryption_without_signature_is_refused():
    with pytest.raises(OpsError, match="priv needs auth"):
        usm.check(User(name="u", priv="aes", priv_password="maplesyrup"))


def test_a_short_password_is_refused_without_being_told():
    with pytest.raises(OpsError) as problem:
        usm.check(User(name="u", auth="sha", auth_password="short"))

    assert "short" not in problem.value.cause


def test_a_user_shows_no_password():
    assert "maplesyrup" not in repr(user("sha", "aes"))
