"""How Prometheus takes a new configuration, with recorded answers of promtool and Prometheus."""

import msgspec
import pytest

from hisops.core import journal
from hisops.core.errors import Exit, OpsError
from hisops.core.event import ConfigApplied
from hisops.core.model import Host
from hisops.core.settings import Metrics, Scrape
from hisops.core.site import shipped_root
from hisops.core.text import Secret
from hisops.io.store import Sqlite
from hisops.monitor import prometheus

_RULE_FILE = f"{shipped_root()}/alerts/rules/host.yml"


@pytest.fixture
def store(tmp_path):
    opened = Sqlite(str(tmp_path / "hisops.db"))
    yield opened
    opened.close()


@pytest.fixture
def io(io):
    """promtool agrees, Prometheus runs and reloads."""
    io.write(_RULE_FILE, "groups: []\n")
    io.listening.add("127.0.0.1:19090")
    io.runs("promtool", "check", "config")
    io.answers("POST", "/-/reload")
    return io


def _events(store) -> list[tuple[bool, str]]:
    entries = journal.history(store, ConfigApplied, "prometheus")
    return [(event.accepted, event.cause) for event in (e.event() for e in reversed(entries))]


def _with_host(site, name: str):
    host = Host(name=name, address="10.20.0.77", vars={"agent_port": 9100})
    hosts = {**site.inventory.hosts, name: host}
    inventory = msgspec.structs.replace(site.inventory, hosts=hosts)
    return msgspec.structs.replace(site, inventory=inventory)


def test_a_new_configuration_is_judged_put_in_place_and_loaded(io, site, store):
    applied = prometheus.apply(io, site, store)

    assert (applied.changed, applied.reloaded) == (True, True)
    assert io.read(f"{site.state}/prometheus/rules/host.yml") == "groups: []\n"
    assert io.calls[0][:3] == ("promtool", "check", "config")
    assert _events(store) == [(True, "")]


def test_the_same_configuration_again_does_nothing(io, site, store):
    prometheus.apply(io, site, store)
    before, asked = dict(io.files), len(io.requests)

    applied = prometheus.apply(io, site, store)

    assert not applied.changed
    assert (io.files, len(io.requests), len(io.calls)) == (before, asked, 1)
    assert len(_events(store)) == 1


def test_prometheus_that_does_not_run_yet_is_not_asked_to_reload(io, site, store):
    io.listening.clear()

    applied = prometheus.apply(io, site, store)

    assert (applied.changed, applied.reloaded) == (True, False)
    assert io.requests == []


def test_the_judged_folder_is_gone_afterwards(io, site, store):
    prometheus.apply(io, site, store)

    assert not io.exists(f"{site.state}/prometheus/candidate")


def test_what_promtool_refuses_never_replaces_the_last_good_one(io, site, store):
    prometheus.apply(io, site, store)
    good = dict(io.files)
    path = f"{site.state}/prometheus/candidate/rules/host.yml"
    line = f"  {path}: 5:13: could not parse expression"
    io.write(_RULE_FILE, "groups: [{name: x}]\n")
    io.runs("promtool", "check", "config", code=1, err=f"  FAILED:\n{line}\n")
    io.run(["promtool", "check", "config"])  # use up the first answer

    with pytest.raises(OpsError) as problem:
        prometheus.apply(io, site, store)

    assert "rules/host.yml: 5:13: could not parse expression" in problem.value.cause
    assert "candidate" not in problem.value.cause
    io.write(_RULE_FILE, "groups: []\n")
    assert io.files == good
    assert len(io.requests) == 1
    assert [accepted for accepted, _ in _events(store)] == [True, False]


def test_what_prometheus_refuses_is_taken_back_and_the_old_one_loaded(io, site, store):
    prometheus.apply(io, site, store)
    good = {n: t for n, t in io.files.items() if "/prometheus/" in n}
    io.answers("POST", "/-/reload", status=500, body="failed to reload config: no")
    io.http("POST", "/-/reload")  # use up the first answer

    with pytest.raises(OpsError) as problem:
        prometheus.apply(io, _with_host(site, "new1"), store)

    assert problem.value.cause == (
        "Prometheus refuses the configuration: failed to reload config: no"
    )
    assert {n: t for n, t in io.files.items() if "/prometheus/" in n} == good
    assert [request[0] for request in io.requests[-2:]] == ["POST", "POST"]
    assert _events(store)[-1] == (False, problem.value.cause)


def test_a_refusal_is_told_once_however_often_it_is_tried(io, site, store):
    prometheus.apply(io, site, store)
    io.answers("POST", "/-/reload", status=500, body="no")
    io.http("POST", "/-/reload")

    for _ in range(3):
        with pytest.raises(OpsError):
            prometheus.apply(io, _with_host(site, "new1"), store)

    assert [accepted for accepted, _ in _events(store)] == [True, False]


def test_an_interrupted_change_is_finished_by_the_next_one(io, site, store):
    prometheus.apply(io, site, store)
    io.remove(f"{site.state}/prometheus/applied")  # written last

    applied = prometheus.apply(io, site, store)

    assert (applied.changed, applied.reloaded) == (True, True)


def test_files_that_nothing_names_any_more_are_deleted(io, site, store):
    prometheus.apply(io, site, store)
    stale = f"{site.state}/prometheus/rules/old.yml"
    io.write(stale, "groups: []\n")

    prometheus.apply(io, site, store)

    assert not io.exists(stale)


def test_a_missing_password_file_is_told_before_every_host_seems_down(io, site, store):
    scrape = Scrape(user="prom", password=Secret("credential:agents"))
    settings = msgspec.structs.replace(site.settings, prometheus=Metrics(scrape=scrape))

    with pytest.raises(OpsError) as problem:
        prometheus.apply(io, msgspec.structs.replace(site, settings=settings), store)

    assert problem.value.code == Exit.USAGE
    assert "credentials/agents" in problem.value.cause


def test_the_command_line_keeps_a_storm_and_stays_on_loopback(site):
    argv = prometheus.argv(site)

    assert argv[0] == "prometheus"
    assert "--alertmanager.notification-queue-capacity=100000" in argv
    assert "--rules.alert.resend-delay=10s" in argv
    assert "--web.listen-address=127.0.0.1:19090" in argv
    assert "--storage.tsdb.retention.time=2592000s" in argv


def test_prometheus_that_does_not_answer_is_not_ready(io, site):
    assert not prometheus.is_ready(io, site)
    io.answers("GET", "/-/ready", status=503)
    assert not prometheus.is_ready(io, site)


def test_prometheus_that_answers_is_ready(io, site):
    io.answers("GET", "/-/ready")

    assert prometheus.is_ready(io, site)
