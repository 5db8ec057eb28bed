"""The real Prometheus scrapes agents in every way that a site can choose."""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.real.agent.conftest import free_port, wait_for


def job(name: str, port: int, **more: object) -> dict[str, object]:
    return {"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}], **more}


def wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except urllib.error.HTTPError as error:  # 503 while it reads its data
            error.close()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def prometheus(tmp_path) -> Iterator:
    """Starts a Prometheus with these jobs; gives a function that asks it."""
    children = []

    def begin(jobs: list[dict[str, object]]):
        port = free_port()
        config = tmp_path / "prometheus.yml"
        config.write_text(
            yaml.safe_dump({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs})
        )
        argv = [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={tmp_path}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        children.append(subprocess.Popen(argv, stderr=subprocess.DEVNULL))
        wait_for(port, children[-1], 30)
        wait_until_ready(f"http://127.0.0.1:{port}/-/ready")

        def ask(query: str) -> dict[str, float]:
            words = urllib.parse.urlencode({"query": query})
            url = f"http://127.0.0.1:{port}/api/v1/query?{words}"
            with urllib.request.urlopen(url, timeout=10) as reply:
                found = json.load(reply)["data"]["result"]
            return {item["metric"]["job"]: float(item["value"][1]) for item in found}

        return ask

    yield begin
    for child in children:
        child.send_signal(signal.SIGTERM)
        child.wait(20)


def certificate(folder: Path) -> None:
    """One that is its own authority, for server and client."""
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            "a.key",
            "-out",
            "a.pem",
            "-days",
            "2",
            "-subj",
            "/CN=agent",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def test_prometheus_scrapes_plain_with_a_password_and_with_a_certificate(
    start, prometheus, tmp_path
):
    certificate(tmp_path)
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "ward7"], capture_output=True, text=True, check=True
    )
    (tmp_path / "users").write_text(f"prometheus:{hashed.stdout}")
    files = {"certificate": tmp_path / "a.pem", "key": tmp_path / "a.key"}
    plain = start()
    secret = start(**files, users=tmp_path / "users")
    closed = start(**files, client_ca=tmp_path / "a.pem")
    trust = {"ca_file": str(tmp_path / "a.pem")}
    pair = {"cert_file": str(tmp_path / "a.pem"), "key_file": str(tmp_path / "a.key")}
    who = {"username": "prometheus", "password": "ward7"}
    tls = {"scheme": "https", "tls_config": trust}

    ask = prometheus(
        [
            job("plain", plain.port),
            job("password", secret.port, basic_auth=who, **tls),
            job("certificate", closed.port, scheme="https", tls_config=trust | pair),
            job("no password", secret.port, **tls),
            job("no certificate", closed.port, **tls),
        ]
    )
    expected = {
        "plain": 1,
        "password": 1,
        "certificate": 1,
        "no password": 0,
        "no certificate": 0,
    }
    deadline = time.monotonic() + 20
    while (found := ask("up")) != expected and time.monotonic() < deadline:
        time.sleep(0.2)

    assert found == expected
    assert set(ask("node_load1")) == {"plain", "password", "certificate"}
