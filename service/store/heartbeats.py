"""Which workers live: each writes a line now and then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from service.store.columns import insert_or
from service.store.tables import workers


def beat(connection: Connection, worker: str, *, at: datetime) -> None:
    beating = insert_or(connection, workers).values(id=worker, started_at=at, seen_at=at)
    connection.execute(beating.on_conflict_do_update(index_elements=["id"], set_={"seen_at": at}))


def list_workers(connection: Connection) -> tuple[dict[str, Any], ...]:
    return tuple(dict(row._mapping) for row in connection.execute(select(workers).order_by(workers.c.id)))
