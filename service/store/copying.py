"""The rows of whole families of cases, read from one database and written to another. Open this when a table is added to cases.

Only bulk data for demonstrations and measurements is made in this way; whoever does it sees to the ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, insert, select

from service.store.columns import insert_or
from service.store.tables import (
    attachments,
    case_parties,
    case_terms,
    case_values,
    cases,
    counters,
    definitions,
    deliveries,
    history,
    jobs,
    messages,
    notice_queues,
    notices,
    register_values,
    register_versions,
    registers,
    subscriptions,
    task_bars,
    task_queues,
    tasks,
)

Row = dict[str, Any]

#: Everything that a family of cases consists of, so that a row stands after those that it refers to.
FAMILY: tuple[Table, ...] = (
    cases, case_parties, tasks, task_queues, task_bars, jobs, subscriptions, messages, deliveries, attachments, notices,
    notice_queues, case_terms, case_values, registers, register_versions, register_values, history,
)  # fmt: skip
_CACHE_KIB = 262_144


def read_family(connection: Connection, *, key: str, now: datetime) -> dict[str, list[Row]]:
    """Read every row about cases, by table, from a database that holds one family (business key `key`) and nothing else.

    Left out is what nobody asks for again: jobs that are done, messages that have expired, other entries of registers.
    """
    found: dict[str, list[Row]] = {}
    for table in FAMILY:
        statement = select(table).order_by(*table.primary_key.columns)
        if table is jobs:
            statement = statement.where(jobs.c.state.in_(("todo", "doing", "parked")))
        elif table is messages:
            statement = statement.where(messages.c.expires_at > now)
        elif table is deliveries:
            statement = statement.where(deliveries.c.message_id.in_(select(messages.c.id).where(messages.c.expires_at > now)))
        elif table is history:
            statement = statement.where(history.c.chain.in_(select(cases.c.id)))
        elif table in (registers, register_versions, register_values):
            statement = statement.where(table.c.key.contains(key, autoescape=True))
        found[table.name] = [dict(row._mapping) for row in connection.execute(statement)]
    return found


def list_ids(connection: Connection) -> list[str]:
    """List the ids of all rows about cases, also of those that `read_family` leaves out, oldest first."""
    columns = [table.c.id for table in FAMILY if "id" in table.c] + [messages.c.unique_id, deliveries.c.subscription]
    return sorted({id for column in columns for id in connection.execute(select(column)).scalars()})


def write_families(connection: Connection, rows: Mapping[str, Sequence[Row]]) -> None:
    """Insert rows by table; each has all columns of its table."""
    for table in FAMILY:
        if some := rows.get(table.name):
            _write(connection, table, some)


def _write(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """As `execute(insert(table), rows)` does it, but for many small rows in a third of the time."""
    dialect = connection.dialect
    statement = insert(table).compile(dialect=dialect, column_keys=[column.name for column in table.columns])
    changed = {
        column.name: processor
        for column in table.columns
        if (processor := column.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        and not isinstance(column.type, LargeBinary)
    }
    ready = [{**row, **{name: turn(row[name]) for name, turn in changed.items()}} for row in rows]
    if statement.positional:
        values = itemgetter(*statement.positiontup or ())
        connection.exec_driver_sql(str(statement), [values(row) for row in ready])
    else:
        connection.exec_driver_sql(str(statement), ready)


def take_numbers(connection: Connection, name: str, count: int) -> int:
    """Count a named counter up by `count`; returns the first number taken."""
    first = insert_or(connection, counters).values(name=name, value=count)
    counting = first.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + count})
    return int(connection.execute(counting.returning(counters.c.value)).scalar_one()) - count + 1


def versions_of(connection: Connection, digests: Iterable[str]) -> dict[tuple[str, str], int]:
    """Map (process, digest) to the version under which it was published here."""
    wanted = select(definitions.c.key, definitions.c.digest, definitions.c.version).where(definitions.c.digest.in_(set(digests)))
    return {(key, digest): version for key, digest, version in connection.execute(wanted.order_by(definitions.c.version))}


def widen_cache(connection: Connection) -> None:
    """Let SQLite keep more pages in memory on this connection: indexes are written all over the file."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")


def analyse(connection: Connection) -> None:
    """Tell the planner how much there is now; databases that grow by and by do it themselves."""
    connection.exec_driver_sql("ANALYZE")
