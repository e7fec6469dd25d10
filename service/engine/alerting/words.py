"""What alerts say, in both languages: how many cases stand still, why, since when, and the three that have waited longest.

As every letter, they hold no field of a case: its number, what is wrong with it, and a link for who may read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.clock import SHANGHAI
from service.engine.mailing import Letter, Line
from service.engine.outlets import Outlets
from service.engine.stuck.causes import Cause
from service.engine.waiting_words import Said

CAUSES: Mapping[str, Said] = {
    "": Said("卡住的案件", "Stuck cases"),
    Cause.OVERDUE: Said("逾期未办", "Overdue"),
    Cause.NOBODY: Said("无人可办", "Nobody may act"),
    Cause.ABSENT: Said("人员休假或停用", "On leave or disabled"),
    Cause.BARRED: Said("全员回避", "All barred"),
    Cause.UNTAKEN: Said("长期无人领取", "Nobody took it"),
    Cause.PARKED: Said("自动步骤失败", "Automatic step failed"),
    Cause.LEASE: Said("办理中断", "Worker gone"),
    Cause.LATE: Said("到时未执行", "Due and not run"),
    Cause.MESSAGE: Said("等不到的消息", "Message that never comes"),
    Cause.CHILD: Said("下级案件停住", "Child case stands still"),
    Cause.JOIN: Said("汇合等不到", "Join that never fills"),
    Cause.INCOMPLETE: Said("缺少记录", "Rows missing"),
    Cause.SLOW: Said("慢于同类", "Slower than its kind"),
}
_KINDS: Mapping[str, Said] = {
    "raised": Said("告警", "Alert"), "again": Said("仍在告警", "Still raised"), "over": Said("告警已解除", "Alert over"),
    "test": Said("告警测试", "Test of an alert"),
}  # fmt: skip
PAGE = "/console/alerts"


def cause_of(cause: str) -> Said:
    return CAUSES.get(cause, Said(cause, cause))


def subject(kind: str, facts: Mapping[str, Any]) -> Said:
    said, number = _KINDS[kind], facts["number"]
    return Said(
        f"[程序] {said.zh}：{facts['rule']}（{number} 件）",
        f"[Chengxu] {said.en}: {facts['rule']} ({number})",
    )


def sentences(kind: str, facts: Mapping[str, Any]) -> tuple[Said, ...]:
    """What a message says before it names cases."""
    cause, number = cause_of(facts["cause"]), facts["number"]
    raised, ended, oldest = (_moment(facts[name]) for name in ("raised_at", "ended_at", "oldest"))
    if kind == "over":
        return (
            Said(
                f"“{facts['rule']}”自 {raised} 起告警，{ended} 起不再符合条件；现有{cause.zh} {number} 件。",
                f"“{facts['rule']}” was raised at {raised} and has not been met since {ended}; {cause.en}: {number} now.",
            ),
        )
    found = [
        Said(
            f"{cause.zh} {number} 件（达到 {facts['least']} 件即告警）" + (f"，最早的自 {oldest} 起。" if number else "。"),
            f"{cause.en}: {number} (told from {facts['least']} on)" + (f", the oldest since {oldest}." if number else "."),
        )
    ]
    if kind == "test":
        found.insert(0, Said("这是一次测试，按现在的情况发出。", "This is a test, sent with the figures of now."))
    elif kind == "again":
        found.append(Said(f"自 {raised} 起一直如此。", f"It has been so since {raised}."))
    elif facts["held"]:
        found.append(
            Said(
                f"{raised} 起符合条件，当时在静默时段，现在仍然如此，故此时发送。",
                f"It has been met since {raised}, within quiet hours, and is still met: therefore it is told now.",
            )
        )
    return tuple(found)


def compose(kind: str, facts: Mapping[str, Any], *, outlets: Outlets, english: bool) -> Letter:
    """The mail of a message."""
    words = [Line(text=_pick(said, english)) for said in sentences(kind, facts)]
    cases = [
        Line(text=_case(one, english), url=outlets.link(f"/cases/{one['case']}") if one["case"] else None)
        for one in facts["worst"]
    ]
    if cases:
        words.append(Line(text="Waiting longest" if english else "等得最久的", title=True))
    end = Line(text="The alerts in Chengxu" if english else "在程序中查看告警", url=outlets.link(PAGE))
    return Letter(subject=_pick(subject(kind, facts), english), lines=[*words, *cases, end], english=english)


def as_body(message_id: str, kind: str, at: datetime, facts: Mapping[str, Any], *, outlets: Outlets) -> dict[str, Any]:
    """What a webhook is sent of a message."""
    said = sentences(kind, facts)
    return {
        "id": message_id, "kind": "alert", "event": kind, "at": at.isoformat(), "rule": facts["rule"], "cause": facts["cause"],
        "number": facts["number"], "oldest": facts["oldest"], "message": "".join(one.zh for one in said),
        "message_en": " ".join(one.en for one in said),
        "cases": [
            {
                "case": one["key"], "cause": one["cause"], "since": one["since"],
                "url": outlets.link(f"/cases/{one['case']}") if one["case"] else None,
            }
            for one in facts["worst"]
        ],
        "url": outlets.link(PAGE),
    }  # fmt: skip


def _case(one: Mapping[str, Any], english: bool) -> str:
    cause, since = _pick(cause_of(one["cause"]), english), _moment(one["since"])
    key = one["key"] or ("a job of no case" if english else "不属于案件的作业")
    return f"{key} · {cause} · since {since}" if english else f"{key} · {cause} · 自 {since} 起"


def _pick(said: Said, english: bool) -> str:
    return said.en if english else said.zh


def _moment(text: str | None) -> str:
    return "" if text is None else datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
