"""Traps become counters and states, within bounds."""

from hisops.monitor import trap_table
from hisops.prober import traps
from hisops.prober.traps import Traps
from hisops.wire.snmp import ber, pdu
from hisops.wire.snmp.credentials import Community
from tests.wire.snmp.test_trap import binding, body, plain

UP, DOWN = "1.3.6.1.6.3.1.1.5.4", "1.3.6.1.6.3.1.1.5.3"


def desk():
    return Traps([Community(word="public")], {"10.0.0.1": "sw-1"}, lambda: 1000.0)


def link(oid, index=7):
    return plain(
        body(pdu.TRAP, binding(f"1.3.6.1.2.1.2.2.1.1.{index}", ber.integer(index)), oid=oid)
    )


def values(taken):
    return {(s.family.name, *(word for _, word in s.labels)): s.value for s in taken.samples()}


def test_traps_are_counted_by_device_and_name():
    taken = desk()

    for _ in range(3):
        taken.take(link(DOWN), "10.0.0.1")

    found = values(taken)
    assert found["hisops_snmp_trap_received_total", "sw-1", "linkDown"] == 3
    assert found["hisops_snmp_trap_last_timestamp_seconds", "sw-1", "linkDown"] == 1000


def test_a_state_stays_until_a_trap_clears_it():
    taken = desk()
    taken.take(link(DOWN), "10.0.0.1")
    before = values(taken)["hisops_snmp_trap_state", "sw-1", "link_down", "7"]

    taken.take(link(UP), "10.0.0.1")

    assert (before, values(taken)["hisops_snmp_trap_state", "sw-1", "link_down", "7"]) == (1, 0)


def test_what_is_not_ours_is_counted_by_reason():
    taken = desk()
    taken.take(link(DOWN), "10.0.0.9")
    taken.take(plain(body(pdu.TRAP), word=b"private"), "10.0.0.1")
    taken.take(b"\x30\x82\xff", "10.0.0.1")

    reasons = {key[1]: value for key, value in values(taken).items()}
    assert reasons == {"unknown source": 1, "community or user": 1, "malformed": 1}


def test_a_flood_of_kinds_and_parts_is_bounded():
    taken = desk()
    for number in range(traps.MOST_SERIES + 50):
        taken.take(plain(body(pdu.TRAP, oid=f"1.3.6.1.4.1.9.{number}")), "10.0.0.1")
        taken.take(link(DOWN, number), "10.0.0.1")

    found = values(taken)
    assert len(found) <= 3 * traps.MOST_SERIES + 2
    assert found["hisops_snmp_trap_received_total", "other", "other"] > 0


def test_a_trap_of_a_door_is_a_contact_like_any_other():
    taken = desk()
    own = trap_table.read("- {oid: 1.3.6.1.4.1.9999.0.1, name: doorOpen, sets: door}\n", "own.yml")
    taken.know([Community(word="public")], {"10.0.0.1": "door-1"}, own)

    taken.take(plain(body(pdu.TRAP, oid="1.3.6.1.4.1.9999.0.1")), "10.0.0.1")

    assert values(taken)["hisops_contact_state", "door-1", "door-1", "door", "room"] == 1
