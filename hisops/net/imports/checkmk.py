"""Checkmk: hosts.mk of WATO (etc/check_mk/conf.d/wato), or the REST API's host_config as JSON.

hosts.mk is Python; it is taken apart without running any of it.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from hisops.net.proposal import Entry

_MOST_BYTES = 20_000_000
_TAGS = {"agent": "tag_agent", "criticality": "tag_criticality", "networking": "tag_networking"}


def read(data: bytes, _name: str) -> list[Entry]:
    """The hosts of either form; raises ValueError when it is neither."""
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it is longer than {_MOST_BYTES} bytes")
    if data.lstrip().startswith((b"{", b"[")):
        return list(_rest(msgspec.json.decode(data)))
    return list(_wato(data.decode("utf-8-sig")))


def _rest(document: Any) -> Iterator[Entry]:
    rows = document.get("value") if isinstance(document, dict) else document
    if not isinstance(rows, list):
        raise ValueError("there is no list of hosts in `value`")  # noqa: TRY004 - the file is wrong
    for row in rows:
        inside = row.get("extensions") if isinstance(row, dict) else None
        if isinstance(inside, dict):
            given = inside.get("attributes")
            attributes = given if isinstance(given, dict) else {}
            yield _entry(str(row.get("id", "")), attributes, str(inside.get("folder", "")))


def _wato(text: str) -> Iterator[Entry]:
    """Statements such as `all_hosts += [...]` and `host_attributes.update({...})`."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        raise ValueError(f"no hosts.mk: {error}") from None
    names: dict[str, None] = {}
    attributes: dict[str, dict[str, Any]] = {}
    for target, value in map(_statement, tree.body):
        if target == "all_hosts" and isinstance(value, list):
            # Old versions add tags behind the name: "db1|linux|prod".
            names |= {str(each).partition("|")[0]: None for each in value}
        for name, inside in _by_host(target, value):
            attributes.setdefault(name, {}).update(inside)
    if not names and not attributes:
        raise ValueError("there is no all_hosts and no host_attributes in it")
    for name in {**names, **dict.fromkeys(attributes)}:
        yield _entry(name, attributes.get(name, {}), "")


def _by_host(target: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Attributes by the host's name, from the two variables that hold them."""
    rows = value.items() if isinstance(value, dict) else ()
    for name, inside in rows:
        if target == "host_attributes" and isinstance(inside, dict):
            yield str(name), inside
        elif target == "ipaddresses":
            yield str(name), {"ipaddress": inside}


def _statement(statement: ast.stmt) -> tuple[str, Any]:
    """The variable that a statement adds to, and what it adds; nothing for any other."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id, _literal(statement.value)
    call = statement.value if isinstance(statement, ast.Expr) else None
    if (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.attr == "update"
        and len(call.args) == 1
    ):
        return call.func.value.id, _literal(call.args[0])
    return "", None


def _literal(node: ast.expr) -> Any:
    """A value that stands there as it is; None for anything that would have to be run."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _entry(name: str, attributes: Mapping[str, Any], folder: str) -> Entry:
    values: dict[str, str | int] = {}
    for key, tag in _TAGS.items():
        if isinstance(attributes.get(tag), str):
            values[f"checkmk_{key}"] = attributes[tag]
    labels = attributes.get("labels")
    if isinstance(labels, dict) and labels:
        values["checkmk_labels"] = ", ".join(f"{key}={value}" for key, value in labels.items())
    if isinstance(attributes.get("alias"), str) and attributes["alias"]:
        values["checkmk_alias"] = attributes["alias"]
    address = attributes.get("ipaddress")
    groups = tuple(part for part in folder.replace("~", "/").split("/") if part)
    return Entry(
        name=name,
        address=address if isinstance(address, str) else "",
        groups=groups[-1:],
        vars=values,
    )
