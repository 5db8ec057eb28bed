"""The evidence of a drill: one file for programs, one page in two languages for people."""

from datetime import datetime

import msgspec

from hisops.backup.plan import Plan
from hisops.core.event import DrillFinished
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.text import span


class Evidence(Value, frozen=True, kw_only=True):
    """A drill with its time and the person or job that ran it."""

    plan: str
    system: str
    started_at: datetime
    actor: str
    drill: DrillFinished


def write(
    io: Io, folder: str, plan: Plan, drill: DrillFinished, *, at: datetime, actor: str
) -> None:
    """Write `drill.json` and `drill.md` into a folder."""
    found = Evidence(plan=plan.name, system=plan.system, started_at=at, actor=actor, drill=drill)
    text = msgspec.json.format(msgspec.json.encode(found), indent=2)
    io.write(f"{folder}/drill.json", text)
    io.write(f"{folder}/drill.md", page(found))


def page(found: Evidence) -> str:
    """The page for people."""
    drill = found.drill
    verdict = "通过 / PASSED" if drill.passed else "未通过 / FAILED"
    rows = "\n".join(
        f"| {_cell(a.name)} | {'✓' if a.passed else '✗'} | {_cell(a.detail)} |"
        for a in drill.assertions
    )
    return f"""\
# 恢复演练记录 / Restore drill: {found.plan}

| 项目 / Item | 内容 / Value |
|---|---|
| 结论 / Verdict | **{verdict}** |
| 系统 / System | {found.system} |
| 开始时间 / Started | {found.started_at.isoformat(timespec="seconds")} |
| 执行者 / Run by | {found.actor} |
| 副本 / Copy | {drill.copy} |
| 快照 / Snapshot | `{drill.snapshot}` |
| 恢复时间 / RTO | {span(drill.rto_seconds)} |
| 数据时间差 / RPO | {span(drill.rpo_seconds)} |
| 原因 / Cause | {_cell(drill.cause) or "-"} |

## 断言 / Assertions

| 断言 / Assertion | 结果 / Result | 说明 / Detail |
|---|---|---|
{rows}
"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
