"""Faults reach the engine as alerts, within seconds and with what a person needs."""

import os
import signal
import time

import msgspec
import pytest

from hisops.core.model import Class, Name, System
from hisops.monitor import prometheus
from tests.real.monitor.conftest import (
    IO,
    exporter,
    free_port,
    is_up,
    running,
    wait_for,
    with_hosts,
)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_a_host_that_is_lost_is_posted_within_seconds(site, store, sink, tmp_path, number):
    name, port = f"lost-{number.name.lower()}", free_port()
    with running(exporter(port), tmp_path / "log") as child:
        prometheus.apply(IO, with_hosts(site, **{name: port}), store)
        wait_for(lambda: is_up(site, name))
        assert sink.find("AgentDown", instance=name) == []

        start = time.monotonic()
        os.kill(child.pid, number)
        ((at, alert), *_) = wait_for(lambda: sink.find("AgentDown", instance=name))

    prometheus.apply(IO, site, store)
    print(f"{number.name} to post: {at - start:.2f} s")
    assert at - start < 5
    assert alert["labels"]["severity"] == "critical"
    assert alert["labels"]["team"] == "dba"
    assert alert["labels"]["site"] == "Test Hospital"
    assert alert["annotations"]["runbook"] == "server-down"
    assert name in alert["annotations"]["summary_zh"]
    assert {"startsAt", "endsAt", "generatorURL"} <= set(alert)


def test_an_agent_that_is_back_before_the_next_scrape_is_posted_as_restarted(
    site, store, sink, tmp_path
):
    port = free_port()
    slow = System(
        name=Name(zh="库", en="DB"), class_=Class.C1, owner="dba", hosts=("back1",), tier=1
    )
    with running(exporter(port), tmp_path / "first"):
        changed = with_hosts(site, back1=port)
        inventory = msgspec.structs.replace(changed.inventory, systems={"his": slow})
        changed = msgspec.structs.replace(changed, inventory=inventory)
        prometheus.apply(IO, changed, store)
        wait_for(lambda: is_up(site, "back1"))
    with running(exporter(port), tmp_path / "second"):
        found = wait_for(
            lambda: (
                sink.find("AgentRestarted", instance="back1")
                or sink.find("AgentDown", instance="back1")
            )
        )
    prometheus.apply(IO, site, store)
    assert found


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_file_system_is_posted_with_its_mount_and_an_empty_one_is_not(site, sink, tmp_path):
    full, empty = tmp_path / "full", tmp_path / "empty"
    for folder in (full, empty):
        folder.mkdir()
        IO.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)])
    try:
        (full / "data").write_bytes(b"x" * (4 * 1024 * 1024 - 65536))
        ((_, alert), *_) = wait_for(lambda: sink.find("FilesystemFull", mountpoint=str(full)))

        assert sink.find("FilesystemFull", mountpoint=str(empty)) == []
    finally:
        for folder in (full, empty):
            IO.run(["umount", str(folder)])
    assert alert["labels"]["instance"] == "db1"
    assert str(full) in alert["annotations"]["summary"]
    assert alert["annotations"]["runbook"] == "disk-full"


def test_the_heartbeat_reaches_the_engine(sink, site):
    (_, alert), *_ = wait_for(lambda: sink.find("Watchdog"))

    assert alert["labels"]["heartbeat"] == "prometheus"
