"""The words of a page: what is wrong, whom it hits, what to do, in the site's language."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hisops.alerting.alert import Alert
from hisops.alerting.desk import Desk
from hisops.alerting.incident import Incident
from hisops.alerting.note import Note
from hisops.alerting.outbox import Row

_MOST_ALERTS = 20
_WORDS = {
    "en": {
        "page": "FIRING",
        "resolved": "RESOLVED",
        "test": "TEST",
        "critical": "critical",
        "warning": "warning",
        "system": "System",
        "impact": "Impact",
        "fired": "Fired",
        "since": "since",
        "until": "until",
        "more": "and {n} more",
        "runbook": "Runbook",
        "vendor": "Vendor",
        "incident": "Incident",
        "again": "page {n}, not acknowledged yet",
        "ack": "Acknowledge",
        "test_text": "This is a test of the way to you. Nothing is wrong.",
    },
    "zh": {
        "page": "告警",
        "resolved": "恢复",
        "test": "测试",
        "critical": "严重",
        "warning": "警告",
        "system": "系统",
        "impact": "影响",
        "fired": "触发",
        "since": "自",
        "until": "至",
        "more": "另有 {n} 条",
        "runbook": "预案",
        "vendor": "厂商",
        "incident": "事件",
        "again": "第 {n} 次通知,尚未确认",
        "ack": "确认",
        "test_text": "这是一条通知测试,系统无故障。",
    },
}


def write(desk: Desk, row: Row, found: Incident, alerts: Sequence[Alert]) -> Note:
    """The note for a row of the outbox about an incident."""
    language = desk.site.settings.language
    words = _WORDS[language]
    titles = (found.title_zh, found.title) if language == "zh" else (found.title, found.title_zh)
    loudness = words.get(found.severity, found.severity)
    head = words[row.kind] + (f" {loudness}" if row.kind == "page" else "")
    lines = [
        *dict.fromkeys(titles),
        "",
        *_about_system(desk, found, words),
        f"{words['fired']}: {'; '.join(_fired(desk, alerts, words))}",
        f"{words['runbook']}: {found.runbook} (runbooks/{found.runbook}.md)"
        if found.runbook
        else "",
        f"{words['incident']}: #{found.id}{_again(row, words)}",
    ]
    if row.kind == "page":
        lines.append(f"{words['ack']}: hisops incident ack {found.id}")
    return Note(
        id=row.token,
        kind=row.kind,
        to=desk.person(row.person),
        subject=f"[{head}] {titles[0]} (#{found.id})",
        text="\n".join(line for i, line in enumerate(lines) if line or i < len(lines) // 2) + "\n",
        severity=found.severity,
        team=found.team,
        incident=found.id,
        runbook=found.runbook,
        alerts=tuple(alert.label for alert in alerts[:_MOST_ALERTS]),
    )


def write_test(desk: Desk, row: Row) -> Note:
    """The note for a row of the outbox that tests a channel."""
    words = _WORDS[desk.site.settings.language]
    return Note(
        id=row.token,
        kind=row.kind,
        to=desk.person(row.person),
        subject=f"[{words['test']}] hisops {desk.site.settings.name}",
        text=words["test_text"] + "\n",
    )


def _about_system(desk: Desk, found: Incident, words: dict[str, str]) -> list[str]:
    systems, zh = desk.site.inventory.systems, desk.site.settings.language == "zh"
    system = systems.get(found.system)
    if system is None:
        return [f"{words['system']}: {found.system}"] if found.system else []
    name = system.name.zh if zh else system.name.en
    lines = [f"{words['system']}: {name} ({found.system}, {system.class_.value})"]
    behind = [
        s.name.zh if zh else s.name.en for s in systems.values() if found.system in s.depends_on
    ]
    if hit := [*system.function, *behind]:
        lines.append(f"{words['impact']}: {', '.join(hit)}")
    if system.vendor:
        lines.append(f"{words['vendor']}: {system.vendor}")
    return lines


def _fired(desk: Desk, alerts: Sequence[Alert], words: dict[str, str]) -> list[str]:
    zone = ZoneInfo(desk.rota.timezone)
    lines = []
    for alert in alerts[:_MOST_ALERTS]:
        text = f"{alert.name} {alert.label.get('instance', '')}".strip()
        text += f" {words['since']} {_clock(alert.starts_at, zone)}"
        if alert.status == "resolved" and alert.ends_at:
            text += f" {words['until']} {_clock(alert.ends_at, zone)}"
        lines.append(text)
    if len(alerts) > _MOST_ALERTS:
        lines.append(words["more"].format(n=len(alerts) - _MOST_ALERTS))
    return lines


def _again(row: Row, words: dict[str, str]) -> str:
    return f", {words['again'].format(n=row.round)}" if row.kind == "page" and row.round > 1 else ""


def _clock(seconds: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M:%S %Z")
