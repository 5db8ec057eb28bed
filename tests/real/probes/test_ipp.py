"""IPP probes against CUPS: idle, stopped while accepting, rejecting, queue too old, frozen."""

import subprocess

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.ipp import Ipp
from tests.real.sql.server import free_port, frozen, listens, running, wait_for

FILES = """
ServerRoot {root}
RequestRoot {root}/spool
CacheDir {root}/cache
StateDir {root}/state
TempDir {root}/spool/tmp
AccessLog {root}/access
ErrorLog {root}/error
PageLog {root}/page
User lp
Group lp
SystemGroup lpadmin
FileDevice Yes
"""
CONF = """
Listen 127.0.0.1:{port}
DefaultAuthType None
Browsing No
WebInterface No
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""


@pytest.fixture(scope="module")
def cups(place):
    for name in ("spool/tmp", "cache", "state"):
        (place / name).mkdir(parents=True)
    port = free_port()
    (place / "cups-files.conf").write_text(FILES.format(root=place))
    (place / "cupsd.conf").write_text(CONF.format(port=port))
    argv = ["/usr/sbin/cupsd", "-f", "-c", str(place / "cupsd.conf")]
    with running([*argv, "-s", str(place / "cups-files.conf")], "root", place) as child:
        wait_for(lambda: listens(port))
        yield child, port


def command(port, *argv):
    tool, *rest = argv
    subprocess.run([tool, "-h", f"127.0.0.1:{port}", *rest], check=True, capture_output=True)


@pytest.fixture
def printer(cups, probe):
    _, port = cups
    command(port, "lpadmin", "-p", "ward3", "-E", "-v", "file:///dev/null", "-m", "raw")
    yield lambda **options: probe(
        Ipp(timeout=Duration(4), **options), f"ipp://127.0.0.1:{port}/printers/ward3"
    )
    command(port, "cancel", "-a")
    command(port, "lpadmin", "-x", "ward3")


def test_an_idle_printer_is_well(printer, series):
    found = printer()

    values = series(found)
    assert found.success, found.cause
    assert values["hisops_probe_ipp_state"] == 3
    assert values["hisops_probe_ipp_accepting_jobs"] == 1
    assert values["hisops_probe_ipp_queued_jobs"] == 0


def test_a_stopped_printer_fails_although_it_accepts(cups, printer, series, tmp_path):
    (tmp_path / "page").write_text("page")
    command(cups[1], "cupsdisable", "ward3")
    for _ in range(3):
        command(cups[1], "lp", "-d", "ward3", str(tmp_path / "page"))

    found = printer()

    values = series(found)
    assert found.cause == "the printer is stopped (paused)"
    assert values["hisops_probe_ipp_state"] == 5
    assert values["hisops_probe_ipp_accepting_jobs"] == 1
    assert values["hisops_probe_ipp_queued_jobs"] == 3
    assert values['hisops_probe_ipp_state_reason{reason="paused"}'] == 1


def test_a_rejecting_printer_fails(cups, printer):
    command(cups[1], "cupsreject", "ward3")

    found = printer()

    assert found.cause == "the printer takes no jobs"


def test_jobs_that_wait_too_long_fail(cups, printer, series, tmp_path):
    (tmp_path / "page").write_text("page")
    command(cups[1], "lp", "-d", "ward3", "-H", "hold", str(tmp_path / "page"))
    wait_for(lambda: series(printer())["hisops_probe_ipp_oldest_job_age_seconds"] >= 1, seconds=10)

    outcomes = [printer(max_age=Duration(seconds)) for seconds in (3600, 0.5)]

    assert [found.success for found in outcomes] == [True, False]
    assert "a job has waited for" in outcomes[1].cause


def test_an_unknown_printer_is_told(cups, probe):
    found = probe(Ipp(), f"ipp://127.0.0.1:{cups[1]}/printers/none")

    assert not found.success
    assert "0x0406" in found.cause  # client-error-not-found


def test_a_frozen_server_costs_the_time_out_only(cups, probe):
    with frozen(cups[0].pid):
        unit = Ipp(timeout=Duration(0.3))
        found = probe(unit, f"ipp://127.0.0.1:{cups[1]}/printers/ward3")

    assert found.cause == "no answer within 0.3 s"


def test_a_closed_port_is_told_at_once(probe):
    assert "refused" in probe(Ipp(), f"ipp://127.0.0.1:{free_port()}/printers/x").cause
