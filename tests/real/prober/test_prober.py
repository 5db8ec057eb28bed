"""The prober as a process: pages, blackbox's form, deadlines, changed configurations."""

import http.client
import json
import select
import signal

from tests.real.prober.conftest import check, wait_for, write


def test_a_group_is_probed_when_it_is_asked_for(start, listener):
    prober = start([check(f"127.0.0.1:{listener}"), check("127.0.0.1:1")])

    values = prober.values("/probes?group=tier-1")

    assert values["probe_success", f"127.0.0.1:{listener}"] == 1
    assert values["probe_success", "127.0.0.1:1"] == 0
    assert prober.get("/probes?group=tier-2")[0] == 404


def test_why_a_probe_failed_stands_in_the_log_and_in_the_state(start):
    prober = start([check("127.0.0.1:1")])
    prober.get("/probes?group=tier-1")
    prober.get("/probes?group=tier-1")

    (state,) = json.loads(prober.get("/state")[1])

    assert (state["success"], state["cause"]) == (False, "Connection refused")
    assert prober.log.read_text().count("Connection refused") == 1


def test_hung_targets_cost_their_time_out_and_nothing_else(start, listener):
    hung = [check(f"127.0.0.1:{listener}", "banner", n=str(n)) for n in range(300)]
    good = check(f"127.0.0.1:{listener}", instance="good")
    prober = start(
        [*hung, good],
        {"banner": {"probe": "tcp", "query_response": [{"expect": "^x"}], "timeout": "60 s"}},
    )

    values = prober.values("/probes?group=tier-1", timeout=1.5)

    assert values["probe_success", "good"] == 1
    assert values["probe_success", f"127.0.0.1:{listener}"] == 0
    assert prober.get("/state")[1].count("it said nothing like '^x'") == 300


def test_other_requests_are_answered_while_a_probe_hangs(start, listener):
    prober = start(
        [check(f"127.0.0.1:{listener}", "banner")],
        {"banner": {"probe": "tcp", "query_response": [{"expect": "^x"}], "timeout": "20 s"}},
    )
    link = http.client.HTTPConnection("127.0.0.1", prober.port, timeout=60)
    link.request("GET", "/probes?group=tier-1")

    assert prober.get("/-/healthy") == (200, "OK\n")
    assert "hisops_prober_checks" in prober.get("/metrics")[1]
    assert select.select([link.sock], [], [], 0)[0] == []
    link.close()


def test_a_single_target_is_asked_as_blackbox_exporter_is(start, listener):
    prober = start([check(f"127.0.0.1:{listener}")])

    good = prober.values(f"/probe?module=tcp&target=127.0.0.1:{listener}")
    bad = prober.values("/probe?module=tcp&target=127.0.0.1:1")

    assert (good["probe_success", ""], bad["probe_success", ""]) == (1, 0)


def test_it_is_no_port_scanner_for_anybody(start, listener):
    prober = start([check(f"127.0.0.1:{listener}")])

    status, text = prober.get("/probe?module=tcp&target=127.0.0.2:22")

    assert status == 400
    assert "no target of the site" in text


def test_a_zone_that_is_left_alone_gets_nothing(start, listener):
    prober = start([check(f"127.0.0.1:{listener}")], forbidden=["127.0.0.0/8"])

    assert prober.values("/probes?group=tier-1")["probe_success", f"127.0.0.1:{listener}"] == 0
    assert "left alone" in prober.get("/state")[1]


def test_a_changed_configuration_is_taken_up_and_a_broken_one_is_not(start, listener):
    prober = start([check("127.0.0.1:1")])

    write(prober.config, prober.port, [check(f"127.0.0.1:{listener}")])
    wait_for(lambda: f"127.0.0.1:{listener}" in prober.get("/state")[1])
    prober.config.write_text("{")
    wait_for(lambda: "the old configuration stays" in prober.log.read_text())

    assert f"127.0.0.1:{listener}" in prober.get("/state")[1]


def test_a_probe_with_a_clock_of_its_own_shows_its_age(start, listener):
    prober = start(
        [check(f"127.0.0.1:{listener}", "slow")],
        {"slow": {"probe": "tcp", "every": "60 s"}},
    )
    wait_for(lambda: '"success":true' in prober.get("/state")[1])

    values = prober.values("/probes?group=tier-1")

    assert 0 <= values["hisops_probe_age_seconds", f"127.0.0.1:{listener}"] < 60
    assert values["probe_success", f"127.0.0.1:{listener}"] == 1


def test_a_module_that_does_not_load_costs_only_itself(start, listener):
    prober = start([check(f"127.0.0.1:{listener}"), check("x", "nosuch")])

    assert len(json.loads(prober.get("/state")[1])) == 1
    assert "there is no module 'nosuch'" in prober.log.read_text()


def test_it_ends_when_it_is_told_to(start):
    prober = start([])

    prober.child.send_signal(signal.SIGTERM)

    assert prober.child.wait(10) == 0
