"""Which workers live: each writes a line now and then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.store.tables import workers


def beat(connection: Connection, worker: str, *, at: datetime) -> None:
    changed = connection.execute(update(workers).where(workers.c.id == worker).values(seen_at=at))
    if not changed.rowcount:
        connection.execute(insert(workers), {"id": worker, "started_at": at, "seen_at": at})


def list_workers(connection: Connection) -> tuple[dict[str, Any], ...]:
    return tuple(dict(row._mapping) for row in connection.execute(select(workers).order_by(workers.c.id)))
