"""Whatever goes wrong beside the agent, the page comes, whole and in time."""

import contextlib
import os
import signal
import socket
import statistics
import sys
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

# What hangs here hangs for ever, or for half a minute; the deadline itself is for benchmarks/agent.
_SECONDS = 5.0


def samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and first label value."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def timed(agent) -> tuple[float, dict[tuple[str, str], float]]:
    begin = time.monotonic()
    page = agent.page()
    return time.monotonic() - begin, samples(page)


@pytest.fixture
def units(tmp_path) -> Path:
    """A site's folder of own collectors."""
    folder = tmp_path / "collectors"
    folder.mkdir()
    return folder


def collector(folder: Path, name: str, body: str) -> None:
    (folder / f"{name}.py").write_text(
        "import time\n"
        "from hisops.core.metric import Family, Sample\n"
        "from hisops.monitor.collector import Collector\n"
        f"class {name.capitalize()}(Collector):\n"
        "    def collect(self, io):\n"
        f"        {body}\n"
    )


def test_a_collector_of_the_site_is_served(start, units):
    family = 'Family("hisops_ward_beds", "gauge", "Beds.")'
    collector(units, "ward", f'yield Sample({family}, 40, (("ward", "ICU \\\\ \\"1\\""),))')

    page = start(units=units).page()

    assert 'hisops_ward_beds{ward="ICU \\\\ \\"1\\""} 40\n' in page
    assert samples(page)["node_scrape_collector_success", "ward"] == 1


def test_a_collector_that_fails_costs_only_itself(start, units):
    collector(units, "broken", "raise RuntimeError('no such ward')")
    collector(units, "wrong", 'yield Sample(Family("hisops ward", "gauge", ""), 1)')
    collector(units, "odd", 'yield Sample(Family("hisops_odd", "gauge", ""), "much")')
    (units / "torn.py").write_text("class Torn(")

    agent = start(units=units)
    found = samples(agent.page())

    for name in ("broken", "wrong", "odd", "torn"):
        assert found["node_scrape_collector_success", name] == 0
    assert found["node_scrape_collector_success", "meminfo"] == 1
    assert "collector broken: RuntimeError: no such ward" in agent.log.read_text()


def test_a_collector_that_hangs_delays_nothing_past_half_a_second(start, units):
    collector(units, "stuck", "time.sleep(3600)")
    agent = start(units=units)

    pages = [timed(agent) for _ in range(5)]
    agent.child.send_signal(signal.SIGTERM)

    assert agent.child.wait(5) == 0
    assert statistics.median(seconds for seconds, _ in pages) < _SECONDS
    for _, found in pages:
        assert found["node_scrape_collector_success", "stuck"] == 0
        assert found["node_scrape_collector_success", "stat"] == 1
        assert ("node_load1", "") in found


def test_a_collector_that_is_late_shows_its_last_values_and_their_age(start, units, tmp_path):
    slow = tmp_path / "slow"
    body = f"time.sleep(3600 if __import__('os').path.exists({str(slow)!r}) else 0)"
    collector(units, "late", f'{body}; yield Sample(Family("hisops_late", "gauge", ""), 7)')
    agent = start(units=units)
    agent.page()
    slow.touch()

    agent.page()
    found = samples(agent.page())

    assert found["hisops_late", ""] == 7
    assert found["hisops_collector_stale_seconds", "late"] > 0.3
    assert found["node_scrape_collector_success", "late"] == 0


@pytest.mark.skipif(not Path("/dev/fuse").exists(), reason="this kernel has no FUSE")
def test_a_mount_that_hangs_costs_itself_and_comes_back(start, tmp_path):
    folder, state = tmp_path / "hung", tmp_path / "state"
    folder.mkdir()
    state.write_text("answer")
    proc = _proc_with_own_mounts(tmp_path)
    helper = (sys.executable, str(Path(__file__).parent / "hung_mount.py"))
    space = ("unshare", "-m", "--propagation", "private")
    agent = start((*space, *helper, str(folder), str(state), "--"), proc=proc)
    size, error = "node_filesystem_size_bytes", "node_filesystem_device_error"

    _, good = timed(agent)
    state.write_text("hang")
    hung = [timed(agent) for _ in range(20)]
    state.write_text("answer")
    deadline = time.monotonic() + 5
    while (back := timed(agent)[1])[error, "hung"] and time.monotonic() < deadline:
        time.sleep(0.05)

    assert good[size, "hung"] == 1000 * 4096
    assert good[error, "hung"] == 0
    assert hung[0][0] < 2 * _SECONDS
    assert statistics.median(seconds for seconds, _ in hung) < _SECONDS / 3
    for _, found in hung:
        assert found[error, "hung"] == 1
        assert (size, "hung") not in found
    assert back[size, "hung"] == 1000 * 4096


