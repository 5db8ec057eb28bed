"""INI inventories."""

import pytest

from hisops.core.inventory import source_ini
from hisops.core.inventory.tree import Tree


def parsed(text: str) -> tuple[Tree, list[tuple[int, str]]]:
    tree, problems = Tree(), []
    source_ini.read(text, "hosts.ini", tree, problems)
    tree.settle()
    return tree, [(problem.line, problem.cause) for problem in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("1.5", 1.5),
        ("True", True),
        ("true", "true"),
        ("yes", "yes"),
        ("'quoted'", "quoted"),
        ("[1, (2, 3)]", [1, [2, 3]]),
        ("{'a': 1}", {"a": 1}),
        ("010", "010"),
        ("5 # five", 5),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_value_is_a_literal_where_python_knows_one(text, value):
    tree, problems = parsed(f"[g]\nh\n[g:vars]\nkey = {text}\n")

    assert problems == []
    assert tree.groups["g"].vars == {"key": value}


def test_host_variables_are_split_as_a_shell_does():
    tree, _ = parsed('[g]\nh[1:2] a="two words" b=3  # note\n')

    assert {name: entry.vars for name, entry in tree.hosts.items()} == {
        "h1": {"a": "two words", "b": 3},
        "h2": {"a": "two words", "b": 3},
    }


def test_children_may_be_declared_later():
    tree, problems = parsed("[a:children]\nb\n[b]\nh\n")

    assert problems == []
    assert tree.members()["a"] == ("h",)


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("[a]\nh\n[b:vars]\nx=1\n", 3, "[b:vars] has no group 'b'"),
        ("[a:children]\nb\n", 2, "[a:children] names the group 'b', which no section declares"),
        ("[a:sons]\n", 1, "[a:sons]: a section is of kind hosts, children, vars"),
        ("[a b]\n", 1, "[a b]: not a section"),
        ("[a]\nh x\n", 2, "expected key=value, got 'x'"),
        ("[a]\nh[2:1]\n", 2, "'h[2:1]': the range ends before it begins"),
        ('[a]\nh x="\n', 2, "No closing quotation"),
    ],
)
def test_a_mistake_is_told_with_its_line(text, line, cause):
    _, problems = parsed(text)

    assert problems == [(line, cause)]
