"""Pictures of the network."""

from xml.etree import ElementTree

from hisops.net import drawing, fabric
from hisops.net.drawing import Line
from tests.net.hospital import inventory

_GRAPH = fabric.build(inventory())
_LINES = [
    Line(
        cable, {"acc-1:49 - agg-1:1": "down", "prn-1:eth0 - acc-1:1": "unknown"}.get(cable.text, "")
    )
    for cable in _GRAPH.cables
]


def test_the_tree_has_each_switch_once_below_the_core():
    rows = drawing.tree(_LINES, _GRAPH.roles)

    heads = [row for row in rows if row.endswith(")")]
    assert [head.strip().partition(" ")[0] for head in heads] == [
        *("core-1", "agg-1", "acc-1", "acc-2", "agg-2", "core-2")
    ]
    assert heads[1].startswith("    agg-1 (aggregation")


def test_the_tree_marks_what_is_wrong_and_what_is_not_known():
    rows = [row.strip() for row in drawing.tree(_LINES, _GRAPH.roles)]

    assert "x 49 to agg-1:1  down" in rows
    assert "? 1 to prn-1:eth0  unknown" in rows


def test_dot_is_quoted():
    evil = fabric.Cable('a"b', "1", "c", "2")

    text = drawing.dot([Line(evil)], {})

    assert '"a\\"b" -- "c"' in text


def test_dot_is_balanced_and_names_every_cable():
    text = drawing.dot(_LINES, _GRAPH.roles)

    assert text.count(" -- ") == len(_LINES)
    assert text.count("{") == text.count("}")


def test_svg_is_xml_with_all_switches_and_marked_cables():
    root = ElementTree.fromstring(drawing.svg(_LINES, _GRAPH.roles))

    space = "{http://www.w3.org/2000/svg}"
    assert {each.text for each in root.iter(f"{space}text")} == {*_GRAPH.switches, "fw-1", "fw-2"}
    wrong = [p for p in root.iter(f"{space}path") if p.get("stroke-dasharray")]
    assert [next(iter(p)).text for p in wrong] == ["acc-1:49 - agg-1:1 down"]


def test_names_are_escaped_in_svg():
    roles = {"<b>": fabric.Role.CORE, "c": fabric.Role.CORE}

    text = drawing.svg([Line(fabric.Cable("<b>", "1", "c", "2"))], roles)

    assert "<b>" not in text
