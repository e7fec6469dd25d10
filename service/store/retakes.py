"""What is asked of the store when a step is sent back or taken back: drafts that others have begun, and child cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from service.store.entries import find_draft
from service.store.tables import cases, drafts, tasks


def last_draft(connection: Connection, *, account: str, task: str) -> dict[str, Any] | None:
    """What somebody had entered in a task that is over."""
    found = find_draft(connection, account=account, subject=f"task:{task}")
    return found[0] if found is not None else None


def list_begun(connection: Connection, task_ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """List (task, account) of tasks in which somebody has entered something since they were opened."""
    subjects = {f"task:{task}": task for task in task_ids}
    rows = connection.execute(select(tasks.c.id, tasks.c.opened_at).where(tasks.c.id.in_(list(task_ids))))
    opened = {row.id: row.opened_at for row in rows}
    begun = select(drafts.c.subject, drafts.c.account, drafts.c.updated_at).where(drafts.c.subject.in_(list(subjects)))
    known = connection.execute(begun)
    return tuple((subjects[row.subject], row.account) for row in known if row.updated_at > opened[subjects[row.subject]])


def list_done_tasks(connection: Connection, case_ids: Sequence[str], account: str) -> tuple[str, ...]:
    """The tasks in some cases that somebody has completed, the newest first."""
    wanted = select(tasks.c.id).where(tasks.c.case_id.in_(list(case_ids)), tasks.c.closed_by == account, tasks.c.status == "done")
    return tuple(connection.execute(wanted.order_by(tasks.c.closed_at.desc(), tasks.c.id.desc())).scalars())


def list_children(connection: Connection, case_id: str) -> tuple[str, ...]:
    return tuple(connection.execute(select(cases.c.id).where(cases.c.parent == case_id).order_by(cases.c.id)).scalars())


def find_open(connection: Connection, case_id: str, element: str) -> str | None:
    """The open task at an element of a case."""
    where = (tasks.c.case_id == case_id, tasks.c.element == element, tasks.c.status.in_(("open", "claimed")))
    return connection.execute(select(tasks.c.id).where(*where).order_by(tasks.c.id.desc())).scalars().first()
