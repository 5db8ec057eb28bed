"""ClamAV: its programs and databases, and what its daemon answers."""

import os
import socket

from hisops.audit.collector.frame import read, run, which

_HEADER_BYTES = 512
_SOCKET_SECONDS = 10.0
# The EICAR test string in two parts, so that no scanner takes this file for it.
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def antivirus(root: str) -> "dict[str, object]":
    """ClamAV: its programs and databases, and what its daemon answers."""
    names = ("clamscan", "clamd", "freshclam", "clamonacc")
    programs = {name: which(root, name) for name in names if which(root, name)}
    settings: "dict[str, str]" = {}
    for path in ("etc/clamav/freshclam.conf", "etc/clamav/clamd.conf", "etc/clamd.d/scan.conf"):
        if os.path.exists(os.path.join(root, path)):
            for line in read(root, path).splitlines():
                key, _, value = line.partition(" ")
                settings.setdefault(key, value.strip())
    folder = os.path.join(root, settings.get("DatabaseDirectory", "var/lib/clamav"))
    known = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    first = programs.get("clamscan") or programs.get("clamd")
    address = settings.get("LocalSocket", "")
    return {
        "programs": programs,
        "version": str(run([first, "--version"], 30)["out"]).strip() if first else "",
        "folder": folder,
        "databases": [database(folder, name) for name in known if "." in name],
        "socket": address,
        "answers": daemon(os.path.join(root, address)) if address else {},
    }


def database(folder: str, name: str) -> "dict[str, object]":
    """A database file; a container (cvd, cld, cud) starts with 512 bytes of text."""
    path = os.path.join(folder, name)
    header = ""
    if name.endswith((".cvd", ".cld", ".cud")):
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES).decode("ascii", "replace").strip()
    stat = os.stat(path)
    return {"name": name, "header": header, "size_bytes": stat.st_size, "modified": stat.st_mtime}


def daemon(path: str) -> "dict[str, str]":
    """Answers of clamd to PING, VERSION, a clean stream and the EICAR stream; no file is made."""
    answers = {}
    questions = {"ping": b"zPING\0", "version": b"zVERSION\0"}
    for name, data in (("clean", b"nothing to find here"), ("eicar", _EICAR)):
        size = len(data).to_bytes(4, "big")
        questions[name] = b"zINSTREAM\0" + size + data + b"\0\0\0\0"
    for name, question in questions.items():
        try:
            answers[name] = ask(path, question)
        except OSError as error:
            answers["error"] = "%s: %s" % (path, error.strerror or error)
            break
    return answers


def ask(path: str, question: bytes) -> str:
    """One question to clamd over its socket (clamd(8), COMMANDS)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_SOCKET_SECONDS)
        line.connect(path)
        line.sendall(question)
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    return answer.decode("utf-8", "replace").strip("\0\n")
