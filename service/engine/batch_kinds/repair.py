"""Repair cases whose tasks, jobs or subscriptions are missing."""

from __future__ import annotations

from service.engine import lifecycle, repairing
from service.engine.batch_kinds.kind import Ask, BatchKind, Result, Subject
from service.engine.people import get_actor
from service.errors import Conflict, NotFound
from service.store import cases


def _check(ask: Ask) -> Result:
    lifecycle.ensure_monitor(ask.machine, get_actor(ask.connection, ask.by))
    row = cases.find_case(ask.connection, ask.subject)
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    if row.status != "running":
        raise Conflict("案件没有在办，不需要修复。", message_en="The case is not running; there is nothing to repair.")
    return Result(
        zh="将对照流程补齐缺少的待办、作业和等待记录；不缺少的不变。",
        en="Would add the tasks, jobs and subscriptions that are missing; what is there stays.", case=row.id,
    )  # fmt: skip


def _carry_out(ask: Ask) -> Result:
    added = repairing.repair_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh=f"已修复，补齐 {added} 项。", en=f"Repaired: {added} rows were added.", case=ask.subject)


REPAIR_CASE = BatchKind(
    name="repair_case", subject=Subject.CASE, zh="修复案件", en="Repair cases", check=_check, carry_out=_carry_out
)
