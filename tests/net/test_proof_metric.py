"""Series of the proof."""

from hisops.core.metric import expose
from hisops.core.metric_text import parse
from hisops.net import fabric, proof, proof_metric
from tests.net.hospital import inventory


def _page(site):
    graph = fabric.build(site)
    found = proof.conclude(site, graph, proof.prove(site, graph))
    series, values = parse(expose(proof_metric.samples(found, "seen")))
    return {
        (f.name, *dict(labels).values()): v for (f, labels), v in zip(series, values, strict=True)
    }


def test_each_system_has_its_count_and_each_failure_its_series():
    page = _page(inventory(without=["acc-1:49"]))

    assert page["hisops_redundancy_single_failures", "emr", "seen"] == "2"
    assert page["hisops_redundancy_cut", "emr", "seen"] == "0"
    info = ("emr", "agg-2", "switch", "users", "seen")
    assert page["hisops_redundancy_single_failure_info", *info] == "1"


def test_a_system_that_is_cut_says_so():
    page = _page(inventory(without=["acc-1:49", "acc-1:50"]))

    assert page["hisops_redundancy_cut", "emr", "seen"] == "1"
    assert page["hisops_redundancy_single_failures", "emr", "seen"] == "0"
