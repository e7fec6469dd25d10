"""Tasks: what waits for the account, one task with its form, and what is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask.wrappers import Response

from service.access import actor_queues
from service.engine import reads
from service.engine.completing import Completed
from service.engine.reads import TaskView
from service.engine.signer_form import form_of
from service.errors import NotAllowed, NotFound
from service.forms import Form
from service.store import cases, people
from service.store import reads as rows
from service.tagged import plain
from service.web import current, gate
from service.web.answers import reply
from service.web.api.asks import Complete, Draft, Handing, TaskQuery, Wait
from service.web.api.following import due, followed
from service.web.api.narrowed import wanted_of
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import CompletedShape, HandedShape, HeldShape, SavedShape, TaskListShape, TaskShape
from service.web.auth import current_actor, require_account, sign
from service.web.idempotency import keeping
from service.web.schemas import form_schema, saved

blueprint = make_blueprint("tasks", "What waits for people.")
_LINE = ("id", "process", "element", "name", "status", "unit_name", "opened_at", "claimed_by", "closed_at", "facts")


@endpoint(blueprint, "GET", "/tasks", answer=TaskListShape, query=TaskQuery)
def list_tasks(query: Mapping[str, Any]) -> Response:
    """List the open tasks that the account may do, or those that it has done."""
    machine, actor = current.engine().machine, current_actor()
    where = wanted_of(query, now=machine.clock.now())
    cursor = {"after": query["after"], "limit": query["limit"]}
    with machine.store.read() as connection:
        if query["view"] == "done":
            page = rows.list_done(connection, account=actor.account, where=where, **cursor)
        else:
            queues = actor_queues(actor, machine.book)
            page = rows.list_todo(
                connection, account=actor.account, queues=queues, where=where, sort=query["sort"], principals=actor.principals,
                **cursor,
            )  # fmt: skip
    return reply({"items": [_line(row) for row in page.rows], "after": page.after})


@endpoint(blueprint, "GET", "/tasks/<task_id>", answer=TaskShape)
def show_task(task_id: str) -> Response:
    """Show a task with its form, the variables it sees, one's own draft, and what one may do with it."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        view = reads.view_task(machine, connection, task_id, current_actor())
        holder = view.task.claimed_by
        names = people.display_names(connection, [holder]) if holder else {}
        flags = reads.project_flags(machine, connection, view.case, current_actor())
    return reply({**_shown(view, names), "project_flags": [asdict(flag) for flag in flags]})


@endpoint(blueprint, "POST", "/tasks/<task_id>/claim", answer=HeldShape)
def claim_task(task_id: str) -> Response:
    """Hold a task, so that nobody else of its role does it."""
    account = require_account().name
    current.engine().claim_task(task_id, by=account)
    return reply({"id": task_id, "status": "claimed", "claimed_by": account})


@endpoint(blueprint, "POST", "/tasks/<task_id>/release", answer=HeldShape)
def release_task(task_id: str) -> Response:
    """Give a held task back."""
    current.engine().release_task(task_id, by=require_account().name)
    return reply({"id": task_id, "status": "open", "claimed_by": None})


@endpoint(blueprint, "POST", "/tasks/<task_id>/transfer", answer=HandedShape, body=Handing)
def transfer_task(body: Mapping[str, Any], task_id: str) -> Response:
    """Give a task to somebody who could take it as well."""
    current.engine().transfer_task(task_id, to=body["to"], reason=body["reason"], by=require_account().name)
    return reply({"id": task_id, "status": "claimed", "claimed_by": body["to"], "on_behalf_of": None})


@endpoint(blueprint, "POST", "/tasks/<task_id>/delegate", answer=HandedShape, body=Handing)
def delegate_task(body: Mapping[str, Any], task_id: str) -> Response:
    """Have somebody of the same role do a task in one's name."""
    account = require_account().name
    current.engine().delegate_task(task_id, to=body["to"], reason=body["reason"], by=account)
    return reply({"id": task_id, "status": "claimed", "claimed_by": body["to"], "on_behalf_of": account})


@endpoint(blueprint, "POST", "/tasks/<task_id>/complete", answer=CompletedShape, body=Complete, query=Wait)
def complete_task(body: Mapping[str, Any], query: Mapping[str, Any], task_id: str) -> Response:
    """Complete a task with the answers of its form, and with one's password where the step is signed."""
    given = body["signature"]
    signature = sign(given["password"]) if given is not None else None
    done = current.engine().complete_task(
        task_id, body["variables"], by=require_account().name, signature=signature, within=keeping(_completed, 200)
    )
    more = followed(case=done.case, root=done.root, status=done.status, findings=done.findings, wait=query["wait"])
    return reply({"task": done.task, "case": done.case, **more})


def _completed(done: Completed) -> dict[str, Any]:
    findings = [finding.as_json() for finding in done.findings]
    return {"task": done.task, "case": done.case, "status": done.status, "findings": findings, "next": []}


@endpoint(blueprint, "PUT", "/tasks/<task_id>/draft", answer=SavedShape, body=Draft)
def save_draft(body: Mapping[str, Any], task_id: str) -> Response:
    """Keep what has been entered, unchecked. Also when somebody else was faster: what was typed is not lost."""
    form = _form_offered(task_id)
    return reply({"saved_at": gate.save_draft(form, f"task:{task_id}", body["variables"], by=require_account().name)})


def _form_offered(task_id: str) -> Form | None:
    """The form of a task that the account may do. NotFound for who may not know of the task, NotAllowed for who only reads it."""
    machine, actor = current.engine().machine, current_actor()
    with machine.store.read() as connection:
        task = cases.find_task(connection, task_id)
        row = cases.find_case(connection, task.case_id) if task is not None else None
        if task is not None and row is not None:
            queues = actor_queues(actor, machine.book)
            handed = task.claimed_by == actor.account and task.on_behalf_of is not None
            if handed or task.queue in queues or not queues.isdisjoint(rows.more_queues(connection, task_id)):
                definition = machine.library.get(connection, row.process, row.digest)
                return form_of(definition, definition.process.elements[task.element], task)
            if reads.may_read_case(connection, machine.book, actor, row):
                raise NotAllowed(
                    "该待办不在您的职责范围内。", message_en="This task is offered to other roles.", rule="task-role"
                )
    raise NotFound("没有这项待办。", message_en="There is no such task.")


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    case = {
        "id": row["case_id"], "business_key": row["business_key"], "process": row["process"], "title": row["title"],
        "status": row["case_status"], "unit": row["unit"], "root": row["root"],
    }  # fmt: skip
    return {**{name: row[name] for name in _LINE}, "case": case, "due": due(row["due"])}


def _shown(view: TaskView, names: Mapping[str, str]) -> dict[str, Any]:
    task, case = view.task, view.case
    return {
        "id": task.id,
        "case": {
            "id": case.id, "business_key": case.business_key, "process": case.process, "title": case.title,
            "status": case.status, "unit": case.unit, "root": case.root,
        },
        "process": task.process,
        "element": task.element,
        "name": task.name,
        "status": task.status,
        "form": form_schema(view.form),
        "variables": plain(view.variables),
        "draft": saved(view.draft, view.draft_at),
        "due": view.due,
        "actions": view.actions,
        "articles": view.element.values("article"),
        "opened_at": task.opened_at,
        "claimed_by": task.claimed_by,
        "claimed_name": names.get(task.claimed_by or ""),
        "closed_by": task.closed_by,
        "closed_at": task.closed_at,
        "sign": view.signs,
        "barred": view.barred,
        "on_behalf_of": view.principal,
    }  # fmt: skip
