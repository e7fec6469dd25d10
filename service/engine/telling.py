"""What a notice of a deadline says, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from service.clock import SHANGHAI
from service.engine.events import Event
from service.engine.reminding import Notice
from service.law import Period


def words(kind: str, notice: Notice, *, period: Period, context: Mapping[str, Any], task: str | None) -> tuple[str, str]:
    """Say a notice. `context` is the deadline as diagrams see it; `task` the name of the task that it is about, if any."""
    zh = f"“{task}”" if task else f"{period.zh}："
    en = f"“{task}” ({period.en})" if task else period.en
    sure = not context["provisional"]
    day = _day(context["effective"])
    day_en = day if sure else f"{day} (provisional)"
    on = f" {day} " if sure else f" {day}（暂定）"
    within = day if sure else f"{day}，暂定"
    today = notice.event is Event.DEADLINE_DUE
    if kind == "reminded":
        return f"{zh}将于{on}到期（{notice.zh}）", f"{en}: due on {day_en}. {notice.en}"
    if kind == "due":
        return f"{zh}今天到期（{within}）", f"{en}: due today, {day_en}"
    if kind == "overdue":
        return f"{zh}已逾期（期限 {within}）", f"{en}: overdue; it was due on {day_en}"
    if today:
        return f"{zh}今天到期（{within}），提请关注", f"{en}: due today, {day_en}; brought to your attention"
    return f"{zh}已逾期（期限 {within}），提请关注", f"{en}: overdue since {day_en}; brought to your attention"


def _day(effective: date) -> str:
    return f"{effective.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if isinstance(effective, datetime) else effective.isoformat()
