"""Start of the prober: `python -m hisops.prober --config FILE`."""

import sys

from hisops.core.errors import OpsError
from hisops.prober.main import main

if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except OpsError as error:
        sys.stderr.write(f"hisops: {error.cause}\n")
        if error.fix:
            sys.stderr.write(f"  what to do: {error.fix}\n")
        code = error.code
    sys.exit(code)
