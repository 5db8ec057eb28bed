"""Groups: who inherits from whom, and in which order."""

from hisops.core.inventory.tree import Place, Tree

HERE = Place("hosts.yml")


def grown(*edges: tuple[str, str]) -> Tree:
    tree = Tree()
    for parent, child in edges:
        tree.add_group(parent, HERE)
        tree.add_group(child, HERE)
        assert tree.add_child(parent, child)
    return tree


def test_groups_of_a_host_go_from_the_outermost_in():
    tree = grown(("site", "servers"), ("servers", "web"))
    entry = tree.add_host("web", "web-1", None, HERE)
    tree.settle()

    assert tree.lineage(entry) == ("site", "servers", "web")


def test_depth_is_the_longest_way_from_all():
    tree = grown(("a", "z"), ("b", "c"), ("c", "z"), ("b", "y"))
    entry = tree.add_host("z", "h", None, HERE)
    tree.add_host("y", "h", None, HERE)
    tree.settle()

    assert tree.lineage(entry) == ("a", "b", "c", "y", "z")


def test_priority_decides_between_groups_of_one_depth():
    tree = grown(("a", "h1"), ("b", "h1"))
    tree.groups["a"].priority = 10
    entry = tree.add_host("h1", "host", None, HERE)
    tree.settle()

    assert tree.lineage(entry) == ("b", "a", "h1")


def test_a_circle_is_refused():
    tree = grown(("a", "b"), ("b", "c"))

    assert not tree.add_child("c", "a")
    assert not tree.add_child("a", "a")


def test_a_host_of_a_group_leaves_ungrouped():
    tree = grown(("all", "web"))
    tree.add_host("ungrouped", "web-1", None, HERE)
    tree.add_host("web", "web-1", None, HERE)
    tree.add_host("all", "alone", None, HERE)
    tree.settle()

    assert tree.members() == {
        "all": ("web-1", "alone"),
        "ungrouped": ("alone",),
        "web": ("web-1",),
    }


def test_the_first_mention_decides_on_the_port():
    tree = Tree()
    tree.add_host("all", "a", 22, HERE)
    entry = tree.add_host("all", "a", 23, HERE)

    assert entry.vars == {"ansible_port": 22}
