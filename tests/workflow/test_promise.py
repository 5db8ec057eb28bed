"""What was promised beside what was kept."""

from urllib.parse import quote

import pytest

from hisops.io.fake import Fake
from hisops.workflow import promise


def _answer(io, promql, value=None):
    rows = (
        f'{{"metric":{{"system":"his","slo":"availability"}},"value":[1,"{value}"]}}'
        if value
        else ""
    )
    body = f'{{"status":"success","data":{{"result":[{rows}]}}}}'
    io.answers("GET", "query=" + quote(f"max by (system, slo) ({promql})", safe=""), body=body)


def _read(site, good, count, burn):
    io = Fake()
    _answer(io, "avg_over_time(hisops:slo_good:ratio[30d])", good)
    _answer(io, "count_over_time(hisops:slo_good:ratio[30d])", count)
    _answer(io, "hisops:slo_burn:ratio", burn)
    return {kept.slo: kept for kept in promise.read(io, site)}


def test_the_budget_left_is_what_errors_did_not_use(site):
    kept = _read(site, "0.99975", "21600", "0.5")["availability"]

    assert kept.budget_left == pytest.approx(0.75)
    assert (kept.objective, kept.burn, kept.measured) == (0.999, 0.5, 0.5)


def test_a_broken_promise_has_less_than_nothing_left(site):
    assert _read(site, "0.998", "43200", "9")["availability"].budget_left == pytest.approx(-1)


def test_what_was_not_measured_is_unknown_and_not_kept(site):
    kept = _read(site, None, None, None)["latency"]

    assert (kept.result, kept.budget_left, kept.burn, kept.measured) == (None, None, None, 0)
