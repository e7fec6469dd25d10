"""What the tabs of the workspace list and count besides what waits: done, started by oneself, and what has come in since."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import Connection, exists, func, select
from sqlalchemy.sql import Select

from service.store.narrowing import TaskFilter, case_conditions
from service.store.reads import CASE_COLUMNS, COUNT_LIMIT, IS_OPEN, MAX_LIMIT, Page, may_hold
from service.store.tables import accounts, cases, task_bars, task_queues, tasks, units

#: More new tasks than this are not told apart.
MOST_NEW = 100


def list_started(connection: Connection, account: str, *, where: TaskFilter, after: str | None, limit: int) -> Page:
    """List the cases that the account started, newest first, without those that other cases called; it reads them all."""
    limit = max(1, min(limit, MAX_LIMIT))
    statement = (
        select(*CASE_COLUMNS, units.c.name.label("unit_name"), accounts.c.display_name.label("started_name"))
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .join(accounts, accounts.c.name == cases.c.started_by, isouter=True)
        .where(*_started(account), *case_conditions(where))
    )
    if after:
        statement = statement.where(cases.c.id < after)
    rows = connection.execute(statement.order_by(cases.c.id.desc()).limit(limit + 1)).all()
    shown = tuple({**row._mapping, "facts": orjson.loads(row.facts), "flags": orjson.loads(row.flags)} for row in rows[:limit])
    return Page(rows=shown, after=shown[-1]["id"] if len(rows) > limit else None)


def count_started(connection: Connection, account: str) -> int:
    """Count what the account started; stops at 1000."""
    return _count(connection, select(cases.c.id).where(*_started(account)))


def count_done(connection: Connection, account: str) -> int:
    """Count what the account has done; stops at 1000."""
    return _count(connection, select(tasks.c.id).where(tasks.c.closed_by == account, tasks.c.status == "done"))


def count_new(
    connection: Connection, *, account: str, queues: Collection[str], since: str, principals: Collection[str] = ()
) -> int:
    """Count the tasks opened after the id `since` was made that the account may take; stops at `MOST_NEW`."""
    listed = sorted(queues)
    # Behind a function the queue is no way to the rows: all of a queue would be read for the few tasks that are new.
    offered = func.coalesce(tasks.c.queue, "").in_(listed) | exists().where(
        task_queues.c.task_id == tasks.c.id, task_queues.c.queue.in_(listed)
    )
    found = (
        select(tasks.c.id)
        .where(tasks.c.id > since, IS_OPEN, offered, may_hold(account, principals))
        .where(~exists().where(task_bars.c.task_id == tasks.c.id, task_bars.c.account == account))
    )
    return _count(connection, found, MOST_NEW)


def _started(account: str) -> tuple[Any, ...]:
    return cases.c.started_by == account, cases.c.parent.is_(None)


def _count(connection: Connection, found: Select[Any], most: int = COUNT_LIMIT) -> int:
    return int(connection.execute(select(func.count()).select_from(found.limit(most).subquery())).scalar() or 0)
