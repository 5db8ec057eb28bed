"""The few variables that hisops itself reads: they must be plain, or opened first."""

import re
from collections.abc import Mapping

from hisops.core.config import Problem
from hisops.core.errors import OpsError
from hisops.core.inventory.tree import Place
from hisops.core.inventory.vault import Vault, Vaulted

NEEDED = ("ansible_host", "agent_port", "zone")
_OWN_NAME = re.compile(r"\{\{\s*inventory_hostname\s*\}\}")

Values = Mapping[str, object]


def settle_needed(
    name: str, values: Values, place: Place, vault: Vault, problems: list[Problem]
) -> tuple[Values, str]:
    """The host's variables with the needed ones plain, and its address."""
    for key in NEEDED:
        value = values.get(key)
        if isinstance(value, Vaulted) or (isinstance(value, str) and "{{" in value):
            values = {**values, key: _plain(name, key, value, place, vault, problems)}
    address = values.get("ansible_host")
    return values, str(address) if address else name


def _plain(
    name: str, key: str, value: Vaulted | str, place: Place, vault: Vault, problems: list[Problem]
) -> str:
    try:
        text = _opened(name, key, value, vault)
        text = _OWN_NAME.sub(name, text)
        if "{{" not in text:
            return text
        cause = f"{name}: {key} is a template, and hisops fills in only inventory_hostname"
        fix = f"write {key} as a plain value"
    except OpsError as error:
        cause, fix = error.cause, error.fix
    where = (*place.at, key) if place.at else ()
    problem = Problem(file=place.file, at=where, line=place.line, cause=cause, fix=fix)
    problems.append(problem)
    return ""


def _opened(name: str, key: str, value: Vaulted | str, vault: Vault) -> str:
    if isinstance(value, str):
        return value
    if not vault.can_open:
        cause = f"{name}: {key} is encrypted by ansible-vault, and hisops needs it"
        raise OpsError(cause, fix="write it plainly, or set vault.password in site.yml")
    return vault.open(value.text)
