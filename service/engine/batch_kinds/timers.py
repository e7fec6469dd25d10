"""Give timers another date, or let them fire now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.clock import SHANGHAI
from service.engine import timers_by_hand
from service.engine.batch_kinds.kind import Argument, Ask, BatchKind, Result, Subject, fault
from service.engine.waiting import TIMER
from service.store import jobs


def _clean(sent: Mapping[str, Any]) -> dict[str, Any]:
    text = str(sent.get("due_at") or "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise fault("due_at", "请填写日期和时间。", "Give a date and a time.") from error
    return {"due_at": moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)}


def _check_set(ask: Ask) -> Result:
    due = ask.arguments["due_at"]
    job = timers_by_hand.ensure_possible(ask.machine, ask.connection, ask.subject, due_at=due, by=ask.by)
    return _set(job.case_id, job.due_at, due, "将由", "Would move")


def _carry_out_set(ask: Ask) -> Result:
    due, job = ask.arguments["due_at"], jobs.find_job(ask.connection, ask.subject)
    timers_by_hand.reschedule_within(ask.machine, ask.connection, ask.subject, due_at=due, reason=ask.reason, by=ask.by)
    assert job is not None
    return _set(job.case_id, job.due_at, due, "已由", "Moved")


def _set(case: str | None, before: datetime, after: datetime, zh: str, en: str) -> Result:
    was, now = (f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for moment in (before, after))
    return Result(zh=f"{zh} {was} 改到 {now}。", en=f"{en} from {was} to {now}.", case=case)


def _check_fire(ask: Ask) -> Result:
    job = timers_by_hand.ensure_possible(ask.machine, ask.connection, ask.subject, due_at=None, by=ask.by)
    return Result(zh="将立即触发。", en="Would fire now.", case=job.case_id)


def _carry_out_fire(ask: Ask) -> Result:
    job = jobs.find_job(ask.connection, ask.subject)
    timers_by_hand.fire_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh="已触发。", en="It fired.", case=job.case_id if job is not None else None)


RESCHEDULE_TIMER = BatchKind(
    narrowed={"state": "todo", "kind": TIMER},
    name="reschedule_timer", subject=Subject.JOB, zh="定时器改期", en="Reschedule timers", check=_check_set,
    carry_out=_carry_out_set, clean=_clean, arguments=(Argument(name="due_at", zh="改到", en="Due at", type="moment"),),
)  # fmt: skip
FIRE_TIMER = BatchKind(
    narrowed={"state": "todo", "kind": TIMER},
    name="fire_timer", subject=Subject.JOB, zh="立即触发定时器", en="Fire timers", check=_check_fire, carry_out=_carry_out_fire,
)  # fmt: skip
