"""ClamAV's definitions and detection, with the real programs and databases built by sigtool."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path

import pytest

from hisops.audit.checks.antivirus import Antivirus
from hisops.audit.checks.antivirus_detection import AntivirusDetection
from hisops.audit.evaluate import evaluate
from hisops.audit.facts import Facts
from hisops.audit.finding import Reason, Result, Severity, Status
from hisops.audit.gather import gather
from hisops.io.local import Local

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
READY_SECONDS = 60


class Machine:
    """A root that holds nothing but ClamAV's programs, its configuration and its databases."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.databases = root / "var/lib/clamav"
        self.socket = root / "clamd.ctl"
        self.databases.mkdir(parents=True)
        (root / "etc/clamav").mkdir(parents=True)

    def install(self, *names: str) -> None:
        for name in names:
            real = shutil.which(name, path="/usr/bin:/usr/sbin")
            assert real is not None
            link = self.root / real.lstrip("/")
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(real)

    def define(self, content: bytes = EICAR, version: int = 27001) -> Path:
        """Build daily.cud with the signature of one content."""
        folder = self.root / "build"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "COPYING").write_text("test\n")
        digest = md5(content, usedforsecurity=False).hexdigest()
        (folder / "daily.hdb").write_text(f"{digest}:{len(content)}:Hisops.Test\n")
        argv = ["sigtool", "--build=daily.cud", "--unsigned", f"--cvd-version={version}"]
        env = {**os.environ, "SIGNDUSER": "test"}
        subprocess.run([*argv, "--flevel=90"], cwd=folder, check=True, capture_output=True, env=env)
        return Path(shutil.copy(folder / "daily.cud", self.databases / "daily.cud"))

    def facts(self) -> Facts:
        return gather(Local(), ["antivirus"], root=str(self.root), interpreter=[sys.executable])[0]

    def judge(self) -> dict[str, Result]:
        checks = {"antivirus": Antivirus(), "antivirus_detection": AntivirusDetection()}
        return {r.check: r for r in evaluate(self.facts(), checks, Local().now())}


@pytest.fixture
def machine(tmp_path) -> Machine:
    """A machine without ClamAV."""
    return Machine(tmp_path)


@pytest.fixture
def scanner(machine) -> Machine:
    """A machine with ClamAV and definitions of this minute."""
    machine.install("clamscan", "clamd", "freshclam")
    machine.define()
    return machine


@contextlib.contextmanager
def daemon(machine: Machine) -> Iterator[None]:
    """clamd of a machine, answering."""
    config = machine.root / "etc/clamav/clamd.conf"
    config.write_text(
        f"LocalSocket {machine.socket}\nDatabaseDirectory {machine.databases}\nForeground yes\n"
    )
    argv = ["clamd", f"--config-file={config}"]
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while "PONG" not in machine.facts().groups["antivirus"].answers.values():
            assert child.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield
    finally:
        child.terminate()
        child.wait(20)


def rewrite_header(path: Path, built: datetime) -> None:
    """Give a database another build time; its size stays."""
    data = path.read_bytes()
    header = re.sub(rb":\d+ *$", f":{built.timestamp():.0f}".encode(), data[:512])
    path.write_bytes(header.ljust(512) + data[512:])


def test_says_that_there_is_none(machine):
    results = machine.judge()

    assert results["antivirus"].status is Status.FAIL
    assert results["antivirus"].findings[0].subject == "absent"
    assert results["antivirus"].figures == {"present": 0}
    assert results["antivirus_detection"].status is Status.NOT_APPLICABLE


def test_reads_version_and_age_from_the_header(scanner):
    result = scanner.judge()["antivirus"]

    assert result.status is Status.PASS
    assert result.summary.startswith("daily.cud 27001 was built ")
    assert abs(result.figures["definitions_at"] - time.time()) < 600


