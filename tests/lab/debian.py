"""The folder that every host of the lab starts from: Debian 12 from the machine's own mirror."""

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CACHE = Path("/var/tmp/hisops-lab")
SUITE = "bookworm"
MINIMAL = ("systemd", "systemd-sysv", "dbus")

# What a host needs to reach the same package sources as the machine that it runs on.
_SOURCES = ("/etc/apt/sources.list", "/etc/apt/sources.list.d/debian.sources")
_NETWORK = ("/etc/pip.conf", "/etc/resolv.conf", "/etc/hosts")
_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
BUNDLE = "/etc/ssl/lab.crt"  # a name of our own: installing ca-certificates rewrites the other one


def base(packages: Sequence[str] = MINIMAL) -> Path:
    """A root folder with these packages, made once per list and kept for the next time."""
    mirror = _mirror()
    text = "\n".join([SUITE, mirror, *sorted(packages)])
    root = CACHE / f"base-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    with held(CACHE / "base.lock"):
        if not root.exists():
            _make(root, packages, mirror)
    return root


def configure(root: Path) -> None:
    """Let a root folder use the machine's package sources, names and certificates."""
    for path in [*map(Path, _SOURCES + _NETWORK), *Path("/etc/apt/apt.conf.d").glob("99*")]:
        target = root / path.relative_to("/")
        target.unlink(missing_ok=True)
        if path.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    if _BUNDLE.exists():
        (root / "etc/ssl").mkdir(exist_ok=True)
        shutil.copyfile(_BUNDLE, root / BUNDLE.lstrip("/"))
        option = f'Acquire::https::CAInfo "{BUNDLE}";\n'
        (root / "etc/apt/apt.conf.d/98lab").write_text(option)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait for a lock of the whole machine and hold it; the kernel frees it when we die."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(root: Path, packages: Sequence[str], mirror: str) -> None:
    half = root.with_name(root.name + ".half")
    remove(half)
    words = ["debootstrap", "--variant=minbase", f"--include={','.join(packages)}"]
    argv = [*words, SUITE, str(half), mirror]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"debootstrap failed:\n{done.stdout[-2000:]}{done.stderr[-500:]}"
    for archive in (half / "var/cache/apt/archives").glob("*.deb"):
        archive.unlink()
    half.rename(root)


def remove(root: Path) -> None:
    """Delete a root folder; what is mounted inside stays untouched, and the deletion fails."""
    subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)


def _mirror() -> str:
    """Where this machine gets the suite's main packages from, in apt's own words."""
    wish = ["$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    argv = ["apt-get", "indextargets", "--format", *wish]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    found = [uri for uri, suite, part in rows if (suite, part) == (SUITE, "main")]
    assert found, f"apt knows no source of {SUITE}/main"
    return found[0]
