"""Tasks and timers whose deadline has a notice to give."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal, null, select, union_all, update

from service.store.columns import Instant, among
from service.store.tables import cases, jobs, task_queues, tasks

TASK, JOB = "task", "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotice:
    """A task or a timer with a notice that is due. `name`, `queue` and `claimed_by` are a task's, `token` is a timer's."""

    table: str
    id: str
    case_id: str
    element: str
    name: str | None
    queue: str | None
    claimed_by: str | None
    token: str | None
    deadline: str
    trigger: str
    notice_at: datetime


_NAMES = tuple(field.name for field in fields(DueNotice))
_OPEN_TASK = (among(tasks.c.status, "open", "claimed"), tasks.c.notice_at.is_not(None))
_OPEN_JOB = (among(jobs.c.state, "todo"), jobs.c.notice_at.is_not(None))
_TASK = select(
    literal(TASK).label("table"), tasks.c.id, tasks.c.case_id, tasks.c.element, tasks.c.name, tasks.c.queue, tasks.c.claimed_by,
    null().label("token"), tasks.c.deadline, tasks.c.trigger, tasks.c.notice_at,
).where(*_OPEN_TASK)  # fmt: skip
_JOB = select(
    literal(JOB).label("table"), jobs.c.id, jobs.c.case_id, func.coalesce(jobs.c.child, jobs.c.element).label("element"),
    null().label("name"), null().label("queue"), null().label("claimed_by"), jobs.c.token, jobs.c.deadline, jobs.c.trigger,
    jobs.c.notice_at,
).where(*_OPEN_JOB)  # fmt: skip
_NOW = bindparam("now", type_=Instant())
_DUE_TASKS = _TASK.where(tasks.c.notice_at <= _NOW).order_by(tasks.c.notice_at, tasks.c.id).limit(bindparam("limit"))
_DUE_JOBS = _JOB.where(jobs.c.notice_at <= _NOW).order_by(jobs.c.notice_at, jobs.c.id).limit(bindparam("limit"))
_DUE = union_all(_DUE_TASKS.subquery().select(), _DUE_JOBS.subquery().select()).subquery()
_LIST = select(_DUE).order_by(_DUE.c.notice_at, _DUE.c.id).limit(bindparam("limit"))
_FIND_TASK = _TASK.where(tasks.c.id == bindparam("id"))
_FIND_JOB = _JOB.where(jobs.c.id == bindparam("id"))
_AFTER = bindparam("after", type_=Instant())
_NEXT_TASK = select(func.min(tasks.c.notice_at)).where(*_OPEN_TASK, tasks.c.notice_at > _AFTER)
_NEXT_JOB = select(func.min(jobs.c.notice_at)).where(*_OPEN_JOB, jobs.c.notice_at > _AFTER)


def list_due(connection: Connection, *, now: datetime, limit: int) -> tuple[DueNotice, ...]:
    """List what has a notice to give, the longest due first."""
    rows = connection.execute(_LIST, {"now": now, "limit": limit})
    return tuple(DueNotice(**dict(zip(_NAMES, row, strict=True))) for row in rows)


def find(connection: Connection, table: str, row_id: str) -> DueNotice | None:
    """Find a task or a timer that still has notices to give."""
    row = connection.execute(_FIND_TASK if table == TASK else _FIND_JOB, {"id": row_id}).first()
    return None if row is None else DueNotice(**dict(zip(_NAMES, row, strict=True)))


def set_next(connection: Connection, table: str, row_id: str, at: datetime | None) -> None:
    changed = tasks if table == TASK else jobs
    connection.execute(update(changed).where(changed.c.id == row_id).values(notice_at=at))


def next_due(connection: Connection, *, after: datetime) -> datetime | None:
    """When the next notice is due, later than `after`."""
    found = [connection.execute(statement, {"after": after}).scalar() for statement in (_NEXT_TASK, _NEXT_JOB)]
    return min((at for at in found if at is not None), default=None)


def list_queues(connection: Connection, notice: DueNotice) -> tuple[str, ...]:
    """The queues in which a task stands."""
    more = connection.execute(select(task_queues.c.queue).where(task_queues.c.task_id == notice.id)).scalars()
    return tuple(dict.fromkeys([notice.queue or "", *sorted(more)]))


def is_on_task(connection: Connection, notice: DueNotice) -> bool:
    """Tell whether an open task of the same family of cases has the very deadline that a timer has."""
    own = cases.alias("own")
    root = select(own.c.root).where(own.c.id == notice.case_id).scalar_subquery()
    holds = (
        select(tasks.c.id)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(
            cases.c.root == root, among(tasks.c.status, "open", "claimed"), tasks.c.deadline == notice.deadline,
            tasks.c.trigger == notice.trigger,
        )
    )  # fmt: skip
    return connection.execute(holds.limit(1)).first() is not None
