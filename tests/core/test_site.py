"""A site as one value, and its mistakes as people read them."""

from pathlib import Path

import pytest

from hisops.core.config import Problem
from hisops.core.errors import Exit, OpsError
from hisops.core.site import load, require, shipped_root, site_files, tell
from hisops.io.fake import Fake


def test_the_state_folder_stands_below_the_site_unless_it_is_absolute():
    io = Fake({"/s/site.yml": "name: s\n", "/t/site.yml": "name: t\nstate: /var/lib/t\n"})

    assert load(io, "/s")[0].state == "/s/var"
    assert load(io, "/t")[0].state == "/var/lib/t"


def test_a_site_with_mistakes_is_refused_with_the_first_and_the_count():
    io = Fake({"/s/site.yml": "name: s\nlanguage: de\nstate: 5\n"})
    io.write("/s/inventory/hosts.yml", "all: {hosts: {h: }}\n")

    with pytest.raises(OpsError) as refused:
        require(io, "/s")

    assert refused.value.cause.startswith(
        "site.yml:2: language: invalid enum value 'de' (and 1 more"
    )
    assert refused.value.fix == "known: zh, en"
    assert refused.value.code is Exit.USAGE


def test_the_line_of_a_mistake_is_looked_up_by_its_keys():
    io = Fake({"/s/a.yml": "x:\n  y: 1\n  z:\n    - 1\n    - 2\n"})
    problem = Problem(file="a.yml", at=("x", "z", 1), cause="wrong")

    told = tell(io, "/s", [problem, problem])

    assert [each.place for each in told] == ["a.yml:5"]


def test_a_file_may_be_named_by_its_whole_path():
    io = Fake({"/s/a.yml": "x: 1\n"})

    told = tell(io, "/s", [Problem(file="/s/a.yml", at=("x",), cause="wrong")])

    assert told[0].file == "a.yml"


def test_files_of_a_site_replace_shipped_ones_of_the_same_name():
    shipped = Path(shipped_root(), "runbooks")
    io = Fake({f"{shipped}/a.md": "", f"{shipped}/b.md": "", "/s/runbooks/b.md": ""})

    found = site_files(io, "/s", "runbooks", ".md", shipped=True)

    assert found == {"runbooks/a.md": f"{shipped}/a.md", "runbooks/b.md": "/s/runbooks/b.md"}
    assert list(site_files(io, "/s", "runbooks", ".md")) == ["runbooks/b.md"]
