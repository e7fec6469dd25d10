"""Where the open cases of a process stand: rows that wait, counted by element. One grouped statement a table."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select
from sqlalchemy import case as when

from service.store.columns import among
from service.store.reads import OPEN
from service.store.tables import cases, durations, jobs, stuck, subscriptions, tasks

_ONE: ColumnElement[int] = literal_column("1")
_OPEN_CASES = cases.c.status.in_(("running", "suspended"))


class Standing(NamedTuple):
    """What waits at one element; `overdue` and `parked` are among `number`."""

    element: str
    number: int
    overdue: int
    parked: int


class DurationRow(NamedTuple):
    """How long an element took where it has ended: seconds."""

    element: str
    number: int
    median: int
    p95: int


def count_standing(connection: Connection, process: str, version: int | None, *, now: datetime) -> tuple[Standing, ...]:
    """Count what waits at each element of the open cases of a version, or with None of all; `now` is legal time."""
    of_case = [cases.c.process == process, _OPEN_CASES, *([cases.c.version == version] if version is not None else [])]
    late = and_(tasks.c.due_at.is_not(None), tasks.c.due_sort < int(now.timestamp() * 1000))
    statements = (
        select(tasks.c.element, func.count(_ONE), func.sum(when((late, 1), else_=0)), literal_column("0"))
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(tasks.c.process == process, among(tasks.c.status, *OPEN), *of_case)
        .group_by(tasks.c.element),
        select(jobs.c.element, func.count(_ONE), literal_column("0"), func.sum(when((jobs.c.state == "parked", 1), else_=0)))
        .join(cases, cases.c.id == jobs.c.case_id)
        .where(among(jobs.c.state, "todo", "doing", "parked"), jobs.c.element.is_not(None), *of_case)
        .group_by(jobs.c.element),
        select(subscriptions.c.element, func.count(_ONE), literal_column("0"), literal_column("0"))
        .join(cases, cases.c.id == subscriptions.c.case_id)
        .where(subscriptions.c.process == process, *of_case)
        .group_by(subscriptions.c.element),
    )
    found: dict[str, Standing] = {}
    for statement in statements:
        for element, number, overdue, parked in connection.execute(statement):
            before = found.get(element, Standing(element, 0, 0, 0))
            found[element] = Standing(
                element, before.number + int(number), before.overdue + int(overdue), before.parked + int(parked)
            )
    return tuple(found.values())


def count_stuck(connection: Connection, process: str) -> dict[str, int]:
    """How many troubles the monitor lists at each element of a process; "" for whole cases."""
    rows = connection.execute(
        select(stuck.c.element, func.count(_ONE)).where(stuck.c.process == process).group_by(stuck.c.element)
    )
    return {element: int(number) for element, number in rows}


def list_durations(connection: Connection, process: str) -> tuple[DurationRow, ...]:
    """How long the steps of a process took, "" for whole cases; of all versions, reckoned once an hour."""
    rows = connection.execute(
        select(durations.c.element, durations.c.number, durations.c.median, durations.c.p95).where(durations.c.process == process)
    )
    return tuple(DurationRow(*row) for row in rows)