@pytest.mark.parametrize(
    ("hours", "severity"), [(25, Severity.MEDIUM), (71, Severity.MEDIUM), (73, Severity.CRITICAL)]
)
def test_old_definitions_fail_however_young_the_file_is(scanner, hours, severity):
    path = scanner.databases / "daily.cud"
    rewrite_header(path, datetime.now(UTC) - timedelta(hours=hours))

    result = scanner.judge()["antivirus"]

    assert path.stat().st_mtime > time.time() - 600
    assert (result.status, result.weight(result.findings[0])) == (Status.FAIL, severity)


def test_young_definitions_pass_however_old_the_file_looks(scanner):
    path = scanner.databases / "daily.cud"
    os.utime(path, (1_600_000_000, 1_600_000_000))

    assert scanner.judge()["antivirus"].status is Status.PASS


def test_definitions_from_the_future_are_unknown(scanner):
    rewrite_header(scanner.databases / "daily.cud", datetime.now(UTC) + timedelta(days=2))

    result = scanner.judge()["antivirus"]

    assert [finding.reason for finding in result.findings] == [Reason.CLOCK]


@pytest.mark.parametrize("content", [b"", b"\x00" * 600, b"ClamAV-VDB:only the start"])
def test_a_file_that_is_no_database_is_unknown(scanner, content):
    (scanner.databases / "daily.cud").write_bytes(content)

    result = scanner.judge()["antivirus"]

    assert [finding.reason for finding in result.findings] == [Reason.BROKEN]
    assert "definitions_at" not in result.figures


def test_an_engine_without_definitions_fails(scanner):
    (scanner.databases / "daily.cud").unlink()

    result = scanner.judge()["antivirus"]

    assert result.status is Status.FAIL
    assert result.weight(result.findings[0]) is Severity.CRITICAL


def test_freshclam_alone_is_no_antivirus(machine):
    machine.install("freshclam")
    machine.define()

    assert machine.judge()["antivirus"].findings[0].subject == "absent"


def test_without_its_daemon_detection_is_unknown(scanner):
    result = scanner.judge()["antivirus_detection"]

    assert [finding.reason for finding in result.findings] == [Reason.NO_ANSWER]


def test_its_daemon_finds_the_test_string(scanner):
    with daemon(scanner):
        result = scanner.judge()["antivirus_detection"]

    expected = "clamd finds EICAR as Hisops.Test.UNOFFICIAL"
    assert (result.status, result.summary) == (Status.PASS, expected)


def test_a_daemon_that_misses_the_test_string_fails(machine):
    machine.install("clamscan", "clamd")
    machine.define(content=b"something else")

    with daemon(machine):
        result = machine.judge()["antivirus_detection"]

    assert (result.status, result.findings[0].subject) == (Status.FAIL, "eicar")


def test_a_local_signature_proves_nothing_of_the_official_definitions(scanner):
    with daemon(scanner):
        (scanner.databases / "daily.cud").rename(scanner.databases / "daily.cvd")
        result = scanner.judge()["antivirus_detection"]

    assert [finding.reason for finding in result.findings] == [Reason.NO_VERDICT]


def test_newer_definitions_on_disk_than_in_its_daemon_fail(scanner):
    with daemon(scanner):
        scanner.define(version=27002)
        result = scanner.judge()["antivirus_detection"]

    assert "clamd works with definitions 27001, 27002 lie on disk" in result.summary


def test_a_database_that_the_engine_refuses_looks_young_but_never_passes_detection(scanner):
    (scanner.databases / "daily.cud").rename(scanner.databases / "daily.cvd")  # a cvd is signed
    config = scanner.root / "etc/clamav/clamd.conf"
    config.write_text(
        f"LocalSocket {scanner.socket}\nDatabaseDirectory {scanner.databases}\nForeground yes\n"
    )
    argv = ["clamd", f"--config-file={config}"]
    refused = subprocess.run(argv, capture_output=True, timeout=READY_SECONDS, check=False)

    results = scanner.judge()

    assert refused.returncode != 0
    assert results["antivirus"].status is Status.PASS
    assert results["antivirus_detection"].status is Status.UNKNOWN
