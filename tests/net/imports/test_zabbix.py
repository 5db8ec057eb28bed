"""Zabbix exports; the samples are constructed from the manual."""

from pathlib import Path

import msgspec
import pytest
import yaml

from hisops.net.imports import zabbix

_SAMPLES = Path(__file__).parents[2] / "samples/import"
_YAML = (_SAMPLES / "zabbix.yaml").read_bytes()
_XML = (_SAMPLES / "zabbix.xml").read_bytes()
_JSON = msgspec.json.encode(yaml.safe_load(_YAML))


@pytest.mark.parametrize("data", [_YAML, _JSON, _XML], ids=["yaml", "json", "xml"])
def test_a_host_has_its_address_groups_and_templates_in_every_form(data):
    found = {entry.name: entry for entry in zabbix.read(data, "export")}

    first = found["lis-mid-01"]
    assert (first.address, first.groups) == ("10.20.0.91", ("Linux servers", "检验科"))
    assert first.vars["zabbix_name"] == "检验中间件 01"
    assert str(first.vars["zabbix_templates"]).startswith("Linux by Zabbix agent")
    assert found["sw-ward-7"].address == "10.10.1.7"


def test_the_agents_interface_is_preferred_and_a_name_is_taken_where_it_counts():
    found = {entry.name: entry for entry in zabbix.read(_YAML, "export")}

    assert found["by-name"].address == "app.hospital.example"
    assert found["sw-ward-7"].vars == {"watch": "snmp", "snmp_port": "1161"}
    assert found["lis-mid-01"].vars["zabbix_tags"] == "class=C2, owner"


def test_a_host_that_is_switched_off_is_left_out():
    assert "switched-off" not in {entry.name for entry in zabbix.read(_YAML, "export")}


_BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<zabbix_export><hosts><host><host>&b;</host></host></hosts></zabbix_export>"""
_OUTSIDE = (
    b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><zabbix_export>&a;</zabbix_export>"""
)


@pytest.mark.parametrize(
    "data",
    [_BOMB, _OUTSIDE, _BOMB.decode().replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16")],
    ids=["growing", "outside", "utf-16"],
)
def test_xml_with_a_doctype_is_refused_before_an_entity_grows(data):
    with pytest.raises(ValueError, match=r"DOCTYPE|no zabbix_export|not valid|utf|codec"):
        zabbix.read(data, "export")


def test_xml_that_is_nested_without_end_is_refused():
    with pytest.raises(ValueError, match="deep"):
        zabbix.read(b"<a>" * 100_000, "export")


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"<a/>", b"a: 1", b"{", b"<a", b"\xff\xfe", b'{"zabbix_export": 3}'],
)
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        zabbix.read(data, "export")


def test_hosts_of_the_wrong_shape_do_no_harm():
    data = (
        b'{"zabbix_export": {"hosts": [1, {"host": {"x": 1}}, {"host": "a", "interfaces": [3]}]}}'
    )

    assert [entry.name for entry in zabbix.read(data, "export")] == ["a"]
