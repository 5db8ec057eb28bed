"""Networks of the lab: a namespace of its own, so that ports of two hosts never collide."""

import ctypes
import itertools
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NUMBERS = itertools.count(1)


@contextmanager
def namespace() -> Iterator[str]:
    """Name of a network namespace with loopback only; it is gone after the block."""
    name = f"lab-{os.getpid()}-{next(_NUMBERS)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


@contextmanager
def wire(left: str, right: str, prefix: str = "10.213.7") -> Iterator[tuple[str, str]]:
    """Join two namespaces by a veth pair; gives the address of either end, PREFIX.1 and .2."""
    number = f"{os.getpid() % 100000}{next(_NUMBERS)}"
    ends = {f"l{number}a": (left, f"{prefix}.1"), f"l{number}b": (right, f"{prefix}.2")}
    one, two = ends
    pair = ["ip", "link", "add", one, "netns", left, "type", "veth"]
    subprocess.run([*pair, "peer", "name", two, "netns", right], check=True)
    try:
        for device, (place, address) in ends.items():
            subprocess.run(
                ["ip", "-n", place, "addr", "add", f"{address}/24", "dev", device], check=True
            )
            subprocess.run(["ip", "-n", place, "link", "set", device, "up"], check=True)
        yield f"{prefix}.1", f"{prefix}.2"
    finally:
        subprocess.run(["ip", "-n", left, "link", "delete", one], check=True)


@contextmanager
def inside(name: str) -> Iterator[None]:
    """This thread, and all programs that it starts, in a namespace: for servers that listen everywhere."""
    call = ctypes.CDLL(None, use_errno=True).setns
    with Path("/proc/thread-self/ns/net").open() as home, Path(f"/run/netns/{name}").open() as away:
        assert call(away.fileno(), 0) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert call(home.fileno(), 0) == 0, os.strerror(ctypes.get_errno())
