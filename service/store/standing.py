"""Where the open cases of a process stand: rows that wait, counted by element. One grouped statement a table."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, and_, exists, func, literal_column, select
from sqlalchemy import case as when

from service.store.columns import among
from service.store.reads import OPEN
from service.store.tables import cases, durations, jobs, stuck, subscriptions, tasks

_ONE: ColumnElement[int] = literal_column("1")


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
    late = and_(tasks.c.due_at.is_not(None), tasks.c.due_sort < int(now.timestamp() * 1000))
    # What is open belongs to an open case; it is looked up only for what its row does not say.
    of_version = [cases.c.version == version] if version is not None else []

    def in_case(case_id: Column[str], *, known: bool) -> list[ColumnElement[bool]]:
        if known and not of_version:
            return []
        return [exists().where(cases.c.id == case_id, cases.c.process == process, *of_version)]

    statements = (
        select(tasks.c.element, func.count(_ONE), func.sum(when((late, 1), else_=0)), literal_column("0"))
        .where(tasks.c.process == process, among(tasks.c.status, *OPEN), *in_case(tasks.c.case_id, known=True))
        .group_by(tasks.c.element),
        select(jobs.c.element, func.count(_ONE), literal_column("0"), func.sum(when((jobs.c.state == "parked", 1), else_=0)))
        .where(
            among(jobs.c.state, "todo", "doing", "parked"), jobs.c.element.is_not(None), *in_case(jobs.c.case_id, known=False)
        )
        .group_by(jobs.c.element),
        select(subscriptions.c.element, func.count(_ONE), literal_column("0"), literal_column("0"))
        .where(subscriptions.c.process == process, *in_case(subscriptions.c.case_id, known=True))
        .group_by(subscriptions.c.element),
    )  # fmt: skip
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
