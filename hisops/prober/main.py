"""The prober: blackbox_exporter's `/probe?target=&module=`, and `/probes?group=` for a whole tier."""

from __future__ import annotations

import gc
import resource
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hisops.agent.conf import Conf
from hisops.agent.main import build_listener
from hisops.agent.server import Server
from hisops.core.errors import Exit, OpsError
from hisops.io.local import Local
from hisops.io.loop import Loop
from hisops.io.net import Network, zone_guard
from hisops.monitor import prober_conf
from hisops.prober.desk import Desk

if TYPE_CHECKING:
    from hisops.monitor.prober_conf import ProberConf

_SWEEP_SECONDS = 1.0


def main(argv: list[str]) -> int:
    """Run the prober with `--config FILE` until SIGTERM; raises OpsError when it cannot start."""
    if len(argv) != 2 or argv[0] != "--config":  # noqa: PLR2004 - option and value
        fix = "hisops up and hisops install start it"
        raise OpsError("the prober takes one configuration file", fix=fix, code=Exit.USAGE)
    file = Path(argv[1])
    conf = _load(file)
    _raise_limits()
    loop = Loop()
    net = Network(loop, Local(credentials=conf.credentials))
    desk = Desk(loop, net)
    take(desk, net, conf)
    server = build_server(conf, desk)
    stopping: list[bool] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: loop.call(lambda: stopping.append(True)))
    attend(loop, server)
    _calm_collector()
    loop.spawn(_follow(file, desk, net, server))
    while not stopping:
        loop.turn()
    return Exit.DONE


def take(desk: Desk, net: Network, conf: ProberConf) -> None:
    """Work by this configuration from now on."""
    net.refuse = zone_guard(conf.forbidden, conf.allowed)
    desk.take(conf)


def build_server(conf: ProberConf, desk: Desk) -> Server:
    """A server that listens already; raises OpsError when the address or a file is unfit."""
    wish = conf.listen
    plain = Conf(
        listen=wish.listen,
        certificate=wish.certificate,
        key=wish.key,
        client_ca=wish.client_ca,
        users=wish.users,
    )
    server = Server(build_listener(plain, "prober"), desk.serve)
    if plain.certificate:
        from hisops.agent.channel import Tls

        server.make_channel = Tls(plain).channel
    if plain.users:
        from hisops.agent.auth import Gate

        server.gate = Gate(plain.users, server.wake)
    return server


def attend(loop: Loop, server: Server) -> None:
    """Have the loop look after the server's connections."""

    def turn() -> None:
        server.turn(0)
        while server.is_busy:
            server.turn(0)

    loop.watch(server.fileno(), turn)


async def _follow(file: Path, desk: Desk, net: Network, server: Server) -> None:
    """Take up a changed configuration, and end connections whose time is over."""
    stamp = _stamp(file)
    while True:
        await net.sleep(_SWEEP_SECONDS)
        server.turn(0)
        if _stamp(file) == stamp:
            continue
        stamp = _stamp(file)
        try:
            take(desk, net, _load(file))
        except OpsError as error:
            sys.stderr.write(f"hisops prober: {error.cause}; the old configuration stays\n")


def _load(file: Path) -> ProberConf:
    fix = "let `hisops up` or `hisops monitor apply` write it"
    try:
        return prober_conf.load(file.read_text())
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise OpsError(f"{file}: {why}", fix=fix, code=Exit.USAGE) from None


def _stamp(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_ino)


def _calm_collector() -> None:
    """Look for cycles seldom: pages make many objects and no cycles, and searching costs a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _raise_limits() -> None:
    """As many descriptors as we may have: every connection of a round is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
