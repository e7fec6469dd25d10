"""What is overdue: open tasks past their due date, and deadlines that were brought to somebody's attention without a task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from service.errors import Invalid
from service.store.columns import among, milliseconds
from service.store.reads import MAX_LIMIT, OPEN, Page, Scope, TaskFilter, readable
from service.store.tables import accounts, cases, notice_queues, notices, task_queues, tasks, units

_held = tasks.alias("held")
_CASE = [cases.c.title, cases.c.business_key, cases.c.process, cases.c.unit, cases.c.regulation, cases.c.root]


def list_overdue(
    connection: Connection, scope: Scope, *, now: datetime, where: TaskFilter, after: str | None, limit: int
) -> Page:
    """List the open tasks past their due date whose cases somebody may read, the longest overdue first.

    `queues` of a row are all the queues in which the task stands.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    conditions = [among(_held.c.status, *OPEN), _held.c.due_at.is_not(None), _held.c.due_sort <= milliseconds(now)]
    conditions += [readable(scope), *_wanted(where)]
    if after:
        conditions.append(_after(after))
    rows = connection.execute(
        select(
            _held.c.id, _held.c.case_id, _held.c.element, _held.c.name, _held.c.status, _held.c.queue, _held.c.due_at,
            _held.c.due_sort, _held.c.due, _held.c.deadline, _held.c.opened_at, _held.c.claimed_by,
            cases.c.status.label("case_status"), units.c.name.label("unit_name"),
            accounts.c.display_name.label("claimed_name"), *_CASE,
        )
        .join_from(_held, cases, cases.c.id == _held.c.case_id)
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .join(accounts, accounts.c.name == _held.c.claimed_by, isouter=True)
        .where(*conditions)
        .order_by(_held.c.due_sort, _held.c.id)
        .limit(limit + 1)
    ).all()  # fmt: skip
    more = _queues(connection, [row.id for row in rows])
    shown = tuple({**row._mapping, "queues": (row.queue, *more.get(row.id, ()))} for row in rows[:limit])
    cursor = f"{shown[-1]['due_sort']}-{shown[-1]['id']}" if len(rows) > limit else None
    return Page(rows=shown, after=cursor)


def list_escalated(connection: Connection, scope: Scope, *, where: TaskFilter, limit: int) -> tuple[dict[str, Any], ...]:
    """List the escalations of running cases that stand on no task and that somebody may read, newest first.

    `queues` of a row are those that were told.
    """
    rows = connection.execute(
        select(
            notices.c.id, notices.c.case_id, notices.c.deadline, notices.c.zh, notices.c.en, notices.c.at,
            units.c.name.label("unit_name"), *_CASE,
        )
        .join_from(notices, cases, cases.c.id == notices.c.case_id)
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .where(
            notices.c.kind == "escalated", notices.c.task_id.is_(None), cases.c.status.in_(("running", "suspended")),
            readable(scope), *_wanted(where),
        )
        .order_by(notices.c.id.desc())
        .limit(limit)
    ).all()  # fmt: skip
    told: dict[str, list[str]] = {}
    stands = select(notice_queues.c.notice_id, notice_queues.c.queue).where(
        notice_queues.c.notice_id.in_([row.id for row in rows])
    )
    for notice_id, queue in connection.execute(stands.order_by(notice_queues.c.queue)):
        told.setdefault(notice_id, []).append(queue)
    return tuple({**row._mapping, "queues": tuple(told.get(row.id, ()))} for row in rows)


def _queues(connection: Connection, task_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    statement = select(task_queues.c.task_id, task_queues.c.queue).where(task_queues.c.task_id.in_(list(task_ids)))
    for task_id, queue in connection.execute(statement.order_by(task_queues.c.queue)):
        found[task_id] = (*found.get(task_id, ()), queue)
    return found


def _wanted(where: TaskFilter) -> list[ColumnElement[bool]]:
    return [
        *([cases.c.process == where.process] if where.process else []),
        *([cases.c.unit == where.unit] if where.unit else []),
    ]


def _after(cursor: str) -> ColumnElement[bool]:
    due, _, task_id = cursor.partition("-")
    if not (due.isascii() and due.isdecimal() and len(due) <= 16):
        raise Invalid("分页游标无效，请从第一页重新打开。", message_en="The cursor is not one of ours: start at the first page.")
    return or_(_held.c.due_sort > int(due), and_(_held.c.due_sort == int(due), _held.c.id > task_id))
