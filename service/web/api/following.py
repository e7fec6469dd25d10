"""What the API says after a command: how the case stands, who goes on, and whether everything that follows has happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orjson import Fragment

from service.access import Actor, actor_queues, find_principal
from service.engine import reads
from service.errors import Finding
from service.store import Connection, cases
from service.store import reads as rows
from service.web import current
from service.web.auth import current_actor
from service.web.waiting import wait_for_family


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """An open task; `mine` when the account that asks may do it."""

    id: str
    case: str
    process: str
    element: str
    name: str
    status: str
    claimed_by: str | None
    opened_at: datetime
    due: str | None
    mine: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "case": self.case, "process": self.process, "element": self.element, "name": self.name,
            "mine": self.mine,
        }  # fmt: skip


def followed(*, case: str, root: str, status: str, findings: Iterable[Finding], wait: float | None) -> dict[str, Any]:
    """Tell what followed from a command on a case; with `wait`, after that many seconds or when the family is at rest."""
    rest = {} if wait is None else {"rest": wait_for_family(root, wait)}
    with current.engine().machine.store.read() as connection:
        opened = _list_next(connection, case, root, current_actor())
        if wait is not None:
            row = cases.find_case(connection, case)
            status = status if row is None else row.status
    return {
        "status": status, "findings": [finding.as_json() for finding in findings],
        "next": [task.as_json() for task in opened], **rest,
    }  # fmt: skip


def list_open_tasks(connection: Connection, case_ids: Sequence[str], actor: Actor) -> list[OpenTask]:
    """List the open tasks of some cases, oldest first."""
    return [
        OpenTask(
            id=row["id"], case=row["case_id"], process=row["process"], element=row["element"], name=row["name"],
            status=row["status"], claimed_by=row["claimed_by"], opened_at=row["opened_at"], due=row["due"],
            mine=_is_mine(connection, row["id"], row["queue"], row["claimed_by"], actor),
        )
        for row in rows.list_case_tasks(connection, case_ids)
        if row["status"] in rows.OPEN
    ]  # fmt: skip


def due(stored: str | None) -> Fragment | None:
    """A due date as it is stored: JSON already."""
    return Fragment(stored) if stored else None


def _list_next(connection: Connection, case: str, root: str, actor: Actor) -> list[OpenTask]:
    """List the open tasks of a family. Most cases stand alone; for those the statements of commands do, which are ready made."""
    waiting = cases.waiting(connection, case) if case == root else ()
    if case != root or any(row.kind == "child" for row in waiting):
        family = [member["id"] for member in reads.readable_family(current.engine().machine, connection, root, actor)]
        return list_open_tasks(connection, family, actor)
    found = [cases.find_task(connection, row.id) for row in waiting if row.table == "task"]
    return [
        OpenTask(
            id=task.id, case=task.case_id, process=task.process, element=task.element, name=task.name, status=task.status,
            claimed_by=task.claimed_by, opened_at=task.opened_at, due=task.due,
            mine=_is_mine(connection, task.id, task.queue, task.claimed_by, actor),
        )
        for task in found
        if task is not None
    ]  # fmt: skip


def _is_mine(connection: Connection, task: str, queue: str, holder: str | None, actor: Actor) -> bool:
    book = current.engine().machine.book
    mine = actor_queues(actor, book)
    if holder == actor.account:
        return True
    queues = {queue} if queue in mine else {queue, *rows.more_queues(connection, task)}
    if mine.isdisjoint(queues) or (holder is not None and find_principal(actor, queues, book, holder=holder) is None):
        return False
    return rows.find_bar(connection, task, actor.account) is None
