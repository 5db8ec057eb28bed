"""The wheel carries all that a site needs."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """The wheel as pip would install it."""
    folder = tmp_path_factory.mktemp("wheel")
    argv = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site-packages")
    return folder / "site-packages"


@pytest.mark.parametrize("kind", [[], ["--reference"]], ids=["local", "reference"])
def test_a_site_starts_from_the_wheel_without_a_mistake(unpacked, tmp_path, kind):
    hisops = [sys.executable, "-m", "hisops"]
    env = {**os.environ, "PYTHONPATH": str(unpacked)}
    site = str(tmp_path / "site")

    subprocess.run([*hisops, "init", site, *kind], cwd=tmp_path, env=env, check=True)
    done = subprocess.run(
        [*hisops, "--site", site, "check"],
        cwd=tmp_path,
        env=env,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_holds_migrations_rules_runbooks_and_dashboards(unpacked):
    inside = unpacked / "hisops"

    assert list((inside / "io" / "migrations").glob("*.sql"))
    assert list((inside / "reference" / "alerts" / "rules").glob("*.yml"))
    assert list((inside / "reference" / "runbooks").glob("*.md"))
    assert list((inside / "reference" / "dashboards").glob("*.json"))
