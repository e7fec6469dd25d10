"""The sentences of the monitor that the page of a case does not have already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from service.engine.waiting_words import MOST_NAMES, Said, moment

_DAY = 86_400


def overdue(step: Said, due: str, holder: str | None, group: Said) -> Said:
    if holder is not None:
        return Said(
            f"“{step.zh}”应于 {due} 前办结，已逾期，由{holder}办理中。",
            f"“{step.en}” was due by {due} and is overdue; {holder} has it.",
        )
    return Said(
        f"“{step.zh}”应于 {due} 前办结，已逾期，等待{group.zh}办理，无人领取。",
        f"“{step.en}” was due by {due} and is overdue; it is offered to {group.en}, and nobody has claimed it.",
    )


def barred(step: Said, group: Said, rules: Mapping[str, str]) -> Said:
    """`rules`: display name to the rule that bars them."""
    shown = list(rules.items())[:MOST_NAMES]
    zh = "，".join(f"{name}（规则 {rule}）" for name, rule in shown)
    en = ", ".join(f"{name} (rule {rule})" for name, rule in shown)
    more = len(rules) - len(shown)
    return Said(
        f"“{step.zh}”等待{group.zh}办理，但其全部人员都因职责分离或回避不得办理：{zh}{f'等 {len(rules)} 人' if more else ''}。",
        f"“{step.en}” is offered to {group.en}, but separation of duty bars everybody there: {en}"
        f"{f' and {more} more' if more else ''}.",
    )


def absent(step: Said, names: Sequence[str], until: date) -> Said:
    listed, listed_en = "、".join(names[:MOST_NAMES]), ", ".join(names[:MOST_NAMES])
    return Said(
        f"“{step.zh}”只有{listed}可以办理，但都在休假（至 {until:%Y-%m-%d}），也没有代理人。",
        f"Only {listed_en} can do “{step.en}”, and they are on leave until {until:%Y-%m-%d} with no deputy.",
    )


def gone(step: Said, name: str) -> Said:
    return Said(
        f"“{step.zh}”由{name}领取，但该账号已不能办理；须改派他人。",
        f"{name} holds “{step.en}”, but this account can no longer act; reassign it.",
    )


def untaken(step: Said, since: datetime, days: int, group: Said) -> Said:
    return Said(
        f"“{step.zh}”自 {moment(since)} 起等待{group.zh}办理，{days} 个工作日无人领取。",
        f"“{step.en}” has been offered to {group.en} since {moment(since)}; nobody has claimed it for {days} working days.",
    )


def failed(said: Said, error: str | None) -> Said:
    """`said` with the first line of the error."""
    lines = (error or "").strip().splitlines()
    if not lines:
        return said
    shown = lines[-1][:160]
    return Said(f"{said.zh}出错信息：{shown}", f"{said.en} The error: {shown}")


def lease(step: str, until: datetime) -> Said:
    return Said(
        f"“{step}”的自动办理在 {moment(until)} 前应有结果而没有，办理它的后台进程可能已中断。",
        f"“{step}” should have been done by {moment(until)}; the worker that did it is probably gone.",
    )


def late(step: str, due: datetime) -> Said:
    return Said(
        f"“{step}”应在 {moment(due)} 自动进行而没有进行；请检查后台进程是否在运行。",
        f"“{step}” was due to run at {moment(due)} and has not; check that a worker runs.",
    )


def message(step: str, name: str, key: str | None, senders: Sequence[tuple[str, str]]) -> Said:
    about, about_en = (f"（对应“{key}”）", f" (for “{key}”)") if key else ("", "")
    zh = "、".join(f"“{process}”的“{throw}”" for process, throw in senders)
    en = ", ".join(f"“{throw}” of “{process}”" for process, throw in senders)
    return Said(
        f"“{step}”等待消息“{name}”{about}，但没有办理中的案件会发出它（应由{zh}发出）。",
        f"“{step}” waits for the message “{name}”{about_en}, but no open case will send it; it comes from {en}.",
    )


def child(step: str, title: str, number: str, why: Said) -> Said:
    return Said(
        f"“{step}”等待的下级案件“{title}”（{number}）停住了：{why.zh}",
        f"“{step}” waits for the case “{title}” ({number}), which stands still: {why.en}",
    )


def incomplete(missing: int) -> Said:
    return Said(
        f"案件缺少 {missing} 项应有的待办、作业或等待记录，不会自行继续；修复后按流程补齐。",
        f"{missing} tasks, jobs or subscriptions that this case waits for are missing: it can not go on. A repair adds them.",
    )


def slow(days: float, usual: float) -> Said:
    return Said(
        f"已办理 {days:.1f} 天，比 95% 的同类案件都慢（它们在 {usual:.1f} 天内办结）。",
        f"It has taken {days:.1f} days, longer than 95 % of its kind, which end within {usual:.1f} days.",
    )


def in_days(seconds: float) -> float:
    return seconds / _DAY
