"""An audit of this machine: collect, judge, keep the evidence, tell journal and metrics."""

import gzip
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from hisops.audit.check import Check
from hisops.audit.evaluate import evaluate
from hisops.audit.facts import Facts
from hisops.audit.finding import Result, Status
from hisops.audit.gather import gather
from hisops.core import journal, units
from hisops.core.errors import Exit, OpsError
from hisops.core.event import AuditFinished
from hisops.core.io import Io
from hisops.core.metric import Family, Sample, expose
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.core.text import did_you_mean

_FINDINGS = Family("hisops_audit_findings", "gauge", "Findings of a check's last run by verdict.")
_RUN = Family("hisops_audit_run_timestamp_seconds", "gauge", "When a check last ran.")
_FACTS = Family(
    "hisops_facts_timestamp_seconds", "gauge", "When the facts that a check judged were collected."
)


def run(
    io: Io, store: Store, site: Site, checks: Sequence[str] = (), *, actor: str = "audit"
) -> list[Result]:
    """Run the named checks, or all, on this machine; results by name.

    Raises OpsError USAGE for an unknown name. What cannot be told is a finding, not an error.
    """
    known = load(site)
    _, results, raw = _judge(io, site, _select(known, checks))
    path = _keep(io, site, results, raw)
    with store.write() as transaction:
        for result in results:
            journal.append(transaction, _event(result, path), at=io.now(), actor=actor)
    publish(io, store, site)
    return results


def look(io: Io, site: Site, names: Sequence[str]) -> tuple[Facts, list[Result]]:
    """Facts and results of the named checks, now; nothing is written."""
    facts, results, _ = _judge(io, site, _select(load(site), names))
    return facts, results


def read_last(io: Io, store: Store, checks: Sequence[str] = ()) -> list[Result]:
    """The last result of each check (or of those named) on each host, from its evidence."""
    found = []
    for entry in journal.latest(store, AuditFinished):
        event = entry.event()
        name = entry.subject.partition("/")[0]
        if isinstance(event, AuditFinished) and (not checks or name in checks):
            kept = read_evidence(io, event.evidence)
            found += [each for each in kept if f"{each.check}/{each.host}" == entry.subject]
    return found


def load(site: Site) -> dict[str, Check]:
    """Every check by name; one of the site's own (units/checks/NAME.py) replaces ours."""
    found = units.find("hisops.audit.checks", f"{site.root}/units/checks")
    return {name: kind() for name, kind in found.items()}


def publish(io: Io, store: Store, site: Site) -> None:
    """Write the metrics of all checks from the journal, for the agent to serve."""
    known = load(site)
    samples: list[Sample] = []
    for entry in journal.latest(store, AuditFinished):
        event = entry.event()
        name, _, host = entry.subject.partition("/")
        if isinstance(event, AuditFinished) and name in known:
            at = datetime.fromisoformat(entry.at).timestamp()
            samples += _samples(known[name], name, host, event, at)
    io.write(f"{site.state}/metrics/audit.prom", expose(samples))


def read_evidence(io: Io, path: str) -> list[Result]:
    """The results that an evidence file holds; raises OpsError when it is gone or damaged."""
    try:
        return msgspec.json.decode(io.read_bytes(path), type=list[Result])
    except msgspec.DecodeError as error:
        fix = "run the audit again: hisops audit run"
        raise OpsError(f"{path}: not the results of an audit: {error}", fix=fix) from None


def host_name(site: Site, node: str) -> str:
    """This machine in the inventory: the only host with a local connection, else its own name."""
    hosts = site.inventory.hosts
    local = [n for n, h in hosts.items() if h.vars.get("ansible_connection") == "local"]
    return node if node in hosts or len(local) != 1 else local[0]


def _select(known: Mapping[str, Check], names: Sequence[str]) -> dict[str, Check]:
    for name in names:
        if name not in known:
            fix = did_you_mean(name, known) or f"known: {', '.join(sorted(known))}"
            raise OpsError(f"there is no check {name!r}", fix=fix, code=Exit.USAGE)
    return {name: known[name] for name in names or known}


def _judge(io: Io, site: Site, checks: Mapping[str, Check]) -> tuple[Facts, list[Result], bytes]:
    groups = {group.tag for check in checks.values() for group in check.needs}
    facts, raw = gather(io, sorted(groups))
    facts = msgspec.structs.replace(facts, host=host_name(site, facts.host))
    return facts, evaluate(facts, checks, io.now()), raw


def _keep(io: Io, site: Site, results: list[Result], facts: bytes) -> str:
    """Write the facts and the results beside each other; gives the path of the results."""
    at = io.now()
    stem = f"{site.state}/audit/{results[0].host}/{at:%Y%m%dT%H%M%S}.{at.microsecond:06}Z"
    io.write(f"{stem}.facts.json.gz", gzip.compress(facts, mtime=0), mode=0o600)
    io.write(f"{stem}.json", msgspec.json.format(msgspec.json.encode(results)), mode=0o600)
    return f"{stem}.json"


def _event(result: Result, evidence: str) -> AuditFinished:
    return AuditFinished(
        subject=f"{result.check}/{result.host}",
        passed=result.count(Status.PASS),
        failed=result.count(Status.FAIL),
        unknown=result.count(Status.UNKNOWN),
        not_applicable=result.count(Status.NOT_APPLICABLE),
        summary=result.summary,
        counts=dict(result.figures),
        evidence=evidence,
        collected_at=result.at.timestamp(),
    )


def _samples(
    check: Check, name: str, host: str, event: AuditFinished, at: float
) -> Iterable[Sample]:
    labels = (("check", name), ("host", host))
    yield Sample(_RUN, at, labels)
    yield Sample(_FACTS, event.collected_at, labels)
    counts = {
        Status.PASS: event.passed,
        Status.FAIL: event.failed,
        Status.UNKNOWN: event.unknown,
        Status.NOT_APPLICABLE: event.not_applicable,
    }
    for status, count in counts.items():
        yield Sample(_FINDINGS, count, (*labels, ("status", status.value)))
    for figure, gauge in check.gauges.items():
        if figure in event.counts:
            yield Sample(gauge.family, event.counts[figure], (("host", host), *gauge.labels))
