"""Lean start of the agent: `python -I -S .../hisops/agent/__main__.py --config FILE`.

Without site-packages and start-up hooks it needs a third less memory.
"""

import sys


def _run(argv: list[str]) -> int:
    from hisops.agent.main import main
    from hisops.core.errors import OpsError

    try:
        return main(argv)
    except OpsError as error:
        sys.stderr.write(f"hisops: {error.cause}\n")
        if error.fix:
            sys.stderr.write(f"  what to do: {error.fix}\n")
        return error.code


if __name__ == "__main__":
    package = __file__.rpartition("/agent/")[0].rpartition("/")[0]
    if package not in sys.path:
        sys.path.insert(0, package)
    sys.exit(_run(sys.argv[1:]))
