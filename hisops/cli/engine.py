"""hisops engine: run the on-call engine, and ask whether it can do its work."""

import os
import signal
import sys
from typing import TYPE_CHECKING

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import Session, session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.alerting.desk import Desk
    from hisops.alerting.step import Reached

app = typer.Typer(help="The on-call engine: takes alerts in and calls people.")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the engine needs."""

    what: str
    good: bool
    detail: str = ""


@app.command()
def run() -> None:
    """Run the engine in the foreground until it is stopped.

    Example: hisops engine run
    """
    import uvicorn

    from hisops.alerting import channel
    from hisops.alerting.desk import Follower
    from hisops.alerting.engine import Engine
    from hisops.alerting.server import app as front

    running, listen = session(), session().site.settings.engine
    if listen.users:
        fix = "set client_ca: Prometheus shows a certificate of it"
        raise OpsError("the engine does not take passwords yet", fix=fix, code=Exit.USAGE)
    engine = Engine(
        running.io,
        running.store,
        desk(running),
        channel.load(running.site),
        tell=show.note,
        reached=_killer(),
        follower=Follower(running.io, running.site.root),
    )
    server = uvicorn.Server(
        uvicorn.Config(
            front(engine),
            host=listen.host,
            port=listen.port,
            lifespan="off",
            access_log=False,
            log_level="warning",
            ssl_certfile=listen.certificate or None,
            ssl_keyfile=listen.key or None,
            ssl_ca_certs=listen.client_ca or None,
            ssl_cert_reqs=2 if listen.client_ca else 0,  # ssl.CERT_REQUIRED, ssl.CERT_NONE
            timeout_graceful_shutdown=3,
        )
    )
    show.note(f"the engine takes alerts at {listen.url}/api/v2/alerts")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.DONE))  # uvicorn raises it at its end
    engine.start()
    try:
        server.run()
    finally:
        engine.stop()


@app.command()
def check() -> int:
    """Ask whether alerts can come in and pages can leave; exit 4 when something is missing.

    Example: hisops engine check
    """
    found = list(_findings(session()))
    show.emit(found)
    return Exit.DONE if all(each.good for each in found) else Exit.FINDINGS


def desk(running: Session) -> "Desk":
    """The site's desk; raises OpsError with the first mistake in the rota."""
    from hisops.alerting import desk as desks
    from hisops.core import site as sites

    found, problems = desks.read(running.io, running.site)
    if problems:
        first = sites.tell(running.io, running.site.root, problems)[0]
        cause = f"{first.place}: {first.cause}"
        raise OpsError(cause, fix=first.fix or "see hisops check", code=Exit.USAGE)
    return found


def _findings(running: Session) -> list[Finding]:
    io, settings = running.io, running.site.settings
    url = f"{settings.engine.url}/-/ready"
    try:
        status = io.http("GET", url, timeout=3).status
        ready, detail = status == 200, f"{url} answers {status}"  # noqa: PLR2004 - HTTP
    except OpsError as error:
        ready, detail = False, error.cause
    found = [Finding(what="engine", good=ready, detail=detail)]
    mail = settings.mail.server
    found.append(Finding(what="mail server", good=io.connects(mail), detail=mail))
    now, desk_ = io.now(), desk(running)
    from hisops.alerting import heartbeat, outbox
    from hisops.alerting.rota import on_call

    oldest = outbox.oldest_seconds(running.store, now.timestamp())
    found.append(
        Finding(what="outbox", good=oldest <= _OLD_SECONDS, detail=f"oldest {oldest:.0f} s")
    )
    late = heartbeat.late(heartbeat.list_beats(running.store), now.timestamp())
    found.append(Finding(what="heartbeats", good=not late, detail=", ".join(sorted(late))))
    for team in desk_.rota.teams:
        person = desk_.person(on_call(desk_.rota, team, now)[0])
        detail = f"{person.name} by {', '.join(person.channels)}"
        found.append(Finding(what=f"on call {team}", good=True, detail=detail))
    return found


_OLD_SECONDS = 10.0


def _killer() -> "Reached":
    """What tests ask for by HISOPS_KILL=POINT:N[:SIGNAL]: die when a point is reached the Nth time."""
    wish = os.environ.get("HISOPS_KILL", "")  # noqa: TID251 - for tests of the engine only
    point, _, rest = wish.partition(":")
    count, _, name = rest.partition(":")
    left = int(count or 1)
    session_io = session().io
    number = signal.Signals[f"SIG{name or 'KILL'}"]

    def reached(here: str) -> None:
        nonlocal left
        if here == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), number)
                session_io.sleep(0.1)  # a stop takes effect a moment later

    return reached
