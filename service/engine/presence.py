"""Who is at a task right now: its page says so every 20 seconds, and is told who else is there and whether it is still to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.access import Actor, actor_queues
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.reads import may_read_case
from service.errors import NotFound
from service.store import Connection, cases, people, presences
from service.store import reads as rows
from service.store.cases import CaseRow, TaskRow

#: Whose page has been silent for longer has gone.
SEEN_WITHIN: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Somebody else at the task. `fills`: they hold it or have begun to fill in its form; else they only look."""

    account: str
    display_name: str
    fills: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What the page of a task is told. `closed_by` and `closed_at` are None while it is open."""

    status: str
    held_by: str | None  # display name of who has claimed it, unless it is the reader
    closed_by: str | None  # display name; None when the system closed it
    closed_mine: bool
    closed_at: datetime | None
    others: tuple[Other, ...]


def note_presence(machine: Machine, task_id: str, *, by: str) -> Presence:
    """Note that somebody has a task open, and tell who else has. NotFound for who may not see the task."""
    at = machine.clock.machine()
    with machine.store.write() as connection:
        task, _ = _get_visible(machine, connection, task_id, get_actor(connection, by, on=machine.clock.now().date()))
        presences.put_presence(connection, task_id, account=by, at=at)
        present = presences.list_present(connection, task_id, since=at - SEEN_WITHIN, but=by)
        known = [name for name in (task.claimed_by, task.closed_by) if name]
        names = people.display_names(connection, known) if known else {}
    held = task.claimed_by if task.status == "claimed" and task.claimed_by != by else None
    return Presence(
        status=task.status,
        held_by=names.get(held or ""),
        closed_by=names.get(task.closed_by or ""),
        closed_mine=task.closed_by == by,
        closed_at=task.closed_at,
        others=tuple(
            Other(account=one.account, display_name=one.display_name, fills=one.fills or one.account == held) for one in present
        ),
    )


def _get_visible(machine: Machine, connection: Connection, task_id: str, actor: Actor) -> tuple[TaskRow, CaseRow]:
    """As the page does, without loading the case: to whom the task is offered or was handed, and who reads its case."""
    found = cases.find_with_case(connection, task_id)
    if found is not None:
        task, row = found
        queues = actor_queues(actor, machine.book)
        offered = task.queue in queues or not queues.isdisjoint(rows.more_queues(connection, task_id))
        if offered or task.claimed_by == actor.account or may_read_case(connection, machine.book, actor, row):
            return found
    raise NotFound("没有这项待办。", message_en="There is no such task.")
