"""What narrows a list: process, unit, words, due date, amount and step, as conditions on tasks and on cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, exists, select, union_all

from service.store.columns import among
from service.store.tables import case_terms, case_values, cases, tasks

_IS_OPEN = among(tasks.c.status, "open", "claimed")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """What somebody wants of a list. `due` and `amount` are bounds, the first included in both, the last too, None for open.

    `due` counts milliseconds as `tasks.due_sort` does; `amount` is in yuan, and one of the searchable variables `amounts`.
    """

    process: str | None = None
    unit: str | None = None
    terms: tuple[str, ...] = ()
    step: str | None = None
    due: tuple[int | None, int | None] | None = None
    amount: tuple[float | None, float | None] | None = None
    amounts: tuple[str, ...] = ()


def task_conditions(where: TaskFilter) -> list[ColumnElement[bool]]:
    """The conditions on tasks; their cases stand for words and amounts."""
    conditions: list[ColumnElement[bool]] = []
    if where.process:
        conditions.append(tasks.c.process == where.process)
    if where.unit:
        conditions.append(tasks.c.unit == where.unit)
    if where.step:
        conditions.append(tasks.c.element == where.step)
    if where.due:
        conditions += _between(tasks.c.due_sort, where.due)
    if where.amount:
        conditions.append(_costs(_shown_case(tasks.c.case_id), where))
    conditions += [has_term(tasks.c.case_id, term) for term in where.terms]
    return conditions


def case_conditions(where: TaskFilter) -> list[ColumnElement[bool]]:
    """The conditions on cases; step and due date are those of a task that is open in them."""
    conditions: list[ColumnElement[bool]] = []
    if where.process:
        conditions.append(cases.c.process == where.process)
    if where.unit:
        conditions.append(cases.c.unit == where.unit)
    waits = [tasks.c.element == where.step] if where.step else []
    waits += _between(tasks.c.due_sort, where.due) if where.due else []
    if waits:
        conditions.append(exists().where(tasks.c.case_id == cases.c.id, _IS_OPEN, *waits))
    if where.amount:
        conditions.append(_costs(cases.c.id, where))
    conditions += [has_term(cases.c.id, term) for term in where.terms]
    return conditions


def has_term(case_id: Any, term: str) -> ColumnElement[bool]:
    """The case, or the case at the root of its family, contains the term."""
    member = cases.alias("member")
    root = select(member.c.root).where(member.c.id == case_id).correlate_except(member).scalar_subquery()
    return exists().where(case_terms.c.term == term, case_terms.c.case_id.in_([case_id, root])).correlate_except(case_terms)


def contains_term(term: str) -> ColumnElement[bool]:
    """The same of a case, for lists in which few are found: what contains the term is looked up first, whatever the order."""
    member = cases.alias("member")
    below = (
        select(member.c.id).join_from(case_terms, member, member.c.root == case_terms.c.case_id).where(case_terms.c.term == term)
    )
    return cases.c.id.in_(union_all(below, select(case_terms.c.case_id).where(case_terms.c.term == term)))


def _shown_case(case_id: Any) -> Any:
    """The case whose facts a list shows for a task: a child that has none of its own is shown by those of the root."""
    member = cases.alias("shown")
    shown = case((member.c.facts == "{}", member.c.root), else_=member.c.id)
    return select(shown).where(member.c.id == case_id).correlate_except(member).scalar_subquery()


def _costs(case_id: Any, where: TaskFilter) -> ColumnElement[bool]:
    bounds = _between(case_values.c.number, where.amount or (None, None))
    found = exists().where(case_values.c.case_id == case_id, case_values.c.name.in_(where.amounts), *bounds)
    return found.correlate_except(case_values)


def _between(column: Any, bounds: tuple[float | None, float | None]) -> list[ColumnElement[bool]]:
    least, most = bounds
    lower = [] if least is None else [column >= least]
    return lower if most is None else [*lower, column <= most]
