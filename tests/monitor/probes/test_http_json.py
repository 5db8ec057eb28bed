"""JSON over HTTP: what is taken from a document, and answers that are wrong."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.http_json import HttpJson, Pick, address, take
from hisops.monitor.sql import Metric

# constructed after no product: queues of an interface engine as many show them.
_DOCUMENT = {
    "status": "UP",
    "queues": [
        {"name": "lis", "depth": 4, "paused": False},
        {"name": "pacs", "depth": "17", "paused": True},
    ],
    "pools": {"his": {"used": 3}, "emr": {"used": 5}},
}
_DEPTH = Pick(
    metric=Metric(name="queue_depth"), each="queues[*]", value="depth", labels={"queue": "name"}
)


def _values(pick, document=_DOCUMENT):
    return [(sample.labels, sample.value) for sample in take(document, pick)]


def test_takes_a_value_of_each_place_with_its_labels():
    assert _values(_DEPTH) == [((("queue", "lis"),), 4), ((("queue", "pacs"),), 17)]


def test_a_label_may_be_the_key_that_the_star_stood_for():
    pick = Pick(metric=Metric(name="used"), each="pools[*]", value="used", labels={"pool": "@key"})

    assert _values(pick) == [((("pool", "his"),), 3), ((("pool", "emr"),), 5)]


def test_words_and_booleans_become_numbers():
    state = Pick(metric=Metric(name="up"), value="status", words={"UP": 1, "DOWN": 0})
    paused = Pick(
        metric=Metric(name="paused"), each="queues[*]", value="paused", labels={"q": "name"}
    )

    assert _values(state) == [((), 1)]
    assert [value for _, value in _values(paused)] == [0, 1]


@pytest.mark.parametrize("value", ["queues", "status", "none", "pools.his"])
def test_what_is_no_number_is_not_taken(value):
    assert _values(Pick(metric=Metric(name="x"), value=value)) == []


def test_places_with_the_same_labels_count_once():
    assert len(_values(Pick(metric=Metric(name="x"), each="queues[*]", value="depth"))) == 1


def test_a_pick_with_a_wrong_path_does_not_load():
    with pytest.raises(ValueError, match="no path"):
        Pick(metric=Metric(name="x"), each="a[")


@pytest.mark.parametrize(
    ("target", "url"),
    [("h:8080", "http://h:8080/api"), ("https://h/x", "https://h/x")],
)
def test_a_target_that_is_no_url_gets_the_path(target, url):
    assert address(target, "/api") == url


@pytest.fixture
def server():
    """An HTTP server; `answer` is (status, body), `asked` the headers of the last request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            made.asked = dict(self.headers)
            status, body = made.answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
    made.target = f"127.0.0.1:{made.server_port}"
    made.answer = (200, json.dumps(_DOCUMENT).encode())
    yield made
    made.shutdown()
    made.server_close()


def test_probes_a_server(probe, series, server, tmp_path):
    (tmp_path / "secret").write_text("p")
    unit = HttpJson(picks=(_DEPTH,), user="u", password=Secret(f"file:{tmp_path}/secret"))

    found = probe(unit, server.target)

    assert found.success, found.cause
    assert series(found)['queue_depth{queue="lis"}'] == 4
    assert server.asked["Authorization"] == "Basic dTpw"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ((503, b"{}"), "HTTP status 503"),
        ((200, b"<html>"), "not JSON"),
        ((200, b"[" * 100_000), "JSON"),
        ((200, b'{"queues": []}'), "no number at queues[*] depth"),
        ((200, b"x" * 3_000_000), "2000000"),
    ],
    ids=["status", "html", "deep", "empty", "large"],
)
def test_a_wrong_answer_is_told(probe, server, answer, cause):
    server.answer = answer

    found = probe(HttpJson(picks=(_DEPTH,), timeout=Duration(3)), server.target)

    assert not found.success
    assert cause in found.cause
