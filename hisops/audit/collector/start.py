"""The program: arguments [--root FOLDER] [GROUP...]; `--root` reads a tree elsewhere, for tests."""

import os
import subprocess
import sys
import time

from hisops.audit.collector.clamav import antivirus
from hisops.audit.collector.debian import index, packages, upgrade
from hisops.audit.collector.frame import emit
from hisops.audit.collector.host import (
    accounts,
    clock,
    listeners,
    reboot,
    shadow,
    sshd,
    system,
)

SCHEMA = 1
GROUPS = {
    "system": system,
    "packages": packages,
    "index": index,
    "upgrade": upgrade,
    "reboot": reboot,
    "accounts": accounts,
    "shadow": shadow,
    "listeners": listeners,
    "sshd": sshd,
    "clock": clock,
    "antivirus": antivirus,
}


def main(argv: "list[str]") -> None:
    """Write the facts of all groups, or of those named."""
    root = argv[argv.index("--root") + 1] if "--root" in argv else "/"
    emit({"schema": SCHEMA, "host": os.uname().nodename, "collected_at": time.time()})
    for name in [word for word in argv if word in GROUPS] or list(GROUPS):
        start = time.process_time() + children()
        fact = collect(name, root)
        cost = time.process_time() + children() - start
        emit(dict(fact, group=name, seconds=round(cost, 6)))
    emit({"end": True})


def children() -> float:
    """CPU seconds of the programs that were run."""
    times = os.times()
    return times.children_user + times.children_system


def collect(name: str, root: str) -> "dict[str, object]":
    """Status and data of one group; whatever stops it is a status, never a crash."""
    try:
        return {"status": "ok", "data": GROUPS[name](root)}
    except PermissionError as error:
        return {"status": "denied", "detail": str(error)}
    except FileNotFoundError as error:
        return {"status": "missing", "detail": str(error)}
    except subprocess.TimeoutExpired as error:
        return {"status": "timeout", "detail": str(error)}
    except (OSError, ValueError, LookupError) as error:
        return {"status": "broken", "detail": "%s: %s" % (type(error).__name__, error)}


if __name__ == "__main__":
    main(sys.argv[1:])
