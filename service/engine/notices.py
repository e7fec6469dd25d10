"""Give the notices of deadlines: each becomes a line of history, at the time at which it was due.

A task row carries when its next notice is due (`notice_at`), so that closing the task ends its notices by itself.
"""

from __future__ import annotations

from datetime import datetime

from service.engine.due import read_trigger
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import SYSTEM
from service.engine.reminding import Notice
from service.store import Connection, cases, due_notices
from service.store.due_notices import DueNotice
from service.store.history import Chain, Entry
from service.store.outdated import advance_history


def give_due(machine: Machine, *, limit: int = 50) -> int:
    """Give the notices that are due now; returns how many tasks got one."""
    now = machine.clock.now()
    with machine.store.read() as connection:
        due = due_notices.list_due(connection, now=now, limit=limit)
    given = 0
    for task in due:
        with machine.store.write() as connection:
            given += _give(machine, connection, task.id, now)
    return given


def _give(machine: Machine, connection: Connection, task_id: str, now: datetime) -> int:
    found = cases.lock_by_task(connection, task_id)
    task = due_notices.find(connection, task_id)
    if found is None or task is None or task.notice_at is None or task.notice_at > now:
        return 0
    row = found[1]
    notices = machine.rules.notices(task.deadline, read_trigger(task.trigger))
    chain = Chain(row.id, row.history_seq, row.history_head)
    for notice in notices:
        if task.notice_at <= notice.at <= now:
            chain.add(_line(machine, task, notice))
    due_notices.set_next(connection, task_id, next((one.at for one in notices if one.at > now), None))
    chain.write(connection)
    advance_history(connection, row.id, seq=chain.seq, head=chain.head)
    return 1


def _line(machine: Machine, task: DueNotice, notice: Notice) -> Entry:
    payload = {"task": task.id, "deadline": task.deadline, "queue": task.queue, "labels": list(notice.labels), "zh": notice.zh}
    payload["en"] = notice.en
    if notice.event is Event.DEADLINE_OVERDUE:
        versions = machine.rules.catalogue.list_period_versions(task.deadline)
        payload["escalated_to"] = list(versions[-1].escalates_to) if versions else []
    return Entry(kind=notice.event.value, actor=SYSTEM, at=notice.at, element=task.element, payload=payload)
