"""The servers of the tests: Orthanc, a DCMTK worklist, an HL7 engine; all in one namespace."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.lab.network import inside, namespace
from tests.lab.wait import until

ENGINE = Path(__file__).with_name("engine.py")


class Ward:
    """Where the servers are, and their processes to freeze."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.worklists = folder / "worklists" / "RIS"
        self.worklists.mkdir(parents=True)
        (self.worklists / "lockfile").touch()
        self.dicom, self.http, self.worklist, self.hl7 = (free_port() for _ in range(4))
        self.pacs_pid = self.worklist_pid = self.engine_pid = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"


@contextmanager
def ward(folder: Path) -> Iterator[Ward]:
    """All servers, healthy; Orthanc listens everywhere, therefore the namespace."""
    with namespace() as name, inside(name), ExitStack() as stack:
        place = Ward(folder)
        (folder / "orthanc.json").write_text(json.dumps(orthanc_settings(place)))
        argv = ["Orthanc", str(folder / "orthanc.json")]
        place.pacs_pid = stack.enter_context(running(argv, folder))
        argv = ["wlmscpfs", "-dhl", "-dfp", str(folder / "worklists"), str(place.worklist)]
        place.worklist_pid = stack.enter_context(running(argv, folder))
        argv = [sys.executable, str(ENGINE), str(place.hl7), str(place.worklists)]
        place.engine_pid = stack.enter_context(running(argv, folder))
        for port in (place.worklist, place.hl7, place.dicom, place.http):
            until(lambda port=port: listens(port))
        yield place


def orthanc_settings(place: Ward) -> dict:
    """An Orthanc that takes whatever comes, as long as it is called by its name."""
    allow = {f"DicomAlwaysAllow{what}": True for what in ("Echo", "Store", "Find", "Get", "Move")}
    return allow | {
        "StorageDirectory": str(place.folder / "db"),
        "IndexDirectory": str(place.folder / "db"),
        "HttpPort": place.http,
        "DicomPort": place.dicom,
        "DicomAet": "PACS",
        "DicomCheckCalledAet": True,
        "AuthenticationEnabled": False,
        "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
        "DicomModalities": {"nowhere": ["NOWHERE", "127.0.0.1", 1]},
    }


@contextmanager
def running(argv: list[str], folder: Path) -> Iterator[int]:
    """A server until the block is left; its children end with it."""
    with (folder / "log").open("ab") as log:
        child = subprocess.Popen(argv, stdout=log, stderr=log, start_new_session=True, cwd=folder)
    try:
        yield child.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process group that takes connections and does nothing else until the block is left."""
    os.killpg(pid, signal.SIGSTOP)
    try:
        until(lambda: has_stopped(pid))
        yield
    finally:
        os.killpg(pid, signal.SIGCONT)


def has_stopped(pid: int) -> bool:
    """Whether no thread runs any more: a signal stops them one after the other."""
    stats = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody takes connections."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
