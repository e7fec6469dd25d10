"""The loaded years of the calendar, and the open dates that rest on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal, literal_column, select
from sqlalchemy import case as when

from service.store.columns import among
from service.store.tables import calendar_days, calendar_years, cases, jobs, tasks, units

_ONE: ColumnElement[int] = literal_column("1")


class YearRow(NamedTuple):
    """A year whose notice is loaded: where it is from, how many days it names as rest and as worked."""

    year: int
    source: str
    rest: int
    work: int


class OpenDate(NamedTuple):
    """A task or timer of an open case with a date that the law gives; `due` is the JSON document of a task's date."""

    table: str
    case_id: str
    element: str | None
    deadline: str
    trigger: str
    due_at: datetime | None
    due: str | None
    title: str
    business_key: str
    unit: str | None


def list_years(connection: Connection) -> tuple[YearRow, ...]:
    """List the loaded years, the newest first."""
    rest = func.sum(when((calendar_days.c.working.is_(False), 1), else_=0))
    work = func.sum(when((calendar_days.c.working.is_(True), 1), else_=0))
    counted = {
        int(year): (int(free), int(made))
        for year, free, made in connection.execute(
            select(func.extract("year", calendar_days.c.day), rest, work).group_by(func.extract("year", calendar_days.c.day))
        )
    }
    rows = connection.execute(select(calendar_years.c.year, calendar_years.c.source).order_by(calendar_years.c.year.desc()))
    return tuple(YearRow(year, source, *counted.get(year, (0, 0))) for year, source in rows)


def iterate_open_dates(connection: Connection, *, most: int) -> Iterator[OpenDate]:
    """Go through open dates, tasks and then timers, at most so many of each."""
    of_case = (cases.c.title, cases.c.business_key, units.c.name)
    of_tasks = (
        select(
            literal("task"), tasks.c.case_id, tasks.c.element, tasks.c.deadline, tasks.c.trigger, tasks.c.due_at, tasks.c.due,
            *of_case,
        )
        .join(cases, cases.c.id == tasks.c.case_id)
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .where(tasks.c.deadline.is_not(None), among(tasks.c.status, "open", "claimed"))
    )  # fmt: skip
    of_jobs = (
        select(
            literal("job"),
            jobs.c.case_id,
            jobs.c.element,
            jobs.c.deadline,
            jobs.c.trigger,
            jobs.c.due_at,
            literal(None),
            *of_case,
        )
        .join(cases, cases.c.id == jobs.c.case_id)
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .where(jobs.c.deadline.is_not(None), among(jobs.c.state, "todo"))
    )
    for statement, order in ((of_tasks, tasks.c.id), (of_jobs, jobs.c.id)):
        for row in connection.execute(statement.order_by(order).limit(most)):
            yield OpenDate(*row)


def count_recomputing(connection: Connection, kind: str) -> int:
    """How many jobs of a kind are not done."""
    statement = select(func.count(_ONE)).where(jobs.c.kind == kind, among(jobs.c.state, "todo", "doing", "parked"))
    return int(connection.execute(statement).scalar_one())
