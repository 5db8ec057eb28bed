"""The page that proves a drill."""

from datetime import UTC, datetime

from hisops.backup.evidence import Evidence, page
from hisops.core.event import Assertion, DrillFinished


def test_the_page_names_verdict_times_and_every_assertion():
    drill = DrillFinished(
        subject="his-db",
        copy="offsite",
        passed=False,
        rto_seconds=42.0,
        rpo_seconds=600.0,
        assertions=(Assertion(name="row counts", passed=False, detail="a|b"),),
        cause="row counts: a|b",
    )
    at = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

    text = page(Evidence(plan="his-db", system="his", started_at=at, actor="li", drill=drill))

    assert "未通过 / FAILED" in text
    assert "| 恢复时间 / RTO | 42 s |" in text
    assert "| row counts | ✗ | a\\|b |" in text
