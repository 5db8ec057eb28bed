"""Dashboards of a site."""

import json
from pathlib import Path

import msgspec
import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io.local import Local
from hisops.monitor import dashboard


def with_functions(site, **functions):
    systems = {
        name: msgspec.structs.replace(system, function=functions.get(name.replace("-", "_"), ()))
        for name, system in site.inventory.systems.items()
    }
    inventory = msgspec.structs.replace(site.inventory, systems=systems)
    return msgspec.structs.replace(site, inventory=inventory)


def test_the_overview_has_the_functions_of_the_site_with_their_systems(site):
    files = dashboard.read(
        Local(), with_functions(site, his=("门诊", "收费/医保"), core_net=("门诊",))
    )

    variables = json.loads(files["overview.json"])["templating"]["list"]
    (function,) = [each for each in variables if each["name"] == "function"]
    assert function["query"] == "门诊 : core-net|his, 收费/医保 : his"


def test_a_site_without_functions_keeps_the_file_as_it_is(site):
    files = dashboard.read(Local(), site)

    assert files["host.json"].startswith("{")
    assert '"门诊 : his-op"' in files["overview.json"]


def test_a_file_of_the_site_replaces_the_shipped_one_of_its_name(site):
    own = Path(site.root, "dashboards/host.json")
    own.parent.mkdir(parents=True)
    own.write_text('{"title": "ours"}')

    assert dashboard.read(Local(), site)["host.json"] == '{"title": "ours"}'


@pytest.mark.parametrize("text", ["[]", "{", '{"templating": 1}'])
def test_what_is_no_dashboard_is_told_with_its_file(site, text):
    own = Path(site.root, "dashboards/host.json")
    own.parent.mkdir(parents=True)
    own.write_text(text)

    with pytest.raises(OpsError) as problem:
        dashboard.read(Local(), site)

    assert problem.value.code == Exit.USAGE
    assert "dashboards/host.json" in problem.value.cause
