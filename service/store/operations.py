"""How the machine fares, in figures: processes by version, the queue, parked jobs. Asked by those who keep it running.

Every figure is one grouped statement, however many cases there are.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from service.store.columns import among
from service.store.reads import CASE_IS_OPEN, OPEN
from service.store.tables import cases, definitions, jobs, stuck, tasks

_ONE: ColumnElement[int] = literal_column("1")


class ProcessRow(NamedTuple):
    """A version of a process; `overdue` and `stuck` count over all its versions."""

    process: str
    version: int
    name: str
    regulation: str
    status: str
    open: int
    overdue: int
    incidents: int
    stuck: int


class QueueRow(NamedTuple):
    """Jobs of one kind and state, and when the first of them is or was due."""

    kind: str
    state: str
    number: int
    first_due: datetime


class ParkedRow(NamedTuple):
    handler: str
    number: int


def list_process_figures(connection: Connection, *, now: datetime) -> tuple[ProcessRow, ...]:
    """List every version of every process, the newest first, with its open cases; `now` is legal time."""
    running = {
        (process, version): int(number)
        for process, version, number in connection.execute(
            select(cases.c.process, cases.c.version, func.count(_ONE))
            .where(CASE_IS_OPEN)
            .group_by(cases.c.process, cases.c.version)
        )
    }
    overdue = {
        process: int(number)
        for process, number in connection.execute(
            select(tasks.c.process, func.count(_ONE))
            .where(among(tasks.c.status, *OPEN), tasks.c.due_at.is_not(None), tasks.c.due_sort < int(now.timestamp() * 1000))
            .group_by(tasks.c.process)
        )
    }
    troubles: dict[str, int] = {}
    parked: dict[str, int] = {}
    for process, cause, number in connection.execute(
        select(stuck.c.process, stuck.c.cause, func.count(_ONE)).group_by(stuck.c.process, stuck.c.cause)
    ):
        troubles[process] = troubles.get(process, 0) + int(number)
        if cause == "parked":
            parked[process] = int(number)
    rows = connection.execute(
        select(
            definitions.c.key, definitions.c.version, definitions.c.name, definitions.c.regulation, definitions.c.status
        ).order_by(definitions.c.key, definitions.c.version.desc())
    )
    return tuple(
        ProcessRow(
            process, version, name, regulation, status, running.get((process, version), 0), overdue.get(process, 0),
            parked.get(process, 0), troubles.get(process, 0),
        )
        for process, version, name, regulation, status in rows
    )  # fmt: skip


def list_queue(connection: Connection) -> tuple[QueueRow, ...]:
    """List how many jobs wait, run or are parked, by kind."""
    rows = connection.execute(
        select(jobs.c.kind, jobs.c.state, func.count(_ONE), func.min(jobs.c.due_at))
        .where(among(jobs.c.state, "todo", "doing", "parked"))
        .group_by(jobs.c.kind, jobs.c.state)
        .order_by(jobs.c.kind, jobs.c.state)
    )
    return tuple(QueueRow(*row) for row in rows)


def list_parked(connection: Connection) -> tuple[ParkedRow, ...]:
    """List which handlers have parked jobs, the most first."""
    number = func.count(_ONE)
    handler = func.coalesce(jobs.c.type, jobs.c.kind)
    rows = connection.execute(
        select(handler, number).where(among(jobs.c.state, "parked")).group_by(handler).order_by(number.desc(), handler)
    )
    return tuple(ParkedRow(*row) for row in rows)


def count_due_after(connection: Connection, moment: datetime) -> int:
    """Count open tasks that are due at a moment or later."""
    statement = select(func.count(_ONE)).where(
        among(tasks.c.status, *OPEN), tasks.c.due_at.is_not(None), tasks.c.due_sort >= int(moment.timestamp() * 1000)
    )
    return int(connection.execute(statement).scalar_one())
