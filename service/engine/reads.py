"""What a person may see, and a task as its page and the API show it. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from service.access import Actor, Reads, RoleBook, actor_queues, find_principal, reading_scope
from service.access.duties import Bar
from service.engine import duty, kernel, offering, starting
from service.engine.definitions import Definition
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.sealing import veil
from service.engine.signer_form import form_of, main_token
from service.engine.standing_in import is_delegate
from service.engine.work import Work
from service.errors import Level, NotFound
from service.forms import Form
from service.store import Connection, cases, entries, signers
from service.store import reads as rows
from service.store.cases import CaseRow, TaskRow
from service.store.entries import AttachmentRow
from service.store.history import Link, list_links
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
    principal: str | None  # for whom the reader does it, as a deputy
    queues: frozenset[str]
    work: Work


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
        units=scope.units | {("", unit) for _, unit in scope.units}, queues=scope.queues, processes=scope.processes,
        parties=scope.parties,
    )  # fmt: skip


def may_read_case(connection: Connection, book: RoleBook, actor: Actor, row: CaseRow) -> bool:
    """Tell whether the actor may read a case: by role and unit, or because they take part in its family."""
    scope = scope_of(actor, book)
    if scope.everything or row.regulation in scope.regulations or (row.regulation, row.unit) in scope.units:
        return True
    if (row.regulation, row.process) in scope.processes:
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
    """The variables of a case, outermost scope, sealed or not: never to be shown. See `visible_variables`."""
    return machine.load(connection, row, actor="").run.variables(None)


def visible_variables(machine: Machine, connection: Connection, row: CaseRow, actor: Actor) -> dict[str, Any]:
    """The variables of a case as a reader may see them."""
    run = machine.load(connection, row, actor=actor.account).run
    return veil(machine, connection, row, actor, run=run).variables(run.variables(None))


def visible_history(
    machine: Machine,
    connection: Connection,
    case: CaseRow | Mapping[str, Any],
    actor: Actor,
    *,
    after: int = 0,
    limit: int = 1000,
    kinds: Collection[str] | None = None,
) -> tuple[Link, ...]:
    """The lines of a case as a reader may see them, oldest first; with `kinds` only those.

    Who has read what is protected (`protected.read`) is for auditors only: the person concerned must not be warned by it.
    """
    hidden = veil(machine, connection, case, actor)
    if hidden.seals:
        return hidden.history(after=after, limit=limit, kinds=kinds)
    links = list_links(connection, case.id if isinstance(case, CaseRow) else case["id"], after=after, limit=limit)
    return links if kinds is None else tuple(link for link in links if link.kind in kinds)


def visible_documents(
    machine: Machine, connection: Connection, members: Iterable[CaseRow | Mapping[str, Any]], actor: Actor
) -> tuple[AttachmentRow, ...]:
    """The files of some cases that a reader may open."""
    veils = {case.id if isinstance(case, CaseRow) else case["id"]: veil(machine, connection, case, actor) for case in members}
    found = entries.list_case_attachments(connection, list(veils))
    return tuple(row for row in found if row.case_id is None or not veils[row.case_id].hides(row))


def readable_family(machine: Machine, connection: Connection, root: str, actor: Actor) -> tuple[dict[str, Any], ...]:
    """The cases of a family that a reader may see, oldest first: of a whole project often only a part."""
    return rows.list_family(connection, root, scope=scope_of(actor, machine.book))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFlag:
    """Something that a rule has flagged in any case about the same thing. `readable`: whether the reader may open that case."""

    rule: str
    message: str
    message_en: str
    at: datetime
    case: str
    process: str
    readable: bool


def project_flags(machine: Machine, connection: Connection, row: CaseRow, actor: Actor) -> tuple[ProjectFlag, ...]:
    """List what is flagged in the project of a case, oldest first.

    Flags of cases that the reader may not open are told only to roles that read more than what they take part in.
    """
    flagged = rows.list_flagged(connection, business_key=row.business_key, regulation=row.regulation)
    oversees = any(
        role.regulation == row.regulation and (role.reads is Reads.ALL or role.processes)
        for role, _ in machine.book.held_by(actor)
    )
    found: list[ProjectFlag] = []
    for case in flagged:
        member = cases.find_case(connection, case["id"])
        readable = member is not None and may_read_case(connection, machine.book, actor, member)
        if not (readable or oversees):
            continue
        for link in visible_history(machine, connection, case, actor, kinds=(Event.RULE_FOUND,)):
            for finding in (link.payload or {}).get("findings") or ():
                if finding.get("level") == Level.FLAG:
                    found.append(
                        ProjectFlag(
                            rule=finding["rule"], message=finding["message"], message_en=finding["message_en"], at=link.at,
                            case=case["id"], process=case["process"], readable=readable,
                        )
                    )  # fmt: skip
    return tuple(sorted(found, key=lambda flag: flag.at))


def view_task(machine: Machine, connection: Connection, task_id: str, actor: Actor) -> TaskView:
    """Load a task for its reader. NotFound for who may not read its case."""
    found = cases.find_with_case(connection, task_id)
    if found is None:
        raise NotFound("没有这项待办。", message_en="There is no such task.")
    task, row = found
    mine = actor_queues(actor, machine.book)
    queues = frozenset({task.queue})
    if task.queue not in mine:
        queues |= rows.more_queues(connection, task_id)
    held = task.claimed_by == actor.account
    offered = not mine.isdisjoint(queues) or (
        held
        and is_delegate(machine.book, connection, row.id, task_id, by=actor.account, delegator=task.on_behalf_of, queues=queues)
    )
    if not offered and not may_read_case(connection, machine.book, actor, row):
        raise NotFound("没有这项待办。", message_en="There is no such task.")
    work = machine.load(connection, row, actor=actor.account)
    element = work.definition.process.elements[task.element]
    principal = task.on_behalf_of if held else find_principal(actor, queues, machine.book, holder=task.claimed_by)
    bar = _find_bar(work, element, actor.account, principal) if offered else None
    is_open = task.status in ("open", "claimed")
    form = form_of(work.definition, element, task)
    draft = entries.find_draft(connection, account=actor.account, subject=f"task:{task_id}")
    token = main_token(task) if is_open else None
    variables = veil(machine, connection, row, actor, run=work.run).variables(work.run.variables(token))
    lists = offering.listed(
        connection, work.definition, form, unit=row.unit, indexings=machine.indexings,
        chosen=[variables, draft[0] if draft else {}],
    )  # fmt: skip
    return TaskView(
        task=task,
        case=row,
        definition=work.definition,
        element=element,
        form=form,
        variables={**variables, **lists},
        draft=draft[0] if draft else None,
        draft_at=draft[1] if draft else None,
        due=orjson.loads(task.due) if task.due else None,
        actions=_actions(task, actor.account, principal)
        if offered and is_open and bar is None and row.status == "running" and signers.find_held(connection, task_id) is None
        else (),
        barred=bar.zh if bar else None,
        signs="true" in element.values("sign") and task.main_id is None,
        principal=principal if offered and is_open else task.on_behalf_of,
        queues=queues,
        work=work,
    )


def _find_bar(work: Work, element: kernel.Element, *accounts: str | None) -> Bar | None:
    found = (duty.find_bar(work, element, account) for account in accounts if account is not None)
    return next((bar for bar in found if bar is not None), None)


def view_start(machine: Machine, connection: Connection, process: str, actor: Actor) -> StartView:
    """Load the start form of the newest version of a process. NotFound; NotAllowed for who may not start it."""
    definition = machine.library.latest(connection, process)
    unit = starting.ensure_may_start(machine, definition, actor)
    form = definition.form_of(definition.start)
    draft = entries.find_draft(connection, account=actor.account, subject=f"start:{process}")
    first = starting.first_variables(connection, unit)
    lists = offering.listed(
        connection, definition, form, unit=unit, indexings=machine.indexings, chosen=[first, draft[0] if draft else {}]
    )
    return StartView(
        definition=definition,
        element=definition.start,
        unit=unit,
        form=form,
        variables={**first, **lists},
        draft=draft[0] if draft else None,
        draft_at=draft[1] if draft else None,
    )


def _actions(task: TaskRow, account: str, principal: str | None) -> tuple[str, ...]:
    if task.claimed_by is None or task.claimed_by == principal or (task.on_behalf_of == account != task.claimed_by):
        return ("claim", "draft", "complete")
    return ("release", "draft", "complete") if task.claimed_by == account else ()
