"""The program that is sent to hosts."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from hisops.audit.collector import debian, host
from hisops.audit.gather import gather, program
from hisops.core.errors import OpsError
from hisops.io.local import Local

SOURCE = program(Local())


def test_it_is_one_program_of_python_3_6_and_the_standard_library():
    tree = ast.parse(SOURCE, feature_version=(3, 6))

    names = {
        n.module if isinstance(n, ast.ImportFrom) else a.name
        for n in ast.walk(tree)
        if isinstance(n, ast.Import | ast.ImportFrom)
        for a in n.names
    }
    assert names <= sys.stdlib_module_names | {"collections.abc"}


def test_no_scanner_would_take_it_for_the_test_virus():
    assert "X5O!P%@AP[4\\\\PZX54(P^)7CC)7}$EICAR" not in SOURCE
    assert b"$EICAR-STANDARD" not in SOURCE.encode()


def test_the_hash_of_a_password_stays_on_the_host(tmp_path):
    (tmp_path / "etc").mkdir()
    lines = "root:*:1::::::\nli:$y$j9T$secret:1::::::\nguest::1::::::\nold:!$6$x:1::::::\n"
    (tmp_path / "etc/shadow").write_text(lines)

    states = host.shadow(str(tmp_path))

    assert states == {
        "passwords": {"root": "locked", "li": "set", "guest": "empty", "old": "locked"}
    }


def test_only_installed_packages_count(tmp_path):
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    # /var/lib/dpkg/status of Debian 12, trimmed
    status = (
        "Package: bash\nEssential: yes\nStatus: hold ok installed\nArchitecture: amd64\n"
        "Source: bash (5.2.15-2)\nVersion: 5.2.15-2+b8\nDescription: shell\n Version: no\n\n"
        "Package: old\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\n"
        "Package: half\nStatus: install ok half-installed\nArchitecture: all\nVersion: 1\n\n"
    )
    (tmp_path / "var/lib/dpkg/status").write_text(status)

    assert debian.installed(str(tmp_path)) == [
        ["bash", "amd64", "5.2.15-2+b8", "hold", "bash (5.2.15-2)"]
    ]


def test_an_empty_status_file_is_an_error_and_no_empty_list(tmp_path):
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").touch()

    with pytest.raises(ValueError, match="names no installed package"):
        debian.installed(str(tmp_path))


@pytest.mark.parametrize("first", ["Package", "Version"])
def test_a_stanza_is_found_wherever_its_name_stands(first):
    lines = {"Package": "Package: zip", "Version": "Version: 3.0"}
    stanza = "\n".join([lines.pop(first), *lines.values(), "Description: x"]).encode()

    assert debian.is_wanted(stanza, {b"zip"})
    assert not debian.is_wanted(stanza, {b"unzip"})


def test_each_line_is_written_at_once(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    argv = [sys.executable, "-I", "-S", "-", "--root", str(tmp_path), "accounts", "packages"]

    done = subprocess.run(argv, input=SOURCE, capture_output=True, text=True, check=True)

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("group") for line in lines] == [None, "accounts", "packages", None]
    assert [line.get("status") for line in lines] == [None, "ok", "missing", None]
    assert done.stderr == ""


def test_a_host_without_python_is_told(io):
    for part in ("frame", "debian", "host", "clamav", "start"):
        path = Path(host.__file__).with_name(f"{part}.py")
        io.write(str(path), path.read_text())
    io.runs("ssh", code=127, err="bash: python3: command not found\n")

    with pytest.raises(OpsError, match="command not found"):
        gather(io, ["accounts"], interpreter=("ssh", "his-01", "python3"))
