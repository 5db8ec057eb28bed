"""What every group of facts is read with."""

import json
import os
import subprocess
import sys

ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "LANG": "C"}


def emit(line: "dict[str, object]") -> None:
    """Write one line at once, so that a collector that is killed leaves what it had."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def read(root: str, path: str) -> str:
    """A text file below the root."""
    with open(os.path.join(root, path), "rb") as file:
        return file.read().decode("utf-8", "replace")


def field(stanza: str, name: str) -> str:
    """One field of a stanza, empty when it is not there."""
    _, found, rest = ("\n" + stanza).partition("\n" + name + ":")
    return rest.partition("\n")[0].strip() if found else ""


def run(argv: "list[str]", seconds: float = 120.0) -> "dict[str, object]":
    """Exit code and output of a program."""
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENV,
        timeout=seconds,
        check=False,
    )
    out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return {"code": done.returncode, "out": out, "err": err}


def which(root: str, name: str) -> str:
    """Path of a program, empty when there is none."""
    places = [os.path.join(root, "." + folder, name) for folder in ENV["PATH"].split(":")]
    return next((os.path.normpath(path) for path in places if os.access(path, os.X_OK)), "")
