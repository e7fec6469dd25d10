"""What a person may see, and a task as its page and the API show it. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from service.access import Actor, RoleBook, actor_queues, reading_scope
from service.engine import duty, filling, kernel, starting
from service.engine.definitions import Definition
from service.engine.machine import Machine
from service.errors import NotFound
from service.forms import Form
from service.store import Connection, cases, entries
from service.store import reads as rows
from service.store.cases import CaseRow, TaskRow
from service.store.reads import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task with everything that its reader needs to do it. `actions` is empty for who may only look."""

    task: TaskRow
    case: CaseRow
    definition: Definition
    element: kernel.Element
    form: Form | None
    variables: Mapping[str, Any]
    draft: Mapping[str, Any] | None
    draft_at: datetime | None
    due: Mapping[str, Any] | None
    actions: tuple[str, ...]
    barred: str | None  # why separation of duty keeps the reader from it
    signs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartView:
    """The start form of a process for somebody who may file it. `variables` are what the form knows before it is filled in."""

    definition: Definition
    element: kernel.Element
    unit: str
    form: Form | None
    variables: Mapping[str, Any]
    draft: Mapping[str, Any] | None
    draft_at: datetime | None


def scope_of(actor: Actor, book: RoleBook) -> Scope:
    """The reading scope of an actor, as lists need it."""
    scope = reading_scope(actor, book)
    return Scope(
        account=actor.account, everything=scope.everything, regulations=scope.regulations,
        units=scope.units | {("", unit) for _, unit in scope.units}, queues=scope.queues,
    )  # fmt: skip


def may_read_case(connection: Connection, book: RoleBook, actor: Actor, row: CaseRow) -> bool:
    """Tell whether the actor may read a case: by role and unit, or because they take part in its family."""
    scope = scope_of(actor, book)
    if scope.everything or row.regulation in scope.regulations or (row.regulation, row.unit) in scope.units:
        return True
    return row.started_by == actor.account or rows.may_read(connection, scope, row.id)


def get_case(machine: Machine, connection: Connection, case_id: str, actor: Actor) -> CaseRow:
    """NotFound both when there is no such case and when the actor may not read it."""
    row = cases.find_case(connection, case_id)
    if row is None or not may_read_case(connection, machine.book, actor, row):
        raise NotFound("没有这个案件，或者您无权查看。", message_en="There is no such case, or it is not yours to see.")
    return row


def family_ids(connection: Connection, root: str) -> tuple[str, ...]:
    """The ids of a case and of everything below it."""
    return tuple(case["id"] for case in rows.list_family(connection, root))


more_queues = rows.more_queues


def case_variables(machine: Machine, connection: Connection, row: CaseRow) -> dict[str, Any]:
    """The variables of a case, outermost scope."""
    return machine.load(connection, row, actor="").run.variables(None)


def view_task(machine: Machine, connection: Connection, task_id: str, actor: Actor) -> TaskView:
    """Load a task for its reader. NotFound for who may not read its case."""
    found = cases.find_with_case(connection, task_id)
    if found is None:
        raise NotFound("没有这项待办。", message_en="There is no such task.")
    task, row = found
    queues = actor_queues(actor, machine.book)
    offered = task.queue in queues or not queues.isdisjoint(rows.more_queues(connection, task_id))
    if not offered and not may_read_case(connection, machine.book, actor, row):
        raise NotFound("没有这项待办。", message_en="There is no such task.")
    work = machine.load(connection, row, actor=actor.account)
    element = work.definition.process.elements[task.element]
    bar = duty.find_bar(work, element, actor.account) if offered else None
    is_open = task.status in ("open", "claimed")
    draft = entries.find_draft(connection, account=actor.account, subject=f"task:{task_id}")
    return TaskView(
        task=task,
        case=row,
        definition=work.definition,
        element=element,
        form=work.definition.form_of(element),
        variables={
            **work.run.variables(task.token if is_open else None),
            **filling.options(connection, work.definition, work.definition.form_of(element), unit=row.unit),
        },
        draft=draft[0] if draft else None,
        draft_at=draft[1] if draft else None,
        due=orjson.loads(task.due) if task.due else None,
        actions=_actions(task, actor.account) if offered and is_open and bar is None and row.status == "running" else (),
        barred=bar.zh if bar else None,
        signs="true" in element.values("sign"),
    )


def view_start(machine: Machine, connection: Connection, process: str, actor: Actor) -> StartView:
    """Load the start form of the newest version of a process. NotFound; NotAllowed for who may not start it."""
    definition = machine.library.latest(connection, process)
    unit = starting.ensure_may_start(machine, definition, actor)
    form = definition.form_of(definition.start)
    draft = entries.find_draft(connection, account=actor.account, subject=f"start:{process}")
    return StartView(
        definition=definition,
        element=definition.start,
        unit=unit,
        form=form,
        variables={**starting.first_variables(connection, unit), **filling.options(connection, definition, form, unit=unit)},
        draft=draft[0] if draft else None,
        draft_at=draft[1] if draft else None,
    )


def _actions(task: TaskRow, account: str) -> tuple[str, ...]:
    if task.claimed_by is None:
        return ("claim", "draft", "complete")
    return ("release", "draft", "complete") if task.claimed_by == account else ()
