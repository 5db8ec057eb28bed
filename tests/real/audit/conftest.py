"""A scratch Debian root with its own archives, so that what is missing is known beforehand."""

import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

NATIVE = subprocess.run(
    ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
).stdout.strip()


class Archive:
    """A repository on disk: real packages, indexed by dpkg-scanpackages."""

    def __init__(self, folder: Path, label: str, suite: str, more: str = "") -> None:
        self.folder = folder
        self.label = label
        self.suite = suite
        self.more = more
        self.pool = folder / "pool"
        self.pool.mkdir(parents=True)

    def add(self, name: str, version: str, depends: str = "", architecture: str = "all") -> None:
        build(self.pool, name, version, depends, architecture)

    def publish(self, date: datetime, valid_days: int | None = 7) -> None:
        folder = self.folder / "dists" / self.suite / "main" / f"binary-{NATIVE}"
        folder.mkdir(parents=True, exist_ok=True)
        argv = ["dpkg-scanpackages", "--multiversion", "pool"]
        index = subprocess.run(argv, cwd=self.folder, check=True, capture_output=True).stdout
        (folder / "Packages").write_bytes(index)
        lines = [f"Origin: Test\nLabel: {self.label}\nSuite: {self.suite}\nCodename: {self.suite}"]
        lines.append(f"Date: {date:%a, %d %b %Y %T} UTC")
        if valid_days is not None:
            lines.append(f"Valid-Until: {date + timedelta(days=valid_days):%a, %d %b %Y %T} UTC")
        lines.append(f"Architectures: all {NATIVE}\nComponents: main{self.more}\nSHA256:")
        lines.append(f" {sha256(index).hexdigest()} {len(index)} main/binary-{NATIVE}/Packages")
        (self.folder / "dists" / self.suite / "Release").write_text("\n".join(lines) + "\n")


class Host:
    """A root with dpkg's and apt's own files; `apt` runs the real program on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in (
            "etc/apt/preferences.d",
            "var/lib/dpkg/info",
            "var/lib/dpkg/updates",
            "var/lib/apt/lists/partial",
            "var/cache/apt/archives/partial",
            "var/log/apt",
        ):
            (root / folder).mkdir(parents=True)
        for name in ("status", "available"):
            (root / "var/lib/dpkg" / name).touch()

    def install(self, deb: Path) -> None:
        self.dpkg("--install", str(deb))

    def dpkg(self, *words: str, given: str = "") -> None:
        argv = ["dpkg", f"--root={self.root}", "--force-not-root", "--log=/dev/null", *words]
        subprocess.run(argv, check=True, capture_output=True, input=given, text=True)

    def follow(self, archives: Iterable[Archive]) -> None:
        lines = [f"deb [trusted=yes] file:{a.folder} {a.suite} main" for a in archives]
        (self.root / "etc/apt/sources.list").write_text("\n".join(lines) + "\n")

    def apt(self, *words: str) -> str:
        options = [
            f"Dir={self.root}",
            f"Dir::State::status={self.root}/var/lib/dpkg/status",
            "Debug::NoLocking=1",
            "APT::Sandbox::User=root",
            "Acquire::GzipIndexes=false",
        ]
        argv = ["apt-get", "-q", *(word for option in options for word in ("-o", option)), *words]
        done = subprocess.run(argv, check=True, capture_output=True, text=True)
        return done.stdout

    def planned(self) -> dict[str, str]:
        """Upgrades by apt's own simulation: package → version; read apart from hisops' parser."""
        lines = self.apt("-s", "dist-upgrade").splitlines()
        steps = [line.split() for line in lines if line.startswith("Inst ")]
        return {step[1]: step[3].lstrip("(") for step in steps if step[2].startswith("[")}


class World:
    """A host, its archives, and the packages that were put on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.main = Archive(folder / "main", "Test", "stable")
        self.security = Archive(folder / "security", "Test-Security", "stable-security")
        more = "\nNotAutomatic: yes\nButAutomaticUpgrades: yes"
        self.backports = Archive(folder / "backports", "Backports", "stable-backports", more)
        self.host = Host(folder / "host")
        self.archives = [self.main, self.security, self.backports]

    def installed(self, name: str, version: str) -> None:
        self.host.install(build(self.folder / "old", name, version))

    def update(self, age: timedelta = timedelta(hours=1), valid_days: int | None = 7) -> None:
        for archive in self.archives:
            archive.publish(datetime.now(UTC) - age, valid_days)
        self.host.follow(self.archives)
        for path in (self.host.root / "var/lib/apt/lists").glob("*_*"):
            path.unlink()
        self.host.apt("-o", "Acquire::Check-Valid-Until=false", "update")


def build(
    folder: Path, name: str, version: str, depends: str = "", architecture: str = "all"
) -> Path:
    """A real package without content."""
    source = folder / f"{name}-source"
    (source / "DEBIAN").mkdir(parents=True, exist_ok=True)
    control = f"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\n"
    control += "Maintainer: Test <test@hospital.example>\nDescription: test\n"
    control += f"Depends: {depends}\n" if depends else ""
    (source / "DEBIAN/control").write_text(control)
    (source / "DEBIAN/conffiles").write_text(f"/etc/{name}.conf\n")
    (source / "etc").mkdir(exist_ok=True)
    (source / f"etc/{name}.conf").write_text("x\n")
    deb = folder / f"{name}_{version.replace(':', '%3a')}_{architecture}.deb"
    argv = ["dpkg-deb", "--build", "-Znone", "--root-owner-group", str(source), str(deb)]
    subprocess.run(argv, check=True, capture_output=True)
    return deb


@pytest.fixture
def world(tmp_path) -> World:
    """An empty host and three empty archives."""
    return World(tmp_path)


@pytest.fixture
def full(world: World) -> World:
    """One package for each way in which an update can be missing, hidden, or no update at all."""
    for name, version, *offers in (
        ("dpkg", "1.0", ("main", "1.0")),
        ("plain", "1.0", ("main", "1.1")),
        ("fixed", "1.0", ("main", "1.0"), ("security", "1.0+deb1")),
        ("both", "1.0", ("security", "1.0+deb1"), ("main", "1.2")),
        ("held", "1.0", ("security", "1.1")),
        ("pinned", "1.0", ("main", "1.0"), ("security", "1.1")),
        ("rc", "1.0", ("main", "1.0~rc1")),
        ("epoch", "1:1.0", ("main", "2.0")),
        ("removed", "1.0", ("security", "9.0")),
        ("stable", "1.0", ("main", "1.0"), ("backports", "2.0~bpo1")),
        ("mover", "2.0~bpo1", ("main", "1.0"), ("backports", "2.0~bpo2")),
        ("alone", "1.0"),
    ):
        world.installed(name, version)
        for archive, offered in offers:
            getattr(world, archive).add(name, offered)
    world.installed("grown", "1.0")
    world.main.add("grown", "2.0", depends="novel")
    world.main.add("novel", "1.0")
    world.host.dpkg("--remove", "removed")
    world.host.dpkg("--set-selections", given="held hold\n")
    pin = "Package: pinned\nPin: release l=Test-Security\nPin-Priority: -1\n"
    (world.host.root / "etc/apt/preferences.d/no-security").write_text(pin)
    world.update()
    return world
