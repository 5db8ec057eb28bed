"""hisops discover: hosts that the inventory lacks, as a change to review."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from hisops.cli import show
from hisops.cli.search import community, search
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.net.discovery import Trace
    from hisops.net.proposal import Proposal

app = typer.Typer(help="Propose hosts for the inventory: from the network, or another program.")

Write = Annotated[bool, typer.Option("--write", help="Change the file, after the diff was read.")]
_SOURCES = ("arp", "lldp", "snmp", "ssh", "ports")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What would change in the inventory, or did."""

    file: str
    diff: str
    hosts: tuple[str, ...]
    left_out: tuple[str, ...]
    written: bool


@app.command()
def scan(
    zone: Annotated[str, typer.Option(help="Only addresses of this zone.")] = "",
    source: Annotated[
        list[str] | None,
        typer.Option("--from", help="arp, lldp, snmp, ssh, ports; may be repeated. [default: arp]"),
    ] = None,
    sweep: Annotated[bool, typer.Option("--sweep", help="Ask every address of the zone.")] = False,
    snmp: Annotated[str, typer.Option(help="Community: credential:NAME, env: or file:.")] = "",
    rate: Annotated[float, typer.Option(min=0.1, max=200, help="Questions per second.")] = 20,
    write: Write = False,
) -> None:
    """Look for hosts that the inventory lacks, and print the change as a diff.

    Only zones with `probe: open` are asked; from others only what this machine and the switches
    know already is told.

    \b
    hisops discover scan --zone core-app --from arp --from ssh
    hisops discover scan --zone core-app --from snmp --snmp credential:snmp --sweep
    """
    from hisops.workflow import discovery

    sources = tuple(source or ("arp",))
    for each in sources:
        if each not in _SOURCES:
            raise OpsError(f"--from {each}", fix=f"use {', '.join(_SOURCES)}", code=Exit.USAGE)
    if "snmp" in sources and not snmp:
        fix = "add --snmp credential:NAME"
        raise OpsError("--from snmp needs a community", fix=fix, code=Exit.USAGE)
    running = session()
    traces = discovery.start(running.io, running.site, sources, zone, sweep=sweep)
    found = _look(traces, sources, rate, snmp, zone)
    entries = [trace.entry() for trace in found]
    _show(discovery.propose(running.io, running.site, entries, ", ".join(sources)), write)


@app.command("import")
def import_file(
    kind: Annotated[Literal["zabbix", "checkmk", "csv"], typer.Argument(help="Whose file it is.")],
    file: Annotated[str, typer.Argument(help="The export.")],
    column: Annotated[
        list[str] | None,
        typer.Option(help="Of a table: name=HEADING, address=HEADING, groups=HEADING ..."),
    ] = None,
    write: Write = False,
) -> None:
    """Read another program's hosts, and print the change as a diff.

    \b
    hisops discover import zabbix zbx_export_hosts.yaml
    hisops discover import checkmk hosts.mk
    hisops discover import csv assets.csv --column name=资产名称
    """
    from hisops.workflow import discovery

    columns = {}
    for each in column or ():
        word, _, heading = each.partition("=")
        if not heading:
            raise OpsError(f"--column {each}", fix="write name=HEADING", code=Exit.USAGE)
        columns[word] = heading
    running = session()
    entries = discovery.read_import(running.io, kind, file, columns)
    _show(discovery.propose(running.io, running.site, entries, f"{kind} {file}"), write)


def _look(
    traces: "list[Trace]", sources: tuple[str, ...], rate: float, snmp: str, zone: str
) -> "list[Trace]":
    """What may be asked, asked."""
    from hisops.workflow import discovery

    site = session().site
    credentials = community(snmp) if snmp else None
    return search(
        lambda net: discovery.look(
            net, site, traces, sources, per_second=rate, credentials=credentials, zone=zone
        )
    )


def _show(change: "Proposal", write: bool) -> None:
    from hisops.workflow import discovery

    if write and change.hosts:
        discovery.write(session().io, session().site, change)
    if session().as_json:
        show.emit(
            Change(
                file=change.file,
                diff=change.diff,
                hosts=change.hosts,
                left_out=change.left_out,
                written=write and bool(change.hosts),
            )
        )
        return
    show.line(change.diff.rstrip() or "nothing new")
    for line in change.left_out:
        show.note(line)
    if change.hosts:
        done = "written" if write else "not written: add --write when it is right"
        show.note(f"{len(change.hosts)} hosts, {done}")
