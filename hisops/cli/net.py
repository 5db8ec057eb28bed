"""hisops net: how the network is cabled, and whether it survives a failure."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.net.difference import Comparison
    from hisops.net.fabric import Cable
    from hisops.net.proof import Proof
    from hisops.net.sight import Sight

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


class CableRow(msgspec.Struct, frozen=True, kw_only=True):
    """A cable, and what is wrong with it."""

    a: str
    b: str
    note: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The network as a tree, DOT or SVG."""

    form: str
    text: str


From = Annotated[str, typer.Option("--from", help="File with what was seen, not Prometheus.")]
Snmp = Annotated[str, typer.Option(help="Ask the switches now; community: credential:NAME.")]


@app.command()
def prove(
    seen: Annotated[bool, typer.Option("--seen", help="Only links that are seen.")] = False,
    source: From = "",
    snmp: Snmp = "",
    publish: Annotated[
        bool, typer.Option("--publish", help="Write metrics, as the job does.")
    ] = False,
) -> int:
    """Tell which single link, switch or path would cut a class C1 system off.

    Exit 0: none; 3: some hosts' connection is not known; 4: there are some, or it is cut already.
    Example: hisops net prove --json
    """
    from hisops.workflow import network

    running = session()
    sight = _look(source, snmp) if seen or source or snmp else None
    found = network.prove(running.io, running.site, sight)
    if publish:
        network.publish(running.io, running.site)
    _show(found)
    return _code(found)


@app.command()
def topology(
    intended: Annotated[bool, typer.Option("--intended", help="As links.yml says.")] = False,
    seen: Annotated[bool, typer.Option("--seen", help="As the devices say over LLDP.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Only what differs; exit 4.")] = False,
    draw: Annotated[str, typer.Option(help="tree, dot or svg instead of a table.")] = "",
    source: From = "",
    snmp: Snmp = "",
) -> int:
    """Show the cables as they are written down, as they are seen, or how both differ.

    Exit 3: of some cables nothing is known; 4: something differs. A picture marks what differs.
    Example: hisops net topology --seen --draw tree
    """
    from hisops.workflow import network

    if draw not in ("", "tree", "dot", "svg"):
        raise OpsError(f"--draw {draw}", fix="use tree, dot or svg", code=Exit.USAGE)
    running = session()
    if not (seen or diff or source or snmp):
        graph = network.intended(running.site)
        _cables([(cable, "") for cable in graph.cables], draw)
        return Exit.DONE
    found = _look(source, snmp)
    compared = network.compare(running.site, found)
    if diff and not draw:
        show.emit(compared.differences)
    elif seen and running.as_json:
        show.emit(found)
    else:
        _cables(compared.lines, draw)
    return _difference_code(compared) if diff else Exit.DONE


def _look(source: str, snmp: str) -> "Sight":
    """What is seen: from a file, from the switches themselves, else from Prometheus."""
    from hisops.workflow import network

    running = session()
    if source or not snmp:
        return network.look(running.io, running.site, source)
    from hisops.cli.search import community, search
    from hisops.net import lldp

    addresses = network.switches(running.site)
    return search(lambda net: lldp.ask_all(net, addresses, community(snmp)))


@app.command()
def latency(
    probes: Annotated[bool, typer.Option("--probes", help="Print the probes file.")] = False,
) -> None:
    """Show loss and round trip between zones, or print the probes that measure them.

    \b
    hisops net latency --probes > probes/zones.yml
    hisops net latency
    """
    from hisops.workflow import network

    running = session()
    if probes:
        text = network.zone_probes(running.site)
        if running.as_json:
            show.emit(Picture(form="yaml", text=text))
        show.line(text.rstrip())
        return
    show.emit(network.latency(running.io, running.site))


def _cables(lines: "list[tuple[Cable, str]]", draw: str) -> None:
    """Cables as a table or a picture."""
    from hisops.net import drawing
    from hisops.net.fabric import role_of

    if not draw:
        ends = [(cable.ends, note) for cable, note in sorted(lines)]
        show.emit([CableRow(a=a, b=b, note=note) for (a, b), note in ends])
        return
    roles = {name: role_of(host) for name, host in session().site.inventory.hosts.items()}
    shapes = [drawing.Line(cable, note) for cable, note in lines]
    if draw == "tree":
        text = "\n".join(drawing.tree(shapes, roles))
    else:
        text = (drawing.dot if draw == "dot" else drawing.svg)(shapes, roles)
    if session().as_json:
        show.emit(Picture(form=draw, text=text))
    else:
        show.line(text.rstrip())


def _difference_code(compared: "Comparison") -> int:
    if compared.differences:
        return Exit.FINDINGS
    return Exit.PARTIAL if compared.unknown else Exit.DONE


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
