"""The canary's journey through real servers: whole, and with each hop broken in turn."""

import json
from urllib.request import urlopen

import pytest

from hisops.core.text import Duration
from hisops.monitor.journey import Find, Order, Retrieve, Store, Worklist
from hisops.monitor.orthanc import Rest
from hisops.monitor.probes.journey import CleanUp, Journey
from tests.real.hospital.ward import free_port, frozen

QUICK = Duration(1.5)
HOPS = ["order", "worklist", "store", "find", "retrieve", "clean-up"]


def journey(ward, **changed) -> Journey:
    """All hops opted in, with times that a test can wait for."""
    pacs = {"port": ward.dicom, "called": "PACS", "timeout": QUICK}
    hops = {
        "order": Order(port=ward.hl7, timeout=QUICK),
        "worklist": Worklist(port=ward.worklist, called="RIS", timeout=QUICK),
        "store": Store(**pacs),
        "find": Find(**pacs),
        "retrieve": Retrieve(**pacs),
        "clean_up": CleanUp(orthanc=Rest(url=ward.url), timeout=QUICK),
    }
    return Journey(**(hops | changed))


def by_hop(outcome, name):
    rows = [s for s in outcome.samples if s.family.name == name]
    return {row.labels[0][1]: row.value for row in rows}


def broken(outcome):
    """Hops that are named as the first that failed."""
    return [hop for hop, value in by_hop(outcome, "hisops_journey_failed_hop").items() if value]


def studies(ward):
    with urlopen(f"{ward.url}/studies", timeout=5) as answer:
        return json.load(answer)


@pytest.fixture(autouse=True)
def nothing_left_behind(ward):
    """Each test begins and ends without studies and worklist items."""
    yield
    for path in ward.worklists.glob("*.wl"):
        path.unlink()


def test_a_whole_journey_passes_every_hop_and_leaves_nothing(probe, ward):
    outcome = probe(journey(ward), "127.0.0.1")

    assert (outcome.success, outcome.cause) == (True, "")
    assert by_hop(outcome, "hisops_journey_hop_up") == dict.fromkeys(HOPS, 1)
    assert list(by_hop(outcome, "hisops_journey_hop_seconds")) == HOPS
    assert broken(outcome) == []
    assert studies(ward) == []
    assert list(ward.worklists.glob("*.wl")) == []


def test_a_frozen_engine_breaks_the_order(probe, ward):
    with frozen(ward.engine_pid):
        outcome = probe(journey(ward), "127.0.0.1")

    assert broken(outcome) == ["order"]
    assert outcome.cause.startswith("order: no answer within 1.5 s")
    assert "worklist" not in by_hop(outcome, "hisops_journey_hop_up")


def test_an_engine_that_is_gone_breaks_the_order_and_needs_no_cleaning(probe, ward):
    outcome = probe(journey(ward, order=Order(port=free_port())), "127.0.0.1")

    assert outcome.cause == "order: Connection refused"
    assert by_hop(outcome, "hisops_journey_hop_up") == {"order": 0}


def test_an_engine_that_rejects_breaks_the_order(probe, ward):
    outcome = probe(journey(ward, order=Order(port=ward.hl7, receiver="AR")), "127.0.0.1")

    assert broken(outcome) == ["order"]
    assert outcome.cause.startswith("order: answered AR")


def test_a_frozen_worklist_breaks_the_worklist(probe, ward):
    with frozen(ward.worklist_pid):
        outcome = probe(journey(ward), "127.0.0.1")

    assert broken(outcome) == ["worklist"]
    assert by_hop(outcome, "hisops_journey_hop_up")["order"] == 1


def test_an_order_that_was_acknowledged_and_lost_breaks_the_worklist(probe, ward):
    away = ward.worklists.rename(ward.folder / "away")
    try:
        outcome = probe(journey(ward), "127.0.0.1")
    finally:
        away.rename(ward.worklists)

    assert broken(outcome) == ["worklist"]
    assert by_hop(outcome, "hisops_journey_hop_up")["order"] == 1
    assert "store" not in by_hop(outcome, "hisops_journey_hop_up")


def test_an_order_that_reaches_another_worklist_is_told_as_missing(probe, ward):
    other = ward.folder / "worklists" / "OTHER"
    other.mkdir()
    (other / "lockfile").touch()
    hop = Worklist(port=ward.worklist, called="OTHER", timeout=QUICK)

    outcome = probe(journey(ward, worklist=hop), "127.0.0.1")

    assert broken(outcome) == ["worklist"]
    assert "no worklist item for the order that was accepted" in outcome.cause


def test_a_frozen_pacs_breaks_the_store(probe, ward):
    with frozen(ward.pacs_pid):
        outcome = probe(journey(ward), "127.0.0.1")

    assert broken(outcome) == ["store"]
    ups = by_hop(outcome, "hisops_journey_hop_up")
    assert ups == {"order": 1, "worklist": 1, "store": 0, "clean-up": 1}
    assert list(ward.worklists.glob("*.wl")) == [], "the order is cancelled all the same"


def test_a_study_that_another_archive_has_breaks_the_find(probe, ward):
    hop = Find(port=ward.worklist, called="RIS", timeout=QUICK)

    outcome = probe(journey(ward, find=hop), "127.0.0.1")

    assert broken(outcome) == ["find"]
    assert studies(ward) == [], "what was stored is removed though the journey broke"


def test_a_move_to_a_peer_that_does_not_answer_breaks_the_retrieve(probe, ward):
    hop = Retrieve(port=ward.dicom, called="PACS", by="move", destination="NOWHERE", timeout=QUICK)

    outcome = probe(journey(ward, retrieve=hop), "127.0.0.1")

    assert broken(outcome) == ["retrieve"]
    assert studies(ward) == []


def test_a_clean_up_that_fails_is_told_and_breaks_nothing_else(probe, ward):
    how = CleanUp(orthanc=Rest(url=f"http://127.0.0.1:{free_port()}"), timeout=QUICK)

    outcome = probe(journey(ward, clean_up=how), "127.0.0.1")
    again = probe(journey(ward), "127.0.0.1")

    assert outcome.success
    assert broken(outcome) == ["clean-up"]
    assert outcome.cause == "clean-up: Connection refused"
    left = [s.value for s in outcome.samples if s.family.name == "hisops_journey_clean_up_failed"]
    assert left == [1]
    assert again.success


def test_a_journey_of_one_hop_runs_that_hop_only(probe, ward):
    alone = Journey(store=Store(port=ward.dicom, called="PACS"), clean_up=journey(ward).clean_up)

    outcome = probe(alone, "127.0.0.1")

    assert by_hop(outcome, "hisops_journey_hop_up") == {"store": 1, "clean-up": 1}
