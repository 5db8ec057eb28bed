"""Single points of failure of a graph in one walk (Tarjan, SIAM J. Comput. 1(2), 1972).

Edges are told apart by their number, so two parallel cables are no single point of failure.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Walk(NamedTuple):
    """A depth-first walk over all nodes; a subtree is one slice of `order`."""

    order: list[int]
    place: list[int]
    end: list[int]
    low: list[int]
    parent: list[int]
    parent_edge: list[int]
    root: list[int]

    def below(self, node: int) -> list[int]:
        """The node and all that was reached through it."""
        return self.order[self.place[node] : self.end[node]]

    def children(self) -> list[list[int]]:
        """Children of each node in the walk."""
        found: list[list[int]] = [[] for _ in self.order]
        for node in self.order:
            if self.parent[node] >= 0:
                found[self.parent[node]].append(node)
        return found


def walk(count: int, edges: Sequence[tuple[int, int]]) -> Walk:
    """Walk over the nodes 0 to count - 1."""
    near: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for number, (a, b) in enumerate(edges):
        near[a].append((b, number))
        near[b].append((a, number))
    none = [-1] * count
    found = Walk([], list(none), [0] * count, [0] * count, list(none), list(none), list(none))
    for start in range(count):
        if found.place[start] < 0:
            _visit(start, near, found)
    return found


def _visit(start: int, near: list[list[tuple[int, int]]], found: Walk) -> None:
    """One component, without recursion: a chain of switches may be long."""
    stack = [(start, iter(near[start]))]
    _enter(start, start, found)
    while stack:
        node, rest = stack[-1]
        for far, edge in rest:
            if edge == found.parent_edge[node]:
                continue
            if found.place[far] < 0:
                found.parent[far], found.parent_edge[far] = node, edge
                _enter(far, start, found)
                stack.append((far, iter(near[far])))
                break
            found.low[node] = min(found.low[node], found.place[far])
        else:
            stack.pop()
            found.end[node] = len(found.order)
            above = found.parent[node]
            if above >= 0:
                found.low[above] = min(found.low[above], found.low[node])


def _enter(node: int, root: int, found: Walk) -> None:
    found.place[node] = found.low[node] = len(found.order)
    found.root[node] = root
    found.order.append(node)


def bridges(walked: Walk) -> list[tuple[int, list[int]]]:
    """Edges that alone cut the graph, each with the nodes on its far side."""
    return [
        (walked.parent_edge[node], walked.below(node))
        for node in walked.order
        if walked.parent[node] >= 0 and walked.low[node] == walked.place[node]
    ]


def articulations(walked: Walk) -> list[tuple[int, list[list[int]]]]:
    """Nodes that alone cut the graph, each with the parts that fall off.

    For the node that a walk began with, all parts are named; else the part above is not.
    """
    found = []
    for node, below in enumerate(walked.children()):
        is_root = walked.parent[node] < 0
        parts = [
            walked.below(child)
            for child in below
            if is_root or walked.low[child] >= walked.place[node]
        ]
        if len(parts) > is_root:
            found.append((node, parts))
    return found


def components(count: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """For each node the smallest node that it is connected with."""
    above = list(range(count))

    def top(node: int) -> int:
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for a, b in edges:
        first, second = sorted((top(a), top(b)))
        above[second] = first
    return [top(node) for node in range(count)]
