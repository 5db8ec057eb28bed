"""The host itself: system, accounts, listeners, remote access, clock."""

import ctypes
import os

from hisops.audit.collector.frame import read, run, which

_STA_NANO = 0x2000


def system(root: str) -> "dict[str, object]":
    """Operating system, kernel, and the evidence that this is a container."""
    uname = os.uname()
    return {
        "os_release": read(root, "etc/os-release"),
        "release": uname.release,
        "version": uname.version,
        "machine": uname.machine,
        "euid": os.geteuid(),
        "container": container(root),
    }


def container(root: str) -> str:
    """The file that shows that this is a container, empty when there is none."""
    for path in ("run/systemd/container", ".dockerenv", "run/.containerenv"):
        if os.path.exists(os.path.join(root, path)):
            return "/" + path
    try:
        return "container= of process 1" if "container=" in read(root, "proc/1/environ") else ""
    except OSError:  # only root may read it; the files above say it, too
        return ""


def reboot(root: str) -> "dict[str, object]":
    """Whether a package asked for a reboot."""
    asked = os.path.exists(os.path.join(root, "run/reboot-required"))
    listed = os.path.exists(os.path.join(root, "run/reboot-required.pkgs"))
    return {"required": asked, "packages": read(root, "run/reboot-required.pkgs") if listed else ""}


def accounts(root: str) -> "dict[str, object]":
    """The accounts of the host."""
    return {"passwd": read(root, "etc/passwd")}


def shadow(root: str) -> "dict[str, object]":
    """Whether each password is empty, locked or set; the hash stays here."""
    states = {}
    for line in read(root, "etc/shadow").splitlines():
        name, _, rest = line.partition(":")
        password = rest.partition(":")[0]
        states[name] = "locked" if password[:1] in ("!", "*") else "set" if password else "empty"
    return {"passwords": states}


def listeners(root: str) -> "dict[str, object]":
    """Local addresses of TCP sockets in the state LISTEN (0A; proc(5))."""
    tables = [read(root, "proc/net/tcp")]
    if os.path.exists(os.path.join(root, "proc/net/tcp6")):
        tables.append(read(root, "proc/net/tcp6"))
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    return {"tcp": sorted({row[1] for row in rows if row[3] == "0A"})}


def sshd(root: str) -> "dict[str, object]":
    """The settings that sshd works with."""
    program = which(root, "sshd")
    nothing = {"code": 0, "out": "", "err": ""}
    done = run([program, "-T"], 20) if program else nothing
    return dict(done, program=program)


def clock(root: str) -> "dict[str, object]":
    """The kernel's clock discipline: adjtimex(2) with nothing to change."""
    buffer = (ctypes.c_long * 64)()
    libc = ctypes.CDLL(None, use_errno=True)
    state = libc.adjtimex(buffer)
    if state < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    status = buffer[5] & 0xFFFFFFFF
    unit = 1e-9 if status & _STA_NANO else 1e-6
    seconds = {"offset_seconds": buffer[1] * unit, "max_error_seconds": buffer[3] * 1e-6}
    return dict(seconds, state=state, status=status)
