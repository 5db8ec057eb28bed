"""Bridges and articulation points, against taking each one out and counting."""

from hypothesis import given
from hypothesis import strategies as st

from hisops.net import cut

_GRAPHS = st.integers(1, 9).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
                lambda edge: edge[0] != edge[1]
            ),
            max_size=16,
        ),
    )
)


def _islands(count, edges, without=-1):
    found = cut.components(count, [edge for edge in edges if without not in edge])
    return len({root for node, root in enumerate(found) if node != without})


@given(_GRAPHS)
def test_a_bridge_is_an_edge_without_which_there_is_one_island_more(graph):
    count, edges = graph
    before = _islands(count, edges)
    slow = {
        n
        for n in range(len(edges))
        if _islands(count, [e for m, e in enumerate(edges) if m != n]) > before
    }

    assert {edge for edge, _ in cut.bridges(cut.walk(count, edges))} == slow


@given(_GRAPHS)
def test_an_articulation_is_a_node_without_which_there_are_more_islands(graph):
    count, edges = graph
    before = _islands(count, edges)
    slow = {node for node in range(count) if _islands(count, edges, node) > before}

    assert {node for node, _ in cut.articulations(cut.walk(count, edges))} == slow


@given(_GRAPHS)
def test_the_parts_that_fall_off_are_the_islands_that_remain(graph):
    count, edges = graph

    for node, parts in cut.articulations(cut.walk(count, edges)):
        roots = cut.components(count, [edge for edge in edges if node not in edge])
        for part in parts:
            same = {each for each in range(count) if roots[each] == roots[part[0]]}
            assert set(part) == same


def test_two_parallel_cables_are_no_bridge():
    assert cut.bridges(cut.walk(2, [(0, 1), (0, 1)])) == []
    assert cut.bridges(cut.walk(2, [(0, 1)])) == [(0, [1])]


def test_a_chain_of_ten_thousand_switches_is_walked():
    found = cut.bridges(cut.walk(10_000, [(n, n + 1) for n in range(9_999)]))

    assert len(found) == 9_999
