"""Requests to the prober: who may ask what, and what hostile ones cost."""

import pytest

from hisops.agent import http
from hisops.core.settings import Listen
from hisops.monitor.prober_conf import ProberConf
from hisops.monitor.watch import Check, Plan
from hisops.prober.desk import Desk

LISTEN = Listen(listen="127.0.0.1:19115")
MODULES = {
    "open": {"probe": "http"},
    "closed": {"probe": "http", "bearer_token": "file:/etc/ward/token"},
}


def check(module: str, target: str) -> Check:
    return Check(module=module, target=target, instance=target, tier=1, labels={})


@pytest.fixture
def desk(loop, net):
    made = Desk(loop, net)
    plan = Plan(modules=MODULES, checks=(check("closed", "http://127.0.0.1:1/"),))
    made.take(ProberConf(listen=LISTEN, plan=plan, known=("127.0.0.1", "10.1.1.1")))
    return made


def ask(loop, desk, path: str, **headers: str) -> http.Answer:
    path, _, query = path.partition("?")
    found = desk.serve(http.Request("GET", path, headers, True, query))
    if isinstance(found, http.Answer):
        return found
    answers = []
    found.then(answers.append)
    while not answers:
        loop.turn(1)
    return answers[0]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:1?@10.1.1.1/",
        "http://127.0.0.2:1%23@10.1.1.1/",
        "127.0.0.2?x@10.1.1.1",
        "http://127.0.0.2:1%5C@10.1.1.1/",
        "http://10.1.1.1@127.0.0.2/",
    ],
)
def test_a_target_in_disguise_is_seen_through(loop, desk, target):
    answer = ask(loop, desk, f"/probe?module=open&target={target}")

    assert (answer.status, b"no target of the site" in answer.body) == (400, True)


def test_a_secret_goes_only_where_the_site_sends_it(loop, desk):
    given = ask(loop, desk, "/probe?module=closed&target=http://127.0.0.1:1/")
    other = ask(loop, desk, "/probe?module=closed&target=http://127.0.0.1:2/")
    without = ask(loop, desk, "/probe?module=open&target=http://127.0.0.1:2/")

    assert [given.status, other.status, without.status] == [200, 400, 200]
    assert b"holds a secret" in other.body


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "0", "-5", "1e999", "soon"])
def test_a_senseless_time_out_is_not_followed(loop, desk, text):
    headers = {"x-prometheus-scrape-timeout-seconds": text}

    answer = ask(loop, desk, "/probe?module=open&target=http://127.0.0.1:1/", **headers)

    assert b"probe_success{} 0" in answer.body or b"probe_success 0" in answer.body


def test_a_unit_that_does_not_load_costs_its_request_only(loop, net, tmp_path):
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    desk = Desk(loop, net)
    plan = Plan(checks=(check("broken", "127.0.0.1:1"), check("tcp", "127.0.0.1:1")))

    desk.take(ProberConf(listen=LISTEN, plan=plan, units=str(tmp_path)))

    assert [state.module for state in desk.states()] == ["tcp"]
    assert ask(loop, desk, "/probe?module=broken&target=127.0.0.1:1").status == 400
    assert ask(loop, desk, "/probes?group=tier-1").status == 200


def test_a_unit_that_forgets_an_endpoint_costs_its_own_outcomes_only(loop, net, tmp_path):
    (tmp_path / "short.py").write_text(
        "from hisops.monitor.probe import Probe\n"
        "class Short(Probe, frozen=True, kw_only=True):\n"
        "    async def probe_all(self, net, endpoints):\n"
        "        return []\n"
    )
    desk = Desk(loop, net)
    plan = Plan(checks=(check("short", "127.0.0.1:1"), check("tcp", "127.0.0.1:1")))
    desk.take(ProberConf(listen=LISTEN, plan=plan, units=str(tmp_path)))

    answer = ask(loop, desk, "/probes?group=tier-1")

    assert answer.status == 200
    assert [s.cause[:35] for s in desk.states()] == [
        "the probe itself failed: ValueError",
        "Connection refused",
    ]
