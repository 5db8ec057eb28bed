"""The agent: serves this machine's metrics at /metrics until it is told to end."""

from __future__ import annotations

import _socket
import errno
import signal
import sys
from typing import TYPE_CHECKING

from hisops.agent import conf as configuration
from hisops.agent import http, selection
from hisops.agent.loop import Broken, Loop
from hisops.agent.server import MOST_CONNECTIONS, Server
from hisops.core import units
from hisops.core.errors import Exit, OpsError
from hisops.io.cached import Cached

if TYPE_CHECKING:
    from hisops.agent.conf import Conf
    from hisops.monitor.collector import Collector

_PACKAGE = "hisops.monitor.collectors"
_FIXES = {
    errno.EADDRINUSE: "end what listens there (ss -ltnp), or choose another port",
    errno.EADDRNOTAVAIL: "this machine has no such address: choose another one",
    errno.EACCES: "choose a port above 1023, or run it as root",
}


def main(argv: list[str]) -> int:
    """Run the agent with `--config FILE` until SIGTERM; raises OpsError when it cannot start."""
    if len(argv) != 2 or argv[0] != "--config":  # noqa: PLR2004 - option and value
        fix = "hisops agent --config FILE; or hisops agent, which takes it from the site"
        raise OpsError("the agent takes one configuration file", fix=fix, code=Exit.USAGE)
    conf = configuration.load(argv[1])
    loop = build_loop(conf)
    server = build_server(conf, loop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: server.stop())
    server.run()
    return Exit.DONE


def build_loop(conf: Conf) -> Loop:
    """The collectors that hisops ships, and those of the site; raises OpsError for unknown ones."""
    machine, patient = (
        Cached(proc=conf.proc, sys=conf.sys, root=conf.root, limit=limit) for limit in (512, 0)
    )
    found: dict[str, Collector] = {}
    also = conf.also.split()
    options = _options(conf)
    for name in units.names(_PACKAGE):
        unit: Collector = units.load(_PACKAGE, name)()
        if unit.by_default or name in also or name in options:
            found[name] = unit
        for option, value in options.get(name, {}).items():
            setattr(unit, option, value)
    unknown = [name for name in also if name not in found]
    if unknown:
        fix = "correct site.yml: agent.also; the names are those of hisops/monitor/collectors"
        raise OpsError(f"there is no collector {unknown[0]!r}", fix=fix, code=Exit.USAGE)
    for name, path in units.site_files(conf.units).items():
        found[name] = _site_unit(name, path)
    # Whatever jobs left behind comes last: a name that is measured here stays with its collector.
    textfile = found.pop("textfile")
    return Loop(found | {"textfile": textfile}, machine, patient)


def _options(conf: Conf) -> dict[str, dict[str, object]]:
    """Options of collectors that the configuration sets; those it names run."""
    found: dict[str, dict[str, object]] = {"textfile": {"folder": conf.metrics}}
    if conf.services:
        found["service_health"] = {"services": tuple(conf.services.split())}
    if conf.processes:
        found["process_group"] = {"groups": conf.processes}
    return found


def build_server(conf: Conf, loop: Loop) -> Server:
    """A server that listens already; raises OpsError when the address or a file is unfit."""
    server = Server(build_listener(conf, "agent"), lambda request: _serve(request, loop))
    if conf.certificate:
        from hisops.agent.channel import Tls

        server.make_channel = Tls(conf).channel
    if conf.users:
        from hisops.agent.auth import Gate

        server.gate = Gate(conf.users, server.wake)
    return server


def _serve(request: http.Request, loop: Loop) -> http.Answer:
    if request.method not in ("GET", "HEAD"):
        return http.plain(405, "Allow: GET, HEAD\r\n")
    if request.path == "/metrics":
        return selection.answer(request, loop)
    return http.plain(200 if request.path == "/-/healthy" else 404)


def _site_unit(name: str, path: str) -> Collector:
    """A collector of the site; one that does not load is a collector that fails."""
    try:
        unit: Collector = units.load_file(path)()
    except Exception as error:  # noqa: BLE001 - the site's own code may raise anything
        sys.stderr.write(f"hisops agent: {path}: {error}\n")
        return Broken(f"{name}: {error}")
    unit.slow = True  # whatever it does, it does it on its own thread
    return unit


def build_listener(conf: Conf, part: str) -> _socket.socket:
    """A socket that listens already; raises OpsError with what to do in site.yml."""
    try:
        (family, *_, address), *_ = _socket.getaddrinfo(
            conf.host, conf.port, 0, _socket.SOCK_STREAM
        )
        listener = _socket.socket(family, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC)
        listener.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(MOST_CONNECTIONS)
    except OSError as error:
        why = error.strerror or str(error)
        fix = f"{_FIXES.get(error.errno or 0, 'choose another address')} in site.yml: {part}.listen"
        raise OpsError(f"{conf.listen}: {why}", fix=fix) from None
    return listener
