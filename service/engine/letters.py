"""What mails and webhooks say: a notice, and the digest of a morning. No field of a case: what the notice says, and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.clock import SHANGHAI
from service.engine.mailing import Letter, Line
from service.engine.outlets import Outlets

#: Lines of one part of a digest; more are counted.
MOST_LINES = 20
_KINDS = {
    "reminded": ("期限提醒", "Reminder"),
    "due": ("今天到期", "Due today"),
    "overdue": ("已逾期", "Overdue"),
    "escalated": ("督办", "Escalated"),
    "notified": ("通知", "Notice"),
    "urged": ("催办", "Urged"),
    "copied": ("抄送", "Copied to you"),
    "mentioned": ("提到您", "You were mentioned"),
    "followed": ("关注的案件", "A case that you follow"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What somebody has on a morning: rows of tasks and notices, and how many notices are unread in all."""

    fresh: Sequence[Mapping[str, Any]]
    soon: Sequence[Mapping[str, Any]]
    overdue: Sequence[Mapping[str, Any]]
    told: Sequence[Mapping[str, Any]]
    unread: int

    @property
    def empty(self) -> bool:
        return not (self.fresh or self.soon or self.overdue or self.told)


def notice_letter(row: Mapping[str, Any], *, outlets: Outlets, english: bool) -> Letter:
    """The mail of one notice, as `store.notices` gives it."""
    zh, en = _KINDS.get(row["kind"], ("提醒", "Notice"))
    subject = f"[Chengxu] {en}: {row['business_key']}" if english else f"[程序] {zh}：{row['business_key']}"
    words, link = (row["en"], "Open it in Chengxu") if english else (row["zh"], "在程序中打开")
    lines = [Line(text=words), Line(text=link, url=outlets.link(f"/notices/{row['id']}")), *_foot(outlets, english)]
    return Letter(subject=subject, lines=lines, english=english)


def notice_body(row: Mapping[str, Any], *, outlets: Outlets) -> dict[str, Any]:
    """What a webhook is sent of a notice. Who may not read the case gets its number and no title."""
    return {
        "id": row["id"], "kind": row["kind"], "at": row["at"].isoformat(), "case": row["business_key"],
        "title": row["title"] if row["readable"] else None, "message": row["zh"], "message_en": row["en"],
        "url": outlets.link(f"/notices/{row['id']}"),
    }  # fmt: skip


def test_body(webhook_id: str, *, at: datetime, outlets: Outlets) -> dict[str, Any]:
    return {
        "id": webhook_id, "kind": "test", "at": at.isoformat(), "case": None, "title": None, "message": "这是一次测试推送。",
        "message_en": "This is a test.", "url": outlets.link("/settings/notifications"),
    }  # fmt: skip


def digest_letter(morning: Morning, *, now: datetime, outlets: Outlets, english: bool) -> Letter:
    """The mail of a morning that is not empty."""
    day = now.astimezone(SHANGHAI).date().isoformat()
    parts = (
        ("Overdue", "已逾期", [_task(row, outlets, english) for row in morning.overdue]),
        ("Due within three working days", "三个工作日内到期", [_task(row, outlets, english) for row in morning.soon]),
        ("New to do", "新到待办", [_task(row, outlets, english) for row in morning.fresh]),
        ("Notices not read", "未读提醒", [_notice(row, outlets, english) for row in morning.told]),
    )
    lines = [line for en, zh, found in parts if found for line in _part(en if english else zh, found, english)]
    inbox = f"All notices not read: {morning.unread}" if english else f"未读提醒共 {morning.unread} 条"
    lines += [Line(text="Inbox" if english else "工作台", url=outlets.link("/")), Line(text=inbox, url=outlets.link("/notices"))]
    subject = f"[Chengxu] Daily digest of {day}" if english else f"[程序] 每日摘要 {day}"
    return Letter(subject=subject, lines=[*lines, *_foot(outlets, english)], english=english)


def _part(title: str, found: Sequence[Line], english: bool) -> list[Line]:
    if not found:
        return []
    more = len(found) - MOST_LINES
    rest = [Line(text=f"and {more} more" if english else f"另有 {more} 项")] if more > 0 else []
    heading = f"{title} ({len(found)})" if english else f"{title}（{len(found)}）"
    return [Line(text=heading, title=True), *found[:MOST_LINES], *rest]


def _task(row: Mapping[str, Any], outlets: Outlets, english: bool) -> Line:
    words = f"{row['name']} · {row['business_key']}"
    if row["due_at"] is not None:
        # 24:00 of a day is 00:00 of the next.
        last = (row["due_at"] - timedelta(microseconds=1)).astimezone(SHANGHAI).date().isoformat()
        words += f" · due {last}" if english else f" · 期限 {last}"
    return Line(text=words, url=outlets.link(f"/tasks/{row['id']}"))


def _notice(row: Mapping[str, Any], outlets: Outlets, english: bool) -> Line:
    return Line(text=row["en"] if english else row["zh"], url=outlets.link(f"/notices/{row['id']}"))


def _foot(outlets: Outlets, english: bool) -> list[Line]:
    words = "Choose what you are told by mail" if english else "选择哪些提醒发邮件"
    return [Line(text=words, url=outlets.link("/settings/notifications"))]
