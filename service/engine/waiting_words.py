"""The sentences that say why a case waits and who can solve it. Open this when such a wording changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from service.clock import SHANGHAI
from service.engine.deciding import SIGNING

#: Of how many people a sentence gives the names.
MOST_NAMES = 5


class Said(NamedTuple):
    """A sentence in both languages."""

    zh: str
    en: str


def task_name(name: str) -> Said:
    """What a task is called: its step's name, which has no English, and for an added signer's task that it is one."""
    step = name.removeprefix(SIGNING)
    return Said(name, name if step == name else f"Added signature: {step}")


def held(step: Said, who: str, since: datetime, *, principal: str | None, due: str | None, late: bool) -> Said:
    by, by_en = (who, who) if principal is None else (f"{who}（代{principal}）", f"{who} for {principal}")
    term, term_en = _term(due, late)
    return Said(
        f"“{step.zh}”由{by}自 {moment(since)} 起办理中{term}；由其办结，或转办、交回。",
        f"{by_en} has held “{step.en}” since {moment(since)}{term_en}; they complete it, hand it over or give it back.",
    )


def offered(step: Said, group: Said, names: Sequence[str], *, due: str | None, late: bool) -> Said:
    term, term_en = _term(due, late)
    return Said(
        f"“{step.zh}”等待{group.zh}办理，{_names(names)[0]}可以办理{term}。",
        f"“{step.en}” is offered to {group.en}: {_names(names)[1]} can do it{term_en}.",
    )


def signers(step: Said, names: Sequence[str]) -> Said:
    return Said(
        f"“{step.zh}”等待加签人{_names(names)[0]}办理，之后继续。",
        f"“{step.en}” waits for the added signers {_names(names)[1]} and then goes on.",
    )


def nobody(step: Said, group: Said) -> Said:
    return Said(
        f"“{step.zh}”等待{group.zh}办理，但目前没有可以办理的人；须由管理员任命人员。",
        f"“{step.en}” is offered to {group.en}, but nobody there can act; an administrator must appoint somebody.",
    )


def barred(step: Said, group: Said, reasons: Sequence[tuple[str, str | None, str]]) -> Said:
    """`reasons`: (name, the step that they did or None when they filed the case, rule) of each."""
    shown = reasons[:MOST_NAMES]
    zh = "，".join(f"{name}{f'办理过“{did}”' if did is not None else '是提交人'}（规则 {rule}）" for name, did, rule in shown)
    en = ", ".join(f"{name} {f'did “{did}”' if did is not None else 'filed it'} (rule {rule})" for name, did, rule in shown)
    more = len(reasons) - len(shown)
    return Said(
        f"“{step.zh}”等待{group.zh}办理，但其全部人员都因职责分离或回避不得办理：{zh}{f'等 {len(reasons)} 人' if more else ''}"
        "；须由管理员另行任命人员。",
        f"“{step.en}” is offered to {group.en}, but separation of duty bars everybody there: {en}"
        f"{f' and {more} more' if more else ''}; an administrator must appoint somebody else.",
    )


def timer(step: str, until: datetime) -> Said:
    end = _end(until)
    return Said(f"“{step}”等到 {end}，届时自动继续，无需办理。", f"“{step}” waits until {end} and then goes on by itself.")


def message(step: str, name: str, key: str | None, senders: Sequence[tuple[str, str]]) -> Said:
    """`senders`: (process, step) of the published diagrams that send it."""
    about, about_en = (f"（对应“{key}”）", f" (for “{key}”)") if key else ("", "")
    if not senders:
        return Said(
            f"“{step}”等待外部系统或人员送来消息“{name}”{about}。",
            f"“{step}” waits for the message “{name}”{about_en} from another system or a person.",
        )
    zh = "，或".join(f"“{process}”的“{throw}”" for process, throw in senders)
    en = " or ".join(f"“{throw}” of “{process}”" for process, throw in senders)
    return Said(f"“{step}”等待{zh}发来消息“{name}”{about}。", f"“{step}” waits for the message “{name}”{about_en} sent by {en}.")


def parked(step: str, attempts: int) -> Said:
    return Said(
        f"“{step}”自动办理 {attempts} 次都未成功，已停下；须由运维监控人员查看原因后重试。",
        f"“{step}” failed {attempts} times and has stopped; an administrator must look at the error and retry it.",
    )


def back_off(step: str, attempts: int, retries: int, again: datetime) -> Said:
    return Said(
        f"“{step}”第 {attempts} 次自动办理未成功，将于 {moment(again)} 自动再试（最多 {retries} 次）。",
        f"“{step}” failed at attempt {attempts} of {retries} and is tried again at {moment(again)}.",
    )


def automatic(step: str) -> Said:
    return Said(f"“{step}”由系统自动办理，稍候即可。", f"The system is about to do “{step}”; it takes a moment.")


def child(step: str, title: str | None, number: str | None) -> Said:
    if title is None:
        return Said(
            f"“{step}”等待另一件您无权查看的案件办结。", f"“{step}” waits for the end of another case that is not yours to see."
        )
    return Said(f"“{step}”等待案件“{title}”（{number}）办结。", f"“{step}” waits for the end of the case “{title}” ({number}).")


def join(step: str | None, arrived: int, open_steps: Sequence[str]) -> Said:
    zh, en = (f"“{step}”", f"“{step}”") if step else ("各路汇合处", "The join of the branches")
    if not open_steps:
        return Said(
            f"{zh}已到 {arrived} 路，其余各路都已不再进行；须由管理员处理。",
            f"{en} has {arrived} of its branches, and nothing is left on the others; an administrator must act.",
        )
    listed, listed_en = "、".join(f"“{one}”" for one in open_steps), ", ".join(f"“{one}”" for one in open_steps)
    return Said(f"{zh}已到 {arrived} 路，还在等：{listed}。", f"{en} has {arrived} of its branches and waits for {listed_en}.")


def suspended(who: str, since: datetime, reason: str) -> Said:
    return Said(
        f"案件自 {moment(since)} 起由{who}暂停办理，原因：{reason}；由运维监控人员恢复办理后继续。",
        f"{who} suspended the case at {moment(since)}: {reason}. An administrator must resume it.",
    )


def clock(target: datetime) -> Said:
    return Said(
        f"演示时钟正拨往 {moment(target)}，到达之前期限和自动步骤还在逐一处理。",
        f"The demonstration's clock is on its way to {moment(target)}; deadlines and automatic steps follow one by one.",
    )


def stalled() -> Said:
    return Said(
        "停滞：没有人、期限、消息或自动步骤会使本案继续；须由管理员处理。",
        "Stalled: no person, deadline, message or automatic step will move this case; an administrator must act.",
    )


def role(zh: str, en: str, unit: str | None) -> Said:
    return Said(f"{zh}（{unit}）", f"{en} ({unit})") if unit else Said(zh, en)


def all_of(groups: Sequence[Said]) -> Said:
    return Said("、".join(group.zh for group in groups), ", ".join(group.en for group in groups))


def last_day(effective: date | datetime | None, until: datetime) -> str:
    """A due date as people write it: the day, or the minute when the law gives hours."""
    if isinstance(effective, datetime):
        return moment(effective)
    return _end(until).removesuffix(" 24:00")


def moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _end(until: datetime) -> str:
    """Midnight is told as 24:00 of the day before."""
    local = until.astimezone(SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return moment(until)


def _term(due: str | None, late: bool) -> tuple[str, str]:
    if due is None:
        return "", ""
    return (f"，期限 {due}，已逾期", f", overdue since {due}") if late else (f"，期限 {due}", f", due {due}")


def _names(names: Sequence[str]) -> tuple[str, str]:
    shown, more = names[:MOST_NAMES], len(names) - MOST_NAMES
    if more <= 0:
        return f"{'、'.join(shown)}", ", ".join(shown)
    return f"{'、'.join(shown)}等 {len(names)} 人", f"{', '.join(shown)} and {more} more"