def _proc_with_own_mounts(tmp_path: Path) -> Path:
    """Process 1 lives in another mount namespace than the agent here: leave its table out."""
    proc = tmp_path / "proc"
    proc.mkdir()
    for name in ("self", "stat", "meminfo", "loadavg"):
        (proc / name).symlink_to(f"/proc/{name}")
    return proc


def test_other_clients_do_not_wait_for_a_slow_reader(start):
    agent = start()
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            slow = stack.enter_context(socket.socket())
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            slow.connect(("127.0.0.1", agent.port))
            slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
        seconds, found = timed(agent)

    assert seconds < _SECONDS
    assert ("node_load1", "") in found


def test_half_a_request_and_idle_connections_keep_nobody_waiting(start):
    agent = start()
    with contextlib.ExitStack() as stack:
        links = [stack.enter_context(agent.connect()) for _ in range(100)]
        for link in links[:50]:
            link.sendall(b"GET /metrics HTTP/1.1\r\nHos")
        seconds, _ = timed(agent)
        links[0].sendall(b"t: a\r\n\r\n")
        first = links[0].recv(15)

    assert seconds < _SECONDS
    assert first == b"HTTP/1.1 200 OK"


def test_a_head_that_does_not_end_closes_its_connection(start):
    agent = start()
    with agent.connect() as link:
        link.settimeout(10)
        link.sendall(b"GET /metrics HTTP/1.1\r\n")
        begin = time.monotonic()
        data = link.recv(1)

    assert data == b""
    assert 4 < time.monotonic() - begin < 8


def test_more_connections_than_allowed_push_out_the_oldest(start):
    agent = start()
    with contextlib.ExitStack() as stack:
        links = [stack.enter_context(agent.connect()) for _ in range(300)]
        seconds, _ = timed(agent)
        links[0].settimeout(5)
        first = links[0].recv(1)
        held = len(list(Path(f"/proc/{agent.child.pid}/fd").iterdir()))

    assert seconds < _SECONDS
    assert first == b""
    assert held < 256 + 200


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /other HTTP/1.1\r\n\r\n", 404),
        (b"GET /metricsx HTTP/1.1\r\n\r\n", 404),
        (b"GET /-/healthy HTTP/1.1\r\n\r\n", 200),
        (b"HEAD /metrics HTTP/1.1\r\n\r\n", 200),
        (b"POST /metrics HTTP/1.1\r\n\r\n", 405),
        (b"GET /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 400),
        (b"GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
        (b"GET /metrics\r\n\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nX: " + b"y" * 9000, 431),
    ],
)
def test_every_request_gets_its_status(start, request_bytes, status):
    agent = start()
    with agent.connect() as link:
        link.sendall(request_bytes)
        answer = link.recv(64)

    assert answer.startswith(b"HTTP/1.1 %d " % status)


def test_requests_in_one_piece_are_answered_in_order(start):
    agent = start()
    with agent.connect() as link:
        link.sendall(
            b"GET /-/healthy HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
            b"GET /-/healthy HTTP/1.1\r\nConnection: close\r\n\r\n"
        )
        data = b""
        while block := link.recv(4096):
            data += block

    assert [part[:3] for part in data.split(b"HTTP/1.1 ")[1:]] == [
        b"200",
        b"404",
        b"200",
    ]


def test_a_bad_text_file_costs_only_itself(start, tmp_path):
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "good.prom").write_text("hisops_good 1\n")
    (folder / "bad.prom").write_text("hisops_bad 1\nhisops_bad{\n")
    (folder / "own.prom").write_text("node_load1 99\n")
    os.mkfifo(folder / "pipe.prom")

    seconds, found = timed(start(metrics=folder))

    assert seconds < _SECONDS
    assert found["hisops_good", ""] == 1
    assert ("hisops_bad", "") not in found
    assert found["node_load1", ""] != 99
    assert found["node_textfile_scrape_error", ""] == 1
    assert found["hisops_textfile_bad", f"{folder}/bad.prom"] == 1
    assert found["hisops_textfile_bad", f"{folder}/good.prom"] == 0
    assert found["hisops_collector_dropped_series", "textfile"] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_agent_cleanly(start, number):
    agent = start()
    with agent.connect() as link:
        link.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        agent.child.send_signal(number)
        code = agent.child.wait(5)

    assert code == 0
    assert agent.log.read_text() == ""


def test_an_occupied_port_is_one_line_of_cause_and_one_of_what_to_do(start, run):
    agent = start()

    code, said = run(f"listen=127.0.0.1:{agent.port}\n")

    assert code == 1
    assert said.splitlines() == [
        f"hisops: 127.0.0.1:{agent.port}: Address already in use",
        "  what to do: end what listens there (ss -ltnp), or choose another port in site.yml: "
        "agent.listen",
    ]
