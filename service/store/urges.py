"""That somebody urged a task (催办): at most once a day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, select

from service.store.columns import insert_or
from service.store.tables import urges


def urge(connection: Connection, *, task_id: str, day: date, account: str, at: datetime) -> bool:
    """Remember that a task was urged on a day; False when it was before."""
    adding = insert_or(connection, urges).values(task_id=task_id, day=day, account=account, at=at).on_conflict_do_nothing()
    return connection.execute(adding.returning(urges.c.task_id)).first() is not None


def find_urge(connection: Connection, task_id: str, day: date) -> tuple[str, datetime] | None:
    """Who urged a task on a day, and when."""
    row = connection.execute(select(urges.c.account, urges.c.at).where(urges.c.task_id == task_id, urges.c.day == day)).first()
    return None if row is None else (row.account, row.at)


def list_urged(connection: Connection, task_ids: list[str], day: date) -> frozenset[str]:
    """Which of some tasks were urged on a day."""
    found = select(urges.c.task_id).where(urges.c.task_id.in_(task_ids), urges.c.day == day)
    return frozenset(connection.execute(found).scalars())
