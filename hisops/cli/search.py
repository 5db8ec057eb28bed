"""A network for commands that look around: it refuses every zone that is not open."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.core.net import Net
    from hisops.wire.snmp.credentials import Credentials

T = TypeVar("T")


def search(work: "Callable[[Net], Coroutine[Any, Any, T]]") -> T:
    """The result of a coroutine over such a network."""
    from hisops.io.loop import Loop
    from hisops.io.net import Network
    from hisops.workflow import discovery

    running, loop = session(), Loop()
    net = Network(loop, running.io, discovery.guard(running.site))
    try:
        return loop.run(work(net))
    finally:
        net.close()
        loop.close()


def community(ref: str) -> "Credentials":
    """The SNMP community behind a reference; raises OpsError for one in clear."""
    from hisops.core.text import Secret
    from hisops.wire.snmp.credentials import Community

    try:
        return Community(word=session().io.secret(Secret.parse(ref).ref).strip())
    except ValueError as error:
        raise OpsError("--snmp: a secret in clear", fix=f"give {error}", code=Exit.USAGE) from None
