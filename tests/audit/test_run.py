"""An audit of this machine: evidence, journal, metrics."""

import gzip
from pathlib import Path

import pytest

from hisops.audit.facts import decode
from hisops.audit.finding import Severity, Status, breaches, is_complete
from hisops.audit.run import host_name, load, publish, read_last, run
from hisops.core import journal
from hisops.core.errors import Exit, OpsError
from hisops.core.event import AuditFinished
from hisops.core.model import Host, Inventory
from hisops.io.local import Local

QUICK = ("accounts", "risky_ports")


def metrics(site) -> list[str]:
    text = Path(site.state, "metrics/audit.prom").read_text()
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_keeps_facts_and_results_and_tells_the_journal(site, store):
    results = run(Local(), store, site, QUICK, actor="li")

    entries = journal.latest(store, AuditFinished)
    assert [entry.subject for entry in entries] == [
        "accounts/this-machine",
        "risky_ports/this-machine",
    ]
    event = entries[0].event()
    assert (event.passed, event.failed, event.summary) == (1, 0, results[0].summary)
    facts = event.evidence.replace(".json", ".facts.json.gz")
    kept = decode(gzip.decompress(Path(facts).read_bytes()).decode())
    assert kept.groups.keys() == {"accounts", "listeners"}
    assert Path(event.evidence).stat().st_mode & 0o077 == 0


def test_gives_back_the_last_results_from_their_evidence(site, store):
    first = run(Local(), store, site, QUICK)
    (second,) = run(Local(), store, site, ["accounts"])

    assert read_last(Local(), store) == [second, first[1]]


def test_a_run_of_one_check_leaves_the_metrics_of_the_others(site, store):
    run(Local(), store, site, QUICK)
    run(Local(), store, site, ["accounts"])

    assert 'hisops_audit_findings{check="risky_ports",host="this-machine",status="unknown"} 0' in (
        metrics(site)
    )


def test_figures_become_metrics_and_what_is_not_known_has_none(site, store):
    known = AuditFinished(
        subject="patch/his-01",
        passed=0,
        failed=3,
        unknown=0,
        summary="",
        counts={"security": 2, "other": 1},
    )
    unknown = AuditFinished(subject="patch/his-02", passed=0, failed=0, unknown=1, summary="")
    for event in (known, unknown):
        journal.record(store, event, at=Local().now(), actor="test")

    publish(Local(), store, site)

    missing = [line for line in metrics(site) if line.startswith("hisops_patch_missing")]
    assert missing == [
        'hisops_patch_missing{host="his-01",kind="security"} 2',
        'hisops_patch_missing{host="his-01",kind="other"} 1',
    ]
    assert 'hisops_audit_findings{check="patch",host="his-02",status="unknown"} 1' in metrics(site)


def test_an_unknown_check_gets_a_hint(site, store):
    with pytest.raises(OpsError, match="there is no check 'patches'") as told:
        run(Local(), store, site, ["patches"])

    assert (told.value.code, told.value.fix) == (Exit.USAGE, "did you mean 'patch'?")


def test_a_site_adds_a_check_of_its_own(site, store):
    folder = Path(site.root, "units/checks")
    folder.mkdir(parents=True)
    ours = Path(__file__).parents[2] / "hisops/audit/checks/accounts.py"
    (folder / "visitors.py").write_text(
        ours.read_text().replace("class Accounts", "class Visitors")
    )

    (result,) = run(Local(), store, site, ["visitors"])

    assert (result.check, result.status) == ("visitors", Status.PASS)
    assert "patch" in load(site)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("this-machine",), "this-machine"),
        (("a", "b"), "node"),
        (("node", "a"), "node"),
        ((), "node"),
    ],
)
def test_this_machine_is_the_only_host_with_a_local_connection(site, names, expected):
    local = {"ansible_connection": "local"}
    hosts = {name: Host(name=name, address="127.0.0.1", vars=local) for name in names}
    inventory = Inventory(hosts=hosts)

    named = type(site)(
        root=site.root, settings=site.settings, inventory=inventory, state=site.state
    )

    assert host_name(named, "node") == expected


def test_lost_evidence_is_told(site, store):
    run(Local(), store, site, ["accounts"])
    for path in Path(site.state, "audit").rglob("*.json"):
        path.write_text("{}")

    with pytest.raises(OpsError, match="not the results of an audit"):
        read_last(Local(), store)


def test_only_findings_at_or_above_the_limit_breach_it(site, store):
    (result,) = run(Local(), store, site, ["held"])
    failed = result.findings[0].__class__(status=Status.FAIL, text="x", severity=Severity.MEDIUM)
    worse = type(result)(
        **{f: getattr(result, f) for f in result.__struct_fields__} | {"findings": (failed,)}
    )

    assert breaches([worse], Severity.MEDIUM) == [failed]
    assert breaches([worse], Severity.HIGH) == []
    assert is_complete([worse])
