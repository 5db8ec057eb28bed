"""A small site on a screen."""

from datetime import UTC, datetime

from hisops.workflow.light import Light
from hisops.workflow.scene import AlertLine, HostLine, Scene, SystemLine

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def system(name: str, zh: str, light: Light, alerts: int = 0) -> SystemLine:
    return SystemLine(
        system=name,
        name=zh,
        class_="C1",
        light=light,
        hosts_up=2,
        hosts=2,
        probes_good=3,
        probes=3,
        alerts=alerts,
        age_seconds=2.0,
    )


def host(name: str, light: Light = Light.OK) -> HostLine:
    return HostLine(
        host=name,
        system="his",
        light=light,
        cpu=0.25,
        memory=0.5,
        disk=None,
        alerts=0,
        age_seconds=3.0,
    )


def alert(name: str, severity: str, summary: str = "") -> AlertLine:
    return AlertLine(
        severity=severity,
        alert=name,
        instance="db1",
        system="his",
        team="dba",
        since="2026-11-25T07:55:00.123456789Z",
        summary=summary,
        runbook="server-down",
    )


SCENE = Scene(
    site="市第一人民医院",
    at=NOW,
    systems=(
        system("his", "HIS 门诊急诊", Light.OK),
        system("pacs", "影像归档", Light.BAD, alerts=1),
        system("oa", "办公", Light.UNKNOWN),
    ),
    hosts=(host("db1"), host("db2", Light.BAD)),
    alerts=(alert("AgentDown", "critical", "db1 无响应"), alert("DiskSlow", "warning")),
    oncall={"dba": "李"},
    incidents={"open": 1, "acked": 2},
)
