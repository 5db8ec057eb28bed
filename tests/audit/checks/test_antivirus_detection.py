"""clamd's answers."""

from hisops.audit.checks.antivirus_detection import AntivirusDetection
from hisops.audit.finding import Status
from tests.audit.checks.test_antivirus import scanner
from tests.audit.sample import facts

# clamd 1.4.6
ANSWERS = {
    "ping": "PONG",
    "version": "ClamAV 1.4.6/27001/Tue Nov 24 02:58:34 2026",
    "clean": "stream: OK",
    "eicar": "stream: Hisops.Eicar.UNOFFICIAL FOUND",
}
SOCKET = "/run/clamav/clamd.ctl"
SAMPLES = {
    "pass": facts(scanner(socket=SOCKET, answers=ANSWERS)),
    "fail": facts(scanner(socket=SOCKET, answers=ANSWERS | {"eicar": "stream: OK"})),
    "unknown": facts(scanner(socket=SOCKET, answers={"error": "Connection refused"})),
}


def verdicts(**answers: str) -> list[Status]:
    found = scanner(socket=SOCKET, answers=ANSWERS | answers)
    return [finding.status for finding in AntivirusDetection().check(facts(found))]


def test_a_daemon_that_calls_everything_a_virus_fails():
    assert verdicts(clean="stream: Hisops.All FOUND") == [Status.FAIL]


def test_older_definitions_in_memory_than_on_disk_fail():
    assert verdicts(version="ClamAV 1.4.6/27000/x") == [Status.FAIL, Status.PASS]


def test_a_daemon_without_a_socket_is_unknown():
    (finding,) = AntivirusDetection().check(facts(scanner()))

    assert finding.status is Status.UNKNOWN


def test_no_engine_is_proof_that_there_is_nothing_to_test():
    (finding,) = AntivirusDetection().check(facts(scanner(programs={})))

    assert finding.status is Status.NOT_APPLICABLE
