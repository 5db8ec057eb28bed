"""hisops helper: hardware that only root may read."""

from typing import Annotated

import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError
from hisops.core.text import Duration

_EVERY = "5 min"


def command(
    folder: Annotated[
        str, typer.Option(help="Write the files here; default: the site's var/metrics.")
    ] = "",
    interval: Annotated[str, typer.Option(help="How often this is run.")] = _EVERY,
) -> int:
    """Read drives, RAID controllers, storage paths and IPMI sensors as root, for the agent.

    It asks smartctl, storcli, ssacli, arcconf, multipathd and ipmitool, as far as this machine
    has them, and ends. `hisops install` runs it every 5 minutes.

    \b
    hisops --site /srv/hisops helper
    hisops helper --folder /var/lib/hisops/metrics
    """
    from hisops.monitor import helper

    running = session()
    place = folder or f"{running.site.state}/metrics"
    ran = helper.run(running.machine, place, _seconds(interval))
    show.emit(ran)
    return Exit.PARTIAL if any(each.state == "failed" for each in ran) else Exit.DONE


def _seconds(interval: str) -> float:
    try:
        return Duration.parse(interval).seconds
    except ValueError as error:
        fix = "write it as --interval '5 min'"
        raise OpsError(f"--interval: expected {error}", fix=fix, code=Exit.USAGE) from None
