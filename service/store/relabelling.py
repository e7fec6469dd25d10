"""The rows that wait in a case while it is moved to another version: they stay, and are called otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from service.store.columns import among
from service.store.tables import jobs, subscriptions, task_bars, task_queues, tasks

Table = Literal["tasks", "jobs", "subscriptions"]
_TABLES = {"tasks": tasks, "jobs": jobs, "subscriptions": subscriptions}
_LABELS: Mapping[Table, tuple[str, ...]] = {
    "tasks": ("id", "token", "element", "name", "form", "queue", "status", "return_to", "main_id"),
    "jobs": ("id", "kind", "token", "child", "element", "type", "retries", "state"),
    "subscriptions": ("id", "kind", "token", "child", "element", "name"),
}
_WAITS = {
    "tasks": among(tasks.c.status, "open", "claimed"),
    "jobs": among(jobs.c.state, "todo", "doing", "parked"),
    "subscriptions": subscriptions.c.id.is_not(None),
}


_LISTS = {
    table: select(*(_TABLES[table].c[name] for name in names)).where(_TABLES[table].c.case_id == bindparam("case"), _WAITS[table])
    for table, names in _LABELS.items()
}


def list_rows(connection: Connection, table: Table, case_id: str) -> tuple[dict[str, Any], ...]:
    """List what waits in a case, as the columns that a version of the diagram decides."""
    return tuple(dict(row._mapping) for row in connection.execute(_LISTS[table], {"case": case_id}))


def relabel(connection: Connection, table: Table, row_id: str, values: Mapping[str, Any]) -> None:
    chosen = _TABLES[table]
    connection.execute(update(chosen).where(chosen.c.id == row_id).values(dict(values)))


def list_more_queues(connection: Connection, task_id: str) -> tuple[str, ...]:
    """List the queues in which a task stands besides its first."""
    return tuple(sorted(connection.execute(select(task_queues.c.queue).where(task_queues.c.task_id == task_id)).scalars()))


def replace_more_queues(connection: Connection, task_id: str, queues: Iterable[str]) -> None:
    connection.execute(delete(task_queues).where(task_queues.c.task_id == task_id))
    if rows := [{"task_id": task_id, "queue": queue} for queue in queues]:
        connection.execute(insert(task_queues), rows)


def replace_bars(connection: Connection, task_id: str, bars: Iterable[tuple[str, str]]) -> None:
    """Bar other accounts (account, rule) from a task than before."""
    connection.execute(delete(task_bars).where(task_bars.c.task_id == task_id))
    if rows := [{"task_id": task_id, "account": account, "rule": rule} for account, rule in bars]:
        connection.execute(insert(task_bars), rows)
