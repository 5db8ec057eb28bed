"""The reports on updates and antivirus."""

from hisops.audit.checks.antivirus import Antivirus
from hisops.audit.checks.antivirus_detection import AntivirusDetection
from hisops.audit.checks.patch import Patch
from hisops.audit.evaluate import evaluate
from hisops.audit.finding import Reason, Status
from hisops.audit.report import av_report, line, patch_report
from tests.audit.checks import test_antivirus, test_patch
from tests.audit.sample import AT, facts

BOTH = {"antivirus": Antivirus(), "antivirus_detection": AntivirusDetection()}


def patched(known):
    (result,) = evaluate(known, {"patch": Patch()}, AT)
    return patch_report(known, result)


def test_lists_every_update_with_its_counts():
    report = patched(test_patch.SAMPLES["fail"])

    assert [update.package for update in report.updates] == ["bash", "openssl", "zip"]
    assert (report.missing, report.security, report.installable, report.hidden) == (3, 2, 3, 0)
    assert report.doubts == ()


def test_where_nobody_can_tell_there_is_no_number():
    report = patched(test_patch.SAMPLES["unknown"])

    assert (report.missing, report.security, report.hidden) == (None, None, None)
    assert report.doubts[0].startswith("security: expired on 2026-11-22")


def test_facts_that_nobody_may_read_give_no_list():
    report = patched(facts(gaps={"index": Reason.DENIED}))

    assert (report.verdict, report.updates, report.missing) == (Status.UNKNOWN, (), None)


def test_shows_engine_definitions_and_the_worst_verdict():
    known = test_antivirus.SAMPLES["pass"]

    report = av_report(known, evaluate(known, BOTH, AT))

    assert (report.product, report.engine, report.definitions) == ("ClamAV", "1.4.6", 27001)
    assert (report.age, report.verdict) == ("1 h ago", Status.UNKNOWN)


def test_shows_that_there_is_no_antivirus():
    known = facts(test_antivirus.scanner(programs={}))

    report = av_report(known, evaluate(known, BOTH, AT))

    assert (report.product, report.engine, report.built) == (None, None, None)
    assert (report.verdict, report.summary) == (
        Status.FAIL,
        "no antivirus: ClamAV is not installed",
    )


def test_a_line_counts_what_failed():
    (result,) = evaluate(test_patch.SAMPLES["fail"], {"patch": Patch()}, AT)

    assert (line(result).failed, line(result).verdict) == (3, Status.FAIL)
