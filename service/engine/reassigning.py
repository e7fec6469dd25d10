"""An administrator gives a task to somebody who could take it, or takes it from its holder. Neither decides it."""

from __future__ import annotations

from dataclasses import dataclass

from service.access import actor_queues
from service.engine import duty, kernel
from service.engine.events import Event
from service.engine.handing import get_other
from service.engine.lifecycle import check_reason, ensure_monitor
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.work import Work
from service.errors import Conflict, NotAllowed, NotFound
from service.store import Connection, cases, people
from service.store.cases import TaskRow
from service.store.taking import look


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassigning:
    """What changes: the task's name, its case, and who holds it now and afterwards (None: nobody)."""

    case: str
    task: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    work: Work
    task: TaskRow
    element: kernel.Element
    holder: str | None
    queues: frozenset[str]


def check_reassigning(machine: Machine, connection: Connection, task_id: str, *, to: str | None, by: str) -> Reassigning:
    """Say what would change (`to` None: it is given back), and change nothing. Errors as below."""
    ensure_monitor(machine, get_actor(connection, by))
    found = cases.find_with_case(connection, task_id)
    return _check(machine, connection, _look(machine, connection, found, by), to)


def reassign_within(machine: Machine, connection: Connection, task_id: str, *, to: str, reason: str, by: str) -> Reassigning:
    """Give a task to somebody. NotFound; NotAllowed for who may not take it or is barred; Conflict; InvalidAnswers."""
    return _change(machine, connection, task_id, to=to, reason=reason, by=by)


def release_within(machine: Machine, connection: Connection, task_id: str, *, reason: str, by: str) -> Reassigning:
    """Take a task from who holds it. Conflict when nobody does."""
    return _change(machine, connection, task_id, to=None, reason=reason, by=by)


def _change(machine: Machine, connection: Connection, task_id: str, *, to: str | None, reason: str, by: str) -> Reassigning:
    ensure_monitor(machine, get_actor(connection, by))
    check_reason(reason)
    found = _look(machine, connection, cases.lock_by_task(connection, task_id), by)
    done = _check(machine, connection, found, to)
    cases.hold_task(connection, task_id, by=to)
    if to is None:
        found.work.note(
            Event.TASK_RELEASED, element=found.element.id, task=task_id, **{"from": done.before, "reason": reason.strip()}
        )
    else:
        found.work.note(Event.TASK_TRANSFERRED, element=found.element.id, task=task_id, to=to, reason=reason.strip())
    found.work.finish()
    return done


def _look(machine: Machine, connection: Connection, found: tuple[TaskRow, cases.CaseRow] | None, by: str) -> _Task:
    if found is None:
        raise NotFound("没有这项待办。", message_en="There is no such task.")
    task, row = found
    around = look(connection, case_id=row.id, task_id=task.id, account=by, on=machine.clock.now().date())
    work = machine.begin(connection, row, actor=by)
    held = next((one for one in around.waiting if one.id == task.id), None)
    if held is None:
        raise Conflict("该待办已不需要办理（流程已前进）。", message_en="This task is no longer needed: the case moved on.")
    if task.main_id is not None:
        raise NotAllowed(
            "加签只请本人办理，不能改派；请由加签的发起人撤销。",
            message_en="Who was asked to sign does so in person; whoever asked can drop them.", rule="signer",
        )  # fmt: skip
    if around.held_for is not None:
        raise Conflict(
            "该待办已经提交，正在等待加签人办理。", message_en="This task was submitted already and waits for added signers."
        )
    element = work.definition.process.elements[task.element]
    return _Task(work=work, task=task, element=element, holder=held.holder, queues=around.queues | {task.queue})


def _check(machine: Machine, connection: Connection, found: _Task, to: str | None) -> Reassigning:
    names = people.display_names(connection, [found.holder]) if found.holder else {}
    before = names.get(found.holder or "", found.holder)
    if to is None:
        if found.holder is None:
            raise Conflict("该待办没有人领取。", message_en="Nobody holds this task.")
        return Reassigning(case=found.work.row.id, task=found.task.name, before=before, after=None)
    other = get_other(machine, connection, to)
    if found.holder == to:
        raise Conflict(f"{other.display_name} 已在办理该待办。", message_en=f"{other.display_name} holds this task already.")
    if actor_queues(other, machine.book).isdisjoint(found.queues):
        raise NotAllowed(
            f"{other.display_name} 不在该待办的办理范围内，不能改派给他。",
            message_en=f"This task is not offered to {other.display_name}.", rule="task-role",
        )  # fmt: skip
    if (bar := duty.find_bar(found.work, found.element, to)) is not None:
        raise NotAllowed(
            f"{other.display_name} 不能办理本步骤：{bar.zh}", message_en=f"{other.display_name} may not do this step: {bar.en}",
            rule=bar.rule,
        )  # fmt: skip
    return Reassigning(case=found.work.row.id, task=found.task.name, before=before, after=other.display_name)
