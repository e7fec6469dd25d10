"""The movable clock of the demonstration: one row with the offset of legal time, and where it is being moved to."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, insert, select, update

from service.store.session import Store
from service.store.tables import cases, demo_clock

_ONE = 1
#: How long another process may still show the old time after the clock was moved, in seconds.
_FRESH = 0.2


def read(connection: Connection) -> tuple[timedelta, datetime | None]:
    """Return (how far legal time is ahead, where it is being moved to or None)."""
    row = connection.execute(select(demo_clock.c.offset, demo_clock.c.target)).first()
    return (timedelta(), None) if row is None else (timedelta(milliseconds=row.offset), row.target)


def write(connection: Connection, *, offset: timedelta, target: datetime | None) -> None:
    values = {"offset": offset // timedelta(milliseconds=1), "target": target}
    changed = connection.execute(update(demo_clock).where(demo_clock.c.id == _ONE).values(**values))
    if not changed.rowcount:
        connection.execute(insert(demo_clock), {"id": _ONE, **values})


def any_case(connection: Connection) -> bool:
    return bool(connection.execute(select(exists().where(cases.c.id.is_not(None)))).scalar())


class StoredOffset:
    """Reads the offset, at most five times a second; `forget` after it was changed in this process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = timedelta()
        self._read_at = -1.0

    def __call__(self) -> timedelta:
        if time.monotonic() - self._read_at > _FRESH:
            with self._store.read() as connection:
                self._offset = read(connection)[0]
            self._read_at = time.monotonic()
        return self._offset

    def forget(self) -> None:
        self._read_at = -1.0
