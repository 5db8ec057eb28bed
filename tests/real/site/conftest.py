"""A running site, and file systems that are small enough to fill."""

import subprocess

import pytest

from tests.real.site.running import HISOPS, Running, free_base


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    root = tmp_path_factory.mktemp("s") / "site"
    site = Running(root)
    subprocess.run([*HISOPS, "init", str(root), "--port-base", str(free_base())], check=True)
    try:
        site.call("up")
        yield site
    finally:
        site.call("down")


@pytest.fixture
def small_disk(tmp_path):
    """An ext4 of 32 MiB on a loop device."""
    image, mount = tmp_path / "image", tmp_path / "mount"
    mount.mkdir()
    with image.open("wb") as file:
        file.truncate(32 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(mount)], check=True)
    try:
        yield mount
    finally:
        subprocess.run(["umount", str(mount)], check=True)
