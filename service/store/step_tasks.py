"""The tasks of one step of a case, open and over, and what is next for somebody in a family of cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, or_, select

from service.store.reads import IS_ENDED, IS_OPEN
from service.store.tables import cases, task_bars, task_queues, tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTask:
    """One of the tasks of a step."""

    id: str
    name: str
    status: str
    queue: str
    opened_at: datetime
    claimed_by: str | None
    closed_by: str | None
    closed_at: datetime | None
    on_behalf_of: str | None


_COLUMNS = [tasks.c[name] for name in StepTask.__slots__]


def list_step_tasks(connection: Connection, case_id: str, element: str) -> tuple[StepTask, ...]:
    """List the tasks that a step of a case has had, in the order in which they were opened; those of added signers are none."""
    mine = select(*_COLUMNS).where(tasks.c.case_id == case_id, tasks.c.element == element, tasks.c.main_id.is_(None))
    # Open ones and ended ones have an index each; asked for together they have none.
    parts = (mine.where(IS_OPEN), mine.where(IS_ENDED, tasks.c.status == "done"))
    found = [StepTask(**row._mapping) for part in parts for row in connection.execute(part)]
    return tuple(sorted(found, key=lambda one: one.id))


def find_next(
    connection: Connection, root: str, *, account: str, queues: Collection[str], principals: Collection[str] = ()
) -> str | None:
    """The task of a family of cases that the account may take and that is due first."""
    held = [account, *sorted(principals)]
    listed = sorted(queues)
    offered = or_(
        tasks.c.queue.in_(listed),
        tasks.c.id.in_(select(task_queues.c.task_id).where(task_queues.c.queue.in_(listed))),
        tasks.c.claimed_by == account,
    )
    found = connection.execute(
        select(tasks.c.id)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(cases.c.root == root, cases.c.status == "running", IS_OPEN, offered)
        .where(or_(tasks.c.claimed_by.is_(None), tasks.c.claimed_by.in_(held)))
        .where(~exists().where(task_bars.c.task_id == tasks.c.id, task_bars.c.account == account))
        .order_by(tasks.c.due_sort, tasks.c.id)
        .limit(1)
    ).scalar()
    return None if found is None else str(found)
