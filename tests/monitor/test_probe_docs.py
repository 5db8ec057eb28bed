"""docs/probes.md: every unit that it lists has just these options, and the examples are right."""

import re
from pathlib import Path

import msgspec
import pytest
import yaml

from hisops.core import config
from hisops.monitor.watch import Kinds

PAGE = Path(__file__).parents[2].joinpath("docs", "probes.md").read_text()
ROWS = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE))
EXAMPLES = {
    name: options
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    for name, options in yaml.safe_load(block)["modules"].items()
}
KINDS = Kinds()


@pytest.mark.parametrize("unit", ROWS)
def test_a_listed_unit_has_these_options_and_no_others(unit):
    told = set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", ROWS[unit])))
    fields = {field.encode_name for field in msgspec.structs.fields(KINDS[unit])}

    assert told == fields - {"timeout", "every"}


def test_units_of_services_are_all_listed():
    assert set(ROWS) >= {
        "icmp", "tcp", "udp", "http", "tls", "dns", "ntp", "ssh", "smtp", "ldap", "sftp_age", "ipp",
        "rtsp",
    }  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_taken_by_the_reader(name):
    options = dict(EXAMPLES[name])
    problems = []

    made = config.decode(options, KINDS[options.pop("probe")], "docs", problems)

    assert problems == []
    assert made is not None
