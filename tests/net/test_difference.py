"""Cables that are seen against cables that are written down."""

import pytest

from hisops.net import difference, fabric, sight
from hisops.net.difference import Kind
from hisops.net.sight import Neighbour, Sight
from tests.net.hospital import CABLES, inventory

_SITE = inventory()
_GRAPH = fabric.build(_SITE)
_NAMES = sight.names_of(_SITE)
_SWITCHES = tuple(_GRAPH.switches)
_PAIRS = [tuple(cable.split()) for cable in CABLES]


def _see(near: str, far: str, **more) -> Neighbour:
    device, _, port = near.partition(":")
    other, _, other_port = far.partition(":")
    return Neighbour(device=device, port=port, neighbor=other, neighbor_port=other_port, **more)


def _sight(pairs=_PAIRS, asked=_SWITCHES, extra=(), down=()) -> Sight:
    """What the switches say: they see the far end of each of their cables."""
    both = [*pairs, *((b, a) for a, b in pairs)]
    seen = [_see(a, b) for a, b in both if a.partition(":")[0] in asked]
    return Sight(asked=asked, neighbours=(*seen, *extra), down=down)


def _found(sight_: Sight) -> list[tuple[Kind, str]]:
    compared = difference.compare(_GRAPH, sight_, _NAMES)
    return [(each.kind, each.link) for each in compared.differences]


def test_a_network_as_it_is_written_down_has_no_difference():
    assert _found(_sight()) == []


@pytest.mark.parametrize("pair", _PAIRS, ids=str)
def test_each_cable_that_is_gone_is_the_only_difference(pair):
    rest = [each for each in _PAIRS if each != pair]
    a, b = pair
    heard = {end.partition(":")[0] for each in rest for end in each}

    found = _found(_sight(rest))

    # An end that nobody hears at all may speak no LLDP.
    is_heard = a.partition(":")[0] in heard
    assert found == ([(Kind.MISSING, f"{a} - {b}")] if is_heard else [])


def test_a_cable_whose_port_is_down_says_so():
    found = _found(_sight(_PAIRS[1:], down=("core-1:1",)))

    assert found == [(Kind.DOWN, "core-1:1 - core-2:1")]


def test_an_end_that_is_mute_is_missed_when_its_port_is_down():
    rest = [pair for pair in _PAIRS if "prn-1" not in pair[0]]

    assert _found(_sight(rest)) == []
    assert _found(_sight(rest, down=("acc-1:1",))) == [(Kind.DOWN, "prn-1:eth0 - acc-1:1")]


@pytest.mark.parametrize("switch", _SWITCHES)
def test_a_switch_that_is_gone_is_one_difference(switch):
    rest = [pair for pair in _PAIRS if switch not in f"{pair[0]}:{pair[1]}".split(":")]
    asked = tuple(name for name in _SWITCHES if name != switch)

    assert _found(_sight(rest, asked)) == [(Kind.SILENT, switch)]


def test_a_switch_that_is_not_asked_is_known_by_its_neighbours():
    asked = tuple(name for name in _SWITCHES if name != "agg-1")

    assert _found(_sight(asked=asked)) == []


def test_nobody_asked_means_nothing_known():
    compared = difference.compare(_GRAPH, Sight(), _NAMES)

    assert compared.differences == []
    assert len(compared.unknown) == len(CABLES)


def test_two_cables_that_are_swapped_are_moved():
    pairs = [p for p in _PAIRS if p[0] not in ("acc-1:49", "acc-1:50")]
    pairs += [("acc-1:49", "agg-2:1"), ("acc-1:50", "agg-1:1")]

    found = _found(_sight(pairs))

    assert sorted(found, key=str) == [
        (Kind.MOVED, "acc-1:49 - agg-1:1"),
        (Kind.MOVED, "acc-1:50 - agg-2:1"),
    ]


def test_a_cable_in_the_port_beside_is_moved_and_not_unexpected():
    pairs = [("acc-1:49", "agg-1:7") if p[0] == "acc-1:49" else p for p in _PAIRS]

    assert _found(_sight(pairs)) == [(Kind.MOVED, "acc-1:49 - agg-1:1")]


def test_a_cable_that_only_one_of_two_that_were_asked_sees_is_one_sided():
    whole = _sight()
    rest = [n for n in whole.neighbours if (n.device, n.port) != ("agg-1", "1")]

    found = _found(Sight(asked=whole.asked, neighbours=tuple(rest)))

    assert found == [(Kind.ONE_SIDED, "acc-1:49 - agg-1:1")]


def test_a_cable_that_is_not_written_down_is_unexpected():
    found = _found(_sight([*_PAIRS, ("acc-1:48", "acc-2:48")]))

    assert found == [(Kind.UNEXPECTED, "acc-1:48 - acc-2:48")]


def test_a_strange_switch_is_told_and_a_telephone_is_not():
    rogue = _see("acc-1:20", "SOHO:1", capabilities=("bridge",))
    phone = _see("acc-1:21", "SEP0011:1", capabilities=("telephone",))

    assert _found(_sight(extra=(rogue, phone))) == [(Kind.STRANGER, "acc-1:20 - SOHO:1")]


def test_any_stranger_on_a_core_switch_is_told():
    assert _found(_sight(extra=(_see("core-1:40", "laptop:eth0"),))) == [
        (Kind.STRANGER, "core-1:40 - laptop:eth0")
    ]


def test_vendors_spell_the_same_port_differently():
    pairs = [("core-1:GigabitEthernet1/0/1", "core-2:GE1/0/1"), *_PAIRS[1:]]
    whole = _sight(pairs)
    back = [_see("core-2:Gi1/0/1", "core-1:ge1/0/1") if n.device == "core-2" and n.port == "GE1/0/1"
            else n for n in whole.neighbours]  # fmt: skip

    assert _found(Sight(asked=whole.asked, neighbours=tuple(back))) == []


def test_the_cables_that_carry_traffic_are_those_seen_and_those_unknown():
    rest = [pair for pair in _PAIRS[1:] if "prn-1" not in pair[0]]

    compared = difference.compare(_GRAPH, _sight(rest), _NAMES)

    assert len(compared.present) == len(CABLES) - 1
    assert [cable.a for cable in compared.unknown] == ["prn-1"]
