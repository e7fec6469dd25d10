"""What both databases understand alike: instants, ids that sort by the time they were made, inserts that may meet a row."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, String, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

from service.clock import SHANGHAI

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, so that ids can be read aloud

Id = String(24)


def among(column: Any, *states: str) -> ColumnElement[bool]:
    """The condition that a column has one of these states, written out: SQLite uses an index with a condition only when it can
    see that condition in the statement, and not behind a parameter.
    """
    written: list[ColumnElement[Any]] = [literal_column(f"'{state}'") for state in states]
    found: ColumnElement[bool] = column == written[0] if len(written) == 1 else column.in_(written)
    return found


_last = 0
_one_at_a_time = threading.Lock()


def new_id() -> str:
    """Make an id of 24 letters and digits: 48 bits of milliseconds, then 72 random bits.

    Ids of one process sort in the order in which they were made, also within a millisecond and when its clock is set back;
    those of different processes as far as their clocks agree.
    """
    global _last
    with _one_at_a_time:
        number = (int(time.time() * 1000) << 72) | int.from_bytes(os.urandom(9), "big")
        if number <= _last:
            number = _last + 1 + int.from_bytes(os.urandom(4), "big")
        _last = number
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(115, -1, -5))


def insert_or(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can be told what to do when the row is there already (`on_conflict_do_…`), which both databases know."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def milliseconds(at: datetime) -> int:
    """Count the whole milliseconds since 1970-01-01T00:00Z, exactly (a float of seconds would round some of them up)."""
    return (at - _EPOCH) // _MILLISECOND


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as milliseconds since 1970-01-01T00:00Z and read back in Asia/Shanghai."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, SHANGHAI)
