"""Zabbix exports 5.4 to 7.0 in YAML, JSON or XML: hosts, groups, interfaces, templates, tags.

Format: Zabbix manual, "Configuration export/import", hosts.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from hisops.core import config
from hisops.core.config import Problem
from hisops.net.imports import xml_tree
from hisops.net.proposal import Entry

# In XML and older exports a type is a number, in newer ones a word.
_KINDS = {"1": "AGENT", "2": "SNMP", "3": "IPMI", "4": "JMX", "AGENT": "AGENT", "ZABBIX": "AGENT"}
_PREFERRED = ("AGENT", "SNMP", "IPMI", "JMX")
_DISABLED = ("1", "DISABLED")


def read(data: bytes, name: str) -> list[Entry]:
    """The hosts of an export; raises ValueError when it is none."""
    document = _document(data, name)
    export = document.get("zabbix_export") if isinstance(document, dict) else None
    if not isinstance(export, dict):
        raise ValueError("there is no zabbix_export in it")  # noqa: TRY004 - the file is wrong
    return [entry for host in _rows(export, "hosts", "host") if (entry := _entry(host))]


def _document(data: bytes, name: str) -> Any:
    if data.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
        return _flat(xml_tree.parse(data))
    if data.lstrip().startswith(b"{"):
        return msgspec.json.decode(data)
    problems: list[Problem] = []
    found = config.parse(data.decode("utf-8-sig"), name, problems)
    if problems:
        raise ValueError(f"line {problems[0].line}: {problems[0].cause}")
    return found


def _flat(tree: Any) -> Any:
    """Elements that stand once as the value itself, as YAML has them."""
    if not isinstance(tree, dict):
        return tree
    return {
        key: _flat(values[0]) if len(values) == 1 else [_flat(each) for each in values]
        for key, values in tree.items()
    }


def _rows(parent: Any, plural: str, singular: str) -> Iterator[dict[str, Any]]:
    """A list in YAML; in XML <hosts><host>..</host></hosts>, one or many."""
    found = parent.get(plural) if isinstance(parent, dict) else None
    if isinstance(found, dict):
        found = found.get(singular)
    rows = found if isinstance(found, list) else [found]
    yield from (row for row in rows if isinstance(row, dict))


def _entry(host: dict[str, Any]) -> Entry | None:
    """One host; None for one that is switched off."""
    technical, visible = _word(host, "host"), _word(host, "name")
    if not technical or _word(host, "status") in _DISABLED:
        return None
    address, port, kind = _interface(host)
    groups = tuple(_word(row, "name") for row in _rows(host, "groups", "group"))
    templates = [_word(row, "name") for row in _rows(host, "templates", "template")]
    tags = [
        f"{_word(row, 'tag')}={_word(row, 'value')}".rstrip("=")
        for row in _rows(host, "tags", "tag")
    ]
    values: dict[str, str | int] = {}
    if visible and visible != technical:
        values["zabbix_name"] = visible
    if templates:
        values["zabbix_templates"] = ", ".join(templates)
    if tags:
        values["zabbix_tags"] = ", ".join(tags)
    if kind in ("SNMP", "IPMI"):
        values["watch"] = kind.lower()
    if port and kind == "SNMP" and port != "161":
        values["snmp_port"] = port
    return Entry(name=technical, address=address, groups=groups, vars=values)


def _interface(host: dict[str, Any]) -> tuple[str, str, str]:
    """Address, port and kind of the interface that says most: the default one, agents first."""
    found = []
    for row in _rows(host, "interfaces", "interface"):
        kind = _KINDS.get(_word(row, "type"), _word(row, "type") or "AGENT")
        by_name = _word(row, "useip") in ("0", "NO")
        address = _word(row, "dns" if by_name else "ip") or _word(row, "ip") or _word(row, "dns")
        rank = _PREFERRED.index(kind) if kind in _PREFERRED else len(_PREFERRED)
        is_default = _word(row, "default") not in ("0", "NO")
        found.append((not is_default, rank, address, _word(row, "port"), kind))
    _, _, address, port, kind = min(found, default=(False, 0, "", "", ""))
    return ("", "", kind) if address.startswith("{") else (address, port, kind)


def _word(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return str(value).strip() if isinstance(value, str | int) else ""
