"""The list of all cases for those who keep the machine running, narrowed by what lists and search go by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select

from service.store.columns import among
from service.store.narrowing import contains_term
from service.store.reads import MAX_LIMIT, OPEN, Page
from service.store.tables import accounts, case_values, cases, jobs, subscriptions, tasks, units

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,10})?")
#: The states of a case that is not over.
OPEN_CASE = ("running", "suspended")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFilter:
    """A condition on one searchable variable: exactly `equals`, or `contains` a text, or within bounds that both belong to it."""

    name: str
    equals: str | None = None
    contains: str | None = None
    least: float | date | None = None
    most: float | date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """None means any. `status` is a state or "open"; `started` are two moments of which the first belongs to it."""

    process: str | None = None
    version: int | None = None
    status: str | None = None
    element: str | None = None
    unit: str | None = None
    terms: tuple[str, ...] = ()
    started: tuple[datetime | None, datetime | None] = (None, None)
    values: tuple[ValueFilter, ...] = ()


def list_all_cases(connection: Connection, where: CaseFilter, *, after: str | None, limit: int) -> Page:
    """List cases, child cases too, the newest first."""
    statement = select(
        cases.c.id, cases.c.business_key, cases.c.title, cases.c.process, cases.c.version, cases.c.digest, cases.c.status,
        cases.c.outcome, cases.c.facts, cases.c.started_at, cases.c.ended_at, cases.c.parent, cases.c.archived_at,
        units.c.name.label("unit_name"), accounts.c.display_name.label("started_name"),
    ).join(units, units.c.id == cases.c.unit, isouter=True).join(
        accounts, accounts.c.name == cases.c.started_by, isouter=True
    ).where(*_conditions(where))  # fmt: skip
    limit = max(1, min(limit, MAX_LIMIT))
    rows = connection.execute(_before(statement, after).order_by(cases.c.id.desc()).limit(limit + 1)).all()
    shown = tuple({**row._mapping, "facts": orjson.loads(row.facts)} for row in rows[:limit])
    return Page(rows=shown, after=shown[-1]["id"] if len(rows) > limit else None)


def count_all_cases(connection: Connection, where: CaseFilter, *, most: int) -> int:
    """Count cases up to `most`."""
    return len(connection.execute(select(cases.c.id).where(*_conditions(where)).limit(most)).all())


def _before(statement: Select[Any], after: str | None) -> Select[Any]:
    return statement.where(cases.c.id < after) if after else statement


def _conditions(where: CaseFilter) -> Sequence[ColumnElement[bool]]:
    since, until = where.started
    found: list[ColumnElement[bool]] = []
    for column, value in ((cases.c.process, where.process), (cases.c.version, where.version), (cases.c.unit, where.unit)):
        if value is not None:
            found.append(column == value)
    if where.status == "archived":
        found.append(cases.c.archived_at.is_not(None))
    elif where.status is not None:
        found.append(cases.c.status.in_(OPEN_CASE if where.status == "open" else (where.status,)))
    if where.element is not None:
        found.append(_stands_at(where.element))
    if since is not None:
        found.append(cases.c.started_at >= since)
    if until is not None:
        found.append(cases.c.started_at < until)
    return [*found, *map(contains_term, where.terms), *map(_has_value, where.values)]


def _stands_at(element: str) -> ColumnElement[bool]:
    return or_(
        exists().where(tasks.c.case_id == cases.c.id, tasks.c.element == element, among(tasks.c.status, *OPEN)),
        exists().where(jobs.c.case_id == cases.c.id, jobs.c.element == element, among(jobs.c.state, "todo", "doing", "parked")),
        exists().where(subscriptions.c.case_id == cases.c.id, subscriptions.c.element == element),
    )


def _has_value(wanted: ValueFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [case_values.c.case_id == cases.c.id, case_values.c.name == wanted.name]
    if wanted.equals is not None:
        conditions.append(case_values.c.text == wanted.equals)
    if wanted.contains is not None:
        found = case_values.c.text.contains(wanted.contains, autoescape=True)
        number = wanted.contains.replace(",", "")
        conditions.append(or_(found, case_values.c.number == float(number)) if _NUMBER.fullmatch(number) else found)
    for bound, above in ((wanted.least, True), (wanted.most, False)):
        if bound is not None:
            column: Any = case_values.c.day if isinstance(bound, date) else case_values.c.number
            conditions.append(column >= bound if above else column <= bound)
    return exists().where(and_(*conditions))
