"""hisops net: whether the network survives a failure."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit

if TYPE_CHECKING:
    from hisops.net.proof import Proof

app = typer.Typer(help="See how the network is cabled, and what a failure would cut.")

_MOST_PARTS = 3


class System(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one system."""

    system: str
    verdict: str
    single_failures: int
    accepted: int
    unknown_hosts: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A failure that cuts systems from the same thing."""

    element: str
    kind: str
    systems: str
    cut_from: str
    accepted: str


@app.command()
def prove(
    publish: Annotated[bool, typer.Option(help="Write the metrics too, as the job does.")] = False,
) -> int:
    """Tell which single link, switch or path would cut a class C1 system off.

    Exit 0: none; 3: some hosts' connection is not known; 4: there are some, or it is cut already.
    Example: hisops net prove --json
    """
    from hisops.net import proof_metric
    from hisops.workflow import network

    running = session()
    found = network.prove(running.io, running.site)
    if publish:
        network.publish(running.io, running.site, proof_metric.samples(found, "intended"))
    _show(found)
    return _code(found)


def _show(proof: "Proof") -> None:
    if session().as_json:
        show.emit(proof)
        return
    show.emit(
        [
            System(
                system=each.system,
                verdict=each.state.value,
                single_failures=each.failures,
                accepted=each.accepted,
                unknown_hosts=_short(each.unknown_hosts),
            )
            for each in proof.verdicts
        ]
    )
    if proof.findings:
        show.line("")
        show.emit(_failures(proof))


def _failures(proof: "Proof") -> list[Failure]:
    """One row for all systems that lose the same by the same failure."""
    rows = []
    for finding in proof.findings:
        groups: dict[str, list[str]] = {}
        for cut in finding.cuts:
            groups.setdefault(f"{cut.lost.value}: {_short(cut.parts)}", []).append(cut.system)
        rows += [
            Failure(
                element=finding.element,
                kind=finding.kind.value,
                systems=", ".join(systems),
                cut_from=lost,
                accepted=finding.accepted,
            )
            for lost, systems in groups.items()
        ]
    return rows


def _short(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_PARTS} more" if len(names) > _MOST_PARTS else ""
    return ", ".join(names[:_MOST_PARTS]) + more


def _code(proof: "Proof") -> int:
    from hisops.net.proof import State

    states = {each.state for each in proof.verdicts}
    if states & {State.REFUTED, State.CUT}:
        return Exit.FINDINGS
    return Exit.PARTIAL if State.UNKNOWN in states else Exit.DONE
