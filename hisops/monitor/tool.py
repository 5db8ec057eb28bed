"""What every unit of the helper has: a program that root runs, and samples from what it says."""

from collections.abc import Iterable

from hisops.core.errors import OpsError
from hisops.core.io import Completed, Io
from hisops.core.metric import Sample

TIMEOUT_SECONDS = 30.0
_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
# A controller with hundreds of drives says less than this; a program that says more is broken.
_MOST_BYTES = 8 * 1024 * 1024


class Tool:
    """One program. A unit overrides `collect`; what it raises costs its own series."""

    programs: tuple[str, ...] = ()
    """Names of the program, the first that is found counts."""

    folders: tuple[str, ...] = ()
    """Where vendors put it outside the usual folders."""

    def find(self, io: Io) -> str:
        """Path of the program; empty where this machine has none, or nothing for it to read."""
        places = (f"{f}/{name}" for name in self.programs for f in (*_FOLDERS, *self.folders))
        return next((path for path in places if io.exists(path)), "")

    def collect(self, io: Io, program: str) -> Iterable[Sample]:
        """Samples of now; raises OpsError when the program says nothing usable."""
        raise NotImplementedError


def ask(io: Io, *argv: str) -> Completed:
    """What a program says; raises OpsError when it hangs or says too much."""
    done = io.run(argv, timeout=TIMEOUT_SECONDS)
    if len(done.out) > _MOST_BYTES:
        raise OpsError(f"{argv[0]} said {len(done.out)} bytes, far more than it should")
    return done
