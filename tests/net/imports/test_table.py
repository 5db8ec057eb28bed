"""Tables: headings in two languages, what Excel writes, wrong rows."""

from pathlib import Path

import pytest

from hisops.net.imports import table

_SAMPLE = (Path(__file__).parents[2] / "samples/import/assets.csv").read_bytes()


def test_chinese_headings_are_known():
    first, second = table.read(_SAMPLE, {})

    assert (first.name, first.address, first.groups) == ("检验前置机01", "10.220.0.31", ("工作站",))
    assert first.vars == {"serial": "SN-1", "department": "检验科"}
    assert second.groups == ("打印机", "标签")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_what_excel_writes_is_read(encoding):
    assert table.read(_SAMPLE.decode().encode(encoding), {})[0].name == "检验前置机01"


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_separators_are_seen(sign):
    data = f"host{sign}ip\na{sign}10.0.0.1\n".encode()

    assert table.read(data, {})[0].address == "10.0.0.1"


def test_a_heading_can_be_named():
    found = table.read(b"Asset,Where\nA-1,10.0.0.1\n", {"name": "asset", "address": "Where"})

    assert (found[0].name, found[0].address) == ("A-1", "10.0.0.1")


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "no heading"),
        (b"colour\nred\n", "no heading is a name or an address: colour"),
        (b"host,ip\n,\nb,c,d\n", "row 3: 3 cells under 2 headings"),
        (b"host,ip,mac\n,,x\n", "row 2: neither a name nor an address"),
        (b'host,ip\n"' + b"x" * 200_000 + b'",1\n', "line"),
    ],
)
def test_a_mistake_is_told_with_its_row(data, cause):
    with pytest.raises(ValueError, match=cause):
        table.read(data, {})


def test_a_heading_that_is_not_there_is_told():
    with pytest.raises(ValueError, match="there is no heading 'hostt'"):
        table.read(b"host,ip\na,b\n", {"name": "hostt"})
