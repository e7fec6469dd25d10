"""Tasks whose deadline has a notice to give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from service.store.columns import Instant
from service.store.tables import tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotice:
    id: str
    element: str
    queue: str
    deadline: str
    trigger: str
    notice_at: datetime | None


_COLUMNS = [tasks.c[name] for name in DueNotice.__slots__]
_OPEN = (tasks.c.status.in_(("open", "claimed")), tasks.c.notice_at.is_not(None))
_DUE = (
    select(*_COLUMNS)
    .where(*_OPEN, tasks.c.notice_at <= bindparam("now", type_=Instant()))
    .order_by(tasks.c.notice_at, tasks.c.id)
    .limit(bindparam("limit"))
)
_FIND = select(*_COLUMNS).where(tasks.c.id == bindparam("id"), *_OPEN)
_NEXT = select(func.min(tasks.c.notice_at)).where(*_OPEN, tasks.c.notice_at > bindparam("after", type_=Instant()))


def list_due(connection: Connection, *, now: datetime, limit: int) -> tuple[DueNotice, ...]:
    return tuple(DueNotice(**row._mapping) for row in connection.execute(_DUE, {"now": now, "limit": limit}))


def find(connection: Connection, task_id: str) -> DueNotice | None:
    row = connection.execute(_FIND, {"id": task_id}).first()
    return None if row is None else DueNotice(**row._mapping)


def set_next(connection: Connection, task_id: str, at: datetime | None) -> None:
    connection.execute(update(tasks).where(tasks.c.id == task_id).values(notice_at=at))


def next_due(connection: Connection, *, after: datetime) -> datetime | None:
    """When the next notice is due, later than `after`."""
    return connection.execute(_NEXT, {"after": after}).scalar()
