"""For whom a case waits: who holds a task, who may take it, and why sometimes nobody may. Part of `waiting_for`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import orjson

from service.access import RoleBook
from service.engine import duty, waiting_words
from service.engine.deciding import BEFORE
from service.engine.events import Event
from service.engine.people import as_actor
from service.engine.waiting_causes import Asked, Cause, WaitingFor
from service.engine.waiting_words import Said
from service.store import people, signers
from service.store import reads as rows


def list_people(asked: Asked) -> Iterator[WaitingFor]:
    """One sentence a task."""
    for task in rows.list_case_tasks(asked.connection, [asked.row.id]):
        if task["status"] in rows.OPEN:
            yield _signed_by_others(asked, task) or (_held(asked, task) if task["claimed_by"] else _offered(asked, task))


def _signed_by_others(asked: Asked, task: Mapping[str, Any]) -> WaitingFor | None:
    """A task that cannot go on before added signers have decided; None for any other."""
    left = [one for one in signers.list_signers(asked.connection, task["id"]) if one.state in signers.UNDECIDED]
    if signers.find_held(asked.connection, task["id"]) is None:
        left = [one for one in left if one.way == BEFORE]
    if not left:
        return None
    who = tuple(dict.fromkeys(one.account for one in left))
    names = people.display_names(asked.connection, who)
    said = waiting_words.signers(waiting_words.task_name(task["name"]), [names.get(account, account) for account in who])
    return _line(Cause.SIGNERS, task, said, since=left[0].asked_at, who=who)


def _held(asked: Asked, task: Mapping[str, Any]) -> WaitingFor:
    link = asked.last(Event.TASK_CLAIMED, Event.TASK_TRANSFERRED, Event.TASK_DELEGATED, task=task["id"])
    since = link.at if link is not None else task["opened_at"]
    principal = asked.name(task["on_behalf_of"]) if task["on_behalf_of"] else None
    due, late = _due(asked, task)
    said = waiting_words.held(
        waiting_words.task_name(task["name"]),
        task["claimed_name"] or task["claimed_by"],
        since,
        principal=principal,
        due=due,
        late=late,
    )
    return _line(Cause.HELD, task, said, since=since, who=(task["claimed_by"],))


def _offered(asked: Asked, task: Mapping[str, Any]) -> WaitingFor:
    step = waiting_words.task_name(task["name"])
    queues = sorted({task["queue"], *rows.more_queues(asked.connection, task["id"])}, key=lambda one: (one != task["queue"], one))
    group = waiting_words.all_of([_group(asked, queue) for queue in queues])
    members = list(dict.fromkeys(account for queue in queues for account in _members(asked, queue)))
    if not members:
        return _line(Cause.NOBODY, task, waiting_words.nobody(step, group), since=task["opened_at"])
    names = people.display_names(asked.connection, members)
    element = asked.elements[task["element"]]
    bars = {account: duty.find_bar(asked.work, element, account) for account in members}
    free = tuple(account for account, bar in bars.items() if bar is None)
    if not free:
        reasons = [
            (names.get(account, account), asked.step(bar.element) if bar.element else None, bar.rule)
            for account, bar in bars.items()
            if bar is not None
        ]
        return _line(Cause.BARRED, task, waiting_words.barred(step, group, reasons), since=task["opened_at"])
    due, late = _due(asked, task)
    said = waiting_words.offered(step, group, [names.get(account, account) for account in free], due=due, late=late)
    return _line(Cause.OFFERED, task, said, since=task["opened_at"], who=free)


def _line(cause: Cause, task: Mapping[str, Any], said: Said, *, since: datetime, who: tuple[str, ...] = ()) -> WaitingFor:
    document = orjson.loads(task["due"]) if task["due"] else {}
    why = tuple(Said(one["zh"], one["en"]) for one in document.get("derivation") or ())
    return WaitingFor(
        cause=cause, case=task["case_id"], said=said, element=task["element"], step=task["name"], since=since,
        due_at=task["due_at"], who=who, why=why, task=task["id"],
    )  # fmt: skip


def _group(asked: Asked, queue: str) -> Said:
    """Whom a queue stands for."""
    role_id, _at, unit = queue.partition("@")
    if not role_id:
        name = asked.name(unit)
        return Said(name, name)
    role = asked.machine.book.find(role_id)
    zh, en = (role.zh, role.en) if role is not None else (role_id, role_id)
    return waiting_words.role(zh, en, rows.unit_names(asked.connection).get(unit, unit) if unit else None)


def _members(asked: Asked, queue: str) -> tuple[str, ...]:
    """The accounts behind a queue that may act."""
    role_id, _at, unit = queue.partition("@")
    if not role_id:
        accounts: tuple[str, ...] = (unit,)
    else:
        listed = people.list_members(asked.connection, [role_id])
        accounts = tuple(sorted(account for account, _, where in listed if not unit or where == unit))
    return tuple(account for account in accounts if _may_act(asked, account, asked.machine.book))


def _may_act(asked: Asked, account: str, book: RoleBook) -> bool:
    row = people.find_account(asked.connection, account)
    return row is not None and row.active and book.may_act(as_actor(row))


def _due(asked: Asked, task: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The due date as people write it, and whether it has passed."""
    if task["due_at"] is None:
        return None, False
    text = str((orjson.loads(task["due"]) if task["due"] else {}).get("effective") or "")
    effective: date | None = datetime.fromisoformat(text) if "T" in text else None
    return waiting_words.last_day(effective, task["due_at"]), asked.now >= task["due_at"]
