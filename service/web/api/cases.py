"""Cases: start one, list them, look into one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.wrappers import Response

from service.engine import reads
from service.engine.starting import Started
from service.errors import NotFound
from service.forms import Form
from service.store import Connection, people
from service.store import reads as rows
from service.store.watched import list_watched
from service.tagged import plain
from service.web import current, gate
from service.web.answers import reply
from service.web.api.asks import CaseQuery, HistoryQuery, Start, Wait
from service.web.api.following import due, followed, list_open_tasks
from service.web.api.narrowed import wanted_of
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import CaseListShape, CaseShape, HistoryShape, StartedShape
from service.web.auth import current_actor, require_account
from service.web.diagrams import send_diagram
from service.web.idempotency import keeping

blueprint = make_blueprint("cases", "What is under way, and what has ended.")
_LINE = (
    "id", "business_key", "process", "version", "status", "outcome", "title", "unit", "unit_name", "parent", "started_by",
    "started_name", "started_at", "ended_at", "archived_at", "facts", "flags",
)  # fmt: skip
_WAITING = {"kind": None, "element": None, "state": "waiting", "due_at": None, "name": None, "correlation": None, "error": None}


@endpoint(blueprint, "POST", "/cases", answer=StartedShape, status=201, body=Start, query=Wait)
def start_case(body: Mapping[str, Any], query: Mapping[str, Any]) -> Response:
    """File the start form of a process."""
    account, process = require_account().name, body["process"]
    answers = gate.let_through(_start_form(process), f"start:{process}", body["variables"], by=account)
    started = current.engine().start_case(process, answers, by=account, within=keeping(_started, 201))
    more = followed(case=started.id, root=started.root, status=started.status, findings=started.findings, wait=query["wait"])
    return reply({"id": started.id, "business_key": started.business_key, "title": started.title, **more}, 201)


def _start_form(process: str) -> Form | None:
    machine = current.engine().machine
    with machine.store.read() as connection:
        definition = machine.library.latest(connection, process)
    return definition.form_of(definition.start)


def _started(started: Started) -> dict[str, Any]:
    return {
        "id": started.id, "business_key": started.business_key, "title": started.title, "status": started.status,
        "findings": [finding.as_json() for finding in started.findings], "next": [],
    }  # fmt: skip


@endpoint(blueprint, "GET", "/cases", answer=CaseListShape, query=CaseQuery)
def list_cases(query: Mapping[str, Any]) -> Response:
    """List the cases that the account may read, newest first."""
    machine = current.engine().machine
    scope = reads.scope_of(current_actor(), machine.book)
    where = wanted_of(query, now=machine.clock.now())
    cursor = {"after": query["after"], "limit": query["limit"]}
    with machine.store.read() as connection:
        if query["list"] is not None:
            page = list_watched(connection, scope, kind=query["list"], where=where, status=query["status"], **cursor)
        else:
            page = rows.list_cases(
                connection, scope, where=where, status=query["status"], mine=query["mine"], roots=query["roots"], **cursor
            )
    return reply({"items": [_line(row) for row in page.rows], "after": page.after})


@endpoint(blueprint, "GET", "/cases/<case_id>", answer=CaseShape)
def show_case(case_id: str) -> Response:
    """Show a case: its variables, children, open tasks, and what it waits for."""
    machine, actor = current.engine().machine, current_actor()
    with machine.store.read() as connection:
        stored = reads.get_case(machine, connection, case_id, actor)
        row = rows.find_case(connection, case_id) or {}
        below = _below(reads.readable_family(machine, connection, stored.root, actor), case_id)
        opened = list_open_tasks(connection, [member["id"] for member in below], actor)
        names = people.display_names(connection, [task.claimed_by for task in opened if task.claimed_by])
        return reply(
            {
                **_line(row),
                "variables": plain(reads.visible_variables(machine, connection, stored, actor)),
                "children": [
                    {name: child[name] for name in ("id", "process", "status", "outcome", "title")}
                    for child in below
                    if child["parent"] == case_id
                ],
                "tasks": [
                    {
                        **task.as_json(),
                        "status": task.status,
                        "claimed_by": task.claimed_by,
                        "claimed_name": names.get(task.claimed_by or ""),
                        "opened_at": task.opened_at,
                        "due": due(task.due),
                    }
                    for task in opened
                ],
                "waiting": _waiting(connection, [member["id"] for member in below]),
            }
        )


@endpoint(blueprint, "GET", "/cases/<case_id>/history", answer=HistoryShape, query=HistoryQuery)
def show_history(query: Mapping[str, Any], case_id: str) -> Response:
    """Show what happened in a case, oldest first; each line carries its hash.

    What is sealed is left out (`sealed` in the payload); from there on no hash is given, since it would confirm a guess.
    """
    machine, limit = current.engine().machine, query["limit"]
    with machine.store.read() as connection:
        row = reads.get_case(machine, connection, case_id, current_actor())
        links = reads.visible_history(machine, connection, row, current_actor(), after=query["after"], limit=limit + 1)
        names = people.display_names(connection, [link.actor for link in links])
    items = [
        {
            "seq": link.seq, "kind": link.kind, "element": link.element, "actor": link.actor,
            "actor_name": names.get(link.actor, link.actor), "at": link.at, "payload": plain(link.payload),
            "hash": link.hash.hex() or None,
        }
        for link in links[:limit]
    ]  # fmt: skip
    return reply({"items": items, "after": links[limit - 1].seq if len(links) > limit else None})


@endpoint(blueprint, "GET", "/cases/<case_id>/diagram", answer=None, content_type="application/xml")
def show_diagram(case_id: str) -> Response:
    """Give the BPMN of the version that the case runs on."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        row = reads.get_case(machine, connection, case_id, current_actor())
        xml = rows.definition_xml(connection, row.process, row.digest)
    if xml is None:
        raise NotFound("流程图不存在。", message_en="The diagram of this case is gone.")
    return send_diagram(xml, process=row.process, digest=row.digest)


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _LINE}


def _below(family: tuple[dict[str, Any], ...], case_id: str) -> list[dict[str, Any]]:
    """A case and its descendants; `family` lists parents before their children."""
    known, found = {case_id}, []
    for member in family:
        if member["id"] == case_id or member["parent"] in known:
            known.add(member["id"])
            found.append(member)
    return found


def _waiting(connection: Connection, case_ids: list[str]) -> list[dict[str, Any]]:
    jobs = rows.list_case_jobs(connection, case_ids)
    others = rows.list_case_subscriptions(connection, case_ids)
    return [
        {name: row.get(name, default) for name, default in _WAITING.items()} | {"case": row["case_id"]}
        for row in (*jobs, *others)
    ]
