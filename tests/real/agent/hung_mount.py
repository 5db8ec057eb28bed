"""A FUSE file system in a mount namespace of its own that answers, or hangs, when told.

Run as: unshare -m --propagation private python hung_mount.py FOLDER STATE -- PROGRAM ...
It answers while the file STATE holds "answer". The program sees the mount; both end together.
Protocol: linux/fuse.h, version 7.
"""

import ctypes
import os
import select
import signal
import struct
import subprocess
import sys
from pathlib import Path

_INIT, _STATFS, _GETATTR = 26, 17, 3
_HEADER = struct.Struct("<IIQQIIII")
_libc = ctypes.CDLL(None, use_errno=True)


def mount(folder: str) -> int:
    """The descriptor through which the kernel asks."""
    handle = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={handle},rootmode=40000,user_id=0,group_id=0".encode()
    if _libc.mount(b"hung", folder.encode(), b"fuse", 0, options) != 0:
        raise OSError(ctypes.get_errno(), "mount")
    return handle


def answer(handle: int, message: bytes) -> None:
    """Reply to one request of the kernel."""
    _, code, unique, *_ = _HEADER.unpack_from(message)
    error, body = 0, b""
    if code == _INIT:
        body = struct.pack("<IIIIHHIIHHI", 7, 31, 65536, 0, 12, 9, 65536, 1, 0, 0, 0) + bytes(28)
    elif code == _STATFS:
        body = struct.pack("<QQQQQIIII", 1000, 400, 300, 50, 20, 4096, 255, 4096, 0) + bytes(24)
    elif code == _GETATTR:
        body = bytes(16) + _attributes()
    else:
        error = -38  # ENOSYS
    if unique:
        os.write(handle, struct.pack("<IiQ", 16 + len(body), error, unique) + body)


def _attributes() -> bytes:
    return struct.pack("<QQQQQQ", 1, 0, 0, 0, 0, 0) + struct.pack(
        "<IIIIIIIIII", 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0
    )


def serve(handle: int, state: Path, child: subprocess.Popen) -> None:
    """Answer as the state says until the program ends."""
    waiting: list[bytes] = []
    while child.poll() is None:
        ready, _, _ = select.select([handle], [], [], 0.02)
        if ready:
            waiting.append(os.read(handle, 1 << 18))
        if state.read_text() == "answer":
            while waiting:
                answer(handle, waiting.pop(0))


def main() -> int:
    """Mount, run the program, serve; the exit code is the program's."""
    folder, state, _, *argv = sys.argv[1:]
    handle = mount(folder)
    child = subprocess.Popen(argv)
    signal.signal(signal.SIGTERM, lambda number, _frame: child.send_signal(number))
    try:
        serve(handle, Path(state), child)
    finally:
        os.close(handle)
        _libc.umount2(folder.encode(), 2)
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
