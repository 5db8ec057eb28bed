"""The prober's page: labels of the check on every series, and nothing that breaks the others."""

from prometheus_client.parser import text_string_to_metric_families

from hisops.core.metric import Family, Sample
from hisops.prober.page import MOST_SERIES, Page, base_text

UP = Family("probe_success", "gauge", "Whether it was well.")
BASE = {"instance": "db1", "module": "tcp"}


def read(page: Page) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page.text())
        for sample in family.samples
    }


def add(page: Page, samples, labels=BASE):
    page.add(base_text(labels), frozenset(labels), samples)


def test_series_carry_the_labels_of_their_check():
    page = Page()

    add(page, [Sample(UP, 1)])
    add(page, [Sample(UP, 0, (("phase", "tls"),))], {"instance": "db2"})

    assert read(page) == {
        ("probe_success", "instance=db1", "module=tcp"): 1,
        ("probe_success", "instance=db2", "phase=tls"): 0,
    }


def test_a_series_of_a_known_label_keeps_it_under_another_name():
    page = Page()

    add(page, [Sample(UP, 1, (("instance", "theirs"),))])

    assert list(read(page)) == [
        ("probe_success", "exported_instance=theirs", "instance=db1", "module=tcp")
    ]


def test_hostile_names_and_texts_cost_only_themselves():
    page = Page()

    add(page, [Sample(Family("no name", "gauge", "x"), 1), Sample(UP, 1)])
    add(page, [Sample(UP, 0, (("1a", "x"),)), Sample(UP, 0, (("text", 'a"b\\c\nd'),))])

    assert set(read(page).values()) == {0, 1}
    assert page.dropped == 2


def test_a_flood_of_series_is_cut():
    page = Page()

    add(page, (Sample(UP, n, (("n", str(n)),)) for n in range(MOST_SERIES + 5)))

    assert page.dropped == 5


def test_a_page_without_outcomes_is_empty():
    assert Page().text() == ""
