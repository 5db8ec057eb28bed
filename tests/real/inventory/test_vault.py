"""Encrypted values are opened by ansible-vault, where hisops needs them and may."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hisops.core.errors import OpsError
from hisops.core.site import load, require, tell
from hisops.io.local import Local

PROGRAM = Path(sys.executable).parent / "ansible-vault"
PASSWORD = "a long pass phrase"
GOOD = Path(__file__).resolve().parents[2] / "samples" / "site"


@pytest.fixture
def site(tmp_path):
    """A site whose host db-2 has an encrypted address."""
    root = Path(shutil.copytree(GOOD, tmp_path / "site"))
    (root / "password").write_text(PASSWORD)
    hosts = root / "inventory/hosts.yml"
    indented = encrypted(root, b"10.1.0.12").replace("\n", "\n" + " " * 16)
    value = f"!vault |\n{' ' * 16}{indented}"
    before = "db-2: {ansible_host: 10.1.0.12}"
    after = f"db-2:\n              ansible_host: {value}"
    hosts.write_text(hosts.read_text().replace(before, after.rstrip()))
    return root


def test_an_encrypted_address_is_opened_with_the_password_of_the_site(site):
    set_vault(site, "file:password")

    found = require(Local(), str(site))

    assert found.inventory.hosts["db-2"].address == "10.1.0.12"


def test_a_password_that_is_no_file_never_reaches_a_command_line(site, monkeypatch):
    set_vault(site, "env:VAULT_PASSWORD")
    monkeypatch.setenv("VAULT_PASSWORD", PASSWORD)
    io = Watched()

    found, problems = load(io, str(site))

    assert problems == []
    assert found.inventory.hosts["db-2"].address == "10.1.0.12"
    assert PASSWORD not in " ".join(io.argvs)
    assert list(site.glob(".vault-*")) == []


def test_without_a_password_the_needed_value_is_refused(site):
    with pytest.raises(OpsError) as refused:
        require(Local(), str(site))

    assert "db-2: ansible_host is encrypted" in refused.value.cause
    assert "vault.password" in refused.value.fix


def test_a_wrong_password_is_told(site):
    (site / "password").write_text("another")
    set_vault(site, "file:password")
    found, problems = load(Local(), str(site))

    told = tell(Local(), found.root, problems)

    assert "ansible-vault" in told[0].cause
    assert told[0].fix == "check vault.password in site.yml"


def test_a_wholly_encrypted_file_is_opened(site):
    set_vault(site, "file:password")
    path = site / "inventory/group_vars/web.yml"
    path.write_text(encrypted(site, b"zone: inside\nrack: b2\n"))

    found = require(Local(), str(site))

    assert found.inventory.hosts["web-01"].vars["rack"] == "b2"


class Watched(Local):
    """This machine, with the command lines it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.argvs: list[str] = []

    def run(self, argv, **rest):
        self.argvs += argv
        return super().run(argv, **rest)


def set_vault(root: Path, password: str) -> None:
    path = root / "site.yml"
    path.write_text(path.read_text() + f"vault: {{password: {password}}}\n")


def encrypted(root: Path, plain: bytes) -> str:
    argv = [PROGRAM, "encrypt", "--vault-password-file", root / "password", "--output", "-"]
    done = subprocess.run(argv, input=plain, capture_output=True, check=True, timeout=60)
    return done.stdout.decode()
