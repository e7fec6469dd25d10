"""Suspend, resume and terminate cases."""

from __future__ import annotations

from service.engine import lifecycle
from service.engine.batch_kinds.kind import Ask, BatchKind, Result, Subject
from service.engine.people import get_actor
from service.errors import Conflict, NotFound
from service.store import cases
from service.store.cases import CaseRow


def _check_suspend(ask: Ask) -> Result:
    row = _get(ask)
    if row.status != "running":
        raise Conflict("案件没有在办。", message_en="The case is not running.")
    number = _open_tasks(ask)
    return Result(
        zh=f"案件将停在原处，{number} 项待办可见但不能办理；期限照常计算。",
        en=f"The case would stop where it is; its {number} tasks stay visible and cannot be done. Periods go on.", case=row.id,
    )  # fmt: skip


def _suspend(ask: Ask) -> Result:
    lifecycle.suspend_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh="已暂停。", en="Suspended.", case=ask.subject)


def _check_resume(ask: Ask) -> Result:
    row = _get(ask)
    if row.status != "suspended":
        raise Conflict("案件没有暂停。", message_en="The case is not suspended.")
    return Result(zh="案件将继续办理；到期的事项随即执行。", en="The case would go on; what is due runs at once.", case=row.id)


def _resume(ask: Ask) -> Result:
    lifecycle.resume_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh="已恢复。", en="Resumed.", case=ask.subject)


def _check_terminate(ask: Ask) -> Result:
    row = _get(ask)
    if row.status not in ("running", "suspended"):
        raise Conflict("案件已经结束。", message_en="The case has ended.")
    children = len(cases.open_children(ask.connection, row.id))
    waits = "；上级案件仍等待其结果" if row.parent else ""
    waits_en = " The case above still waits for its result." if row.parent else ""
    return Result(
        zh=f"将终止案件，取消 {_open_tasks(ask)} 项待办，一并终止 {children} 个下级案件{waits}。不能撤销。",
        en=f"Would end the case, cancel {_open_tasks(ask)} tasks and end {children} child cases.{waits_en} It cannot be undone.",
        case=row.id,
    )


def _terminate(ask: Ask) -> Result:
    lifecycle.terminate_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh="已终止。", en="Terminated.", case=ask.subject)


def _get(ask: Ask) -> CaseRow:
    lifecycle.ensure_monitor(ask.machine, get_actor(ask.connection, ask.by))
    row = cases.find_case(ask.connection, ask.subject)
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    return row


def _open_tasks(ask: Ask) -> int:
    return sum(one.table == "task" for one in cases.waiting(ask.connection, ask.subject))


SUSPEND_CASE = BatchKind(
    name="suspend_case", subject=Subject.CASE, zh="暂停案件", en="Suspend cases", check=_check_suspend, carry_out=_suspend
)
RESUME_CASE = BatchKind(
    name="resume_case", subject=Subject.CASE, zh="恢复案件", en="Resume cases", check=_check_resume, carry_out=_resume
)
TERMINATE_CASE = BatchKind(
    name="terminate_case", subject=Subject.CASE, zh="终止案件", en="Terminate cases", check=_check_terminate, carry_out=_terminate
)
