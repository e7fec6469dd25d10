"""Open rows whose due date was reckoned by an older calendar; they are brought up to date in batches, a case at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal, select, union, update

from service.store.columns import among
from service.store.tables import cases, jobs, tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A task or a timer with a due date that the law gives. `trigger` is ISO 8601."""

    table: str  # "task" | "job"
    id: str
    element: str | None
    deadline: str
    trigger: str
    due_at: datetime | None
    due: str | None


_OPEN_TASK = (tasks.c.deadline.is_not(None), among(tasks.c.status, "open", "claimed"))
_OPEN_JOB = (jobs.c.deadline.is_not(None), among(jobs.c.state, "todo"))
_WAITS = among(jobs.c.state, "todo", "doing", "parked")  # that of the index by case


def list_cases(connection: Connection, version: str, *, limit: int) -> tuple[str, ...]:
    """List some cases that hold a date by another calendar than `version`."""
    parts = [
        select(table.c.case_id).where(*is_open, other).limit(limit).subquery().select()
        for table, is_open in ((tasks, _OPEN_TASK), (jobs, _OPEN_JOB))
        # each a range of an index
        for other in (table.c.calendar < version, table.c.calendar > version, table.c.calendar.is_(None))
    ]
    rows = connection.execute(union(*parts))
    return tuple(sorted(case_id for (case_id,) in rows))


def list_dated(connection: Connection, case_id: str, version: str) -> tuple[Dated, ...]:
    """List the dates of a case that were reckoned by another calendar than `version`."""
    of_tasks = select(
        literal("task").label("table"),
        tasks.c.id,
        tasks.c.element,
        tasks.c.deadline,
        tasks.c.trigger,
        tasks.c.due_at,
        tasks.c.due,
    ).where(tasks.c.case_id == case_id, *_OPEN_TASK, tasks.c.calendar != version)
    of_jobs = select(
        literal("job").label("table"), jobs.c.id, jobs.c.element, jobs.c.deadline, jobs.c.trigger, jobs.c.due_at,
        literal(None).label("due"),
    ).where(jobs.c.case_id == case_id, _WAITS, *_OPEN_JOB, jobs.c.calendar != version)  # fmt: skip
    found = [*connection.execute(of_tasks), *connection.execute(of_jobs)]
    return tuple(Dated(**row._mapping) for row in found)


def redate(connection: Connection, row: Dated, values: Mapping[str, Any]) -> None:
    table = tasks if row.table == "task" else jobs
    connection.execute(
        update(table).where(table.c.id == row.id).values({name: values[name] for name in values if name in table.c})
    )


def advance_history(connection: Connection, case_id: str, *, seq: int, head: bytes) -> None:
    """Move the head of a case's history without touching its state."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(history_seq=seq, history_head=head))
