"""What a batch is about when it is asked for by what it has in common: stuck rows, parked jobs, open tasks and cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from service.store.columns import among
from service.store.tables import cases, jobs, stuck, tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What subjects have in common; None means any.

    With `stuck` those that the monitor has found are meant, else parked jobs, open tasks or open cases. `type` is the handler of
    a job, `error` a part of its error, `version` that of a case; `state` and `kind` are those of a job.
    """

    stuck: bool = False
    cause: str | None = None
    process: str | None = None
    element: str | None = None
    unit: str | None = None
    type: str | None = None
    error: str | None = None
    version: int | None = None
    status: str | None = None
    state: str = "parked"
    kind: str | None = None


def list_subjects(connection: Connection, subject: str, wanted: Selection, *, limit: int) -> tuple[tuple[str, str | None], ...]:
    """List (subject, case) of cases, tasks or jobs (`subject`), in the order in which they were made."""
    statement = _of_stuck(subject, wanted) if wanted.stuck or wanted.cause else _LISTS[subject](wanted)
    return tuple((row[0], row[1]) for row in connection.execute(statement.limit(limit)))


def list_cases_of(connection: Connection, subject: str, ids: Sequence[str]) -> dict[str, str | None]:
    """The case of each named subject that there is."""
    column, case_id = {
        "case": (cases.c.id, cases.c.id), "task": (tasks.c.id, tasks.c.case_id), "job": (jobs.c.id, jobs.c.case_id)
    }[subject]  # fmt: skip
    found: dict[str, str | None] = {}
    for start in range(0, len(ids), 500):
        part = select(column, case_id).where(column.in_(ids[start : start + 500]))
        found |= {row[0]: row[1] for row in connection.execute(part)}
    return found


def list_titles(connection: Connection, case_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(title, business key) of cases, by id."""
    rows = connection.execute(select(cases.c.id, cases.c.title, cases.c.business_key).where(cases.c.id.in_(list(case_ids))))
    return {case_id: (title, key) for case_id, title, key in rows}


def forget_stuck(connection: Connection, case_id: str) -> None:
    """Forget what the monitor found in a case in which somebody has just acted; it looks again by itself."""
    connection.execute(delete(stuck).where(stuck.c.case_id == case_id))


def _of_stuck(subject: str, wanted: Selection) -> Any:
    column = {"case": stuck.c.case_id, "task": stuck.c.task_id, "job": stuck.c.job_id}[subject]
    pairs = ((stuck.c.cause, wanted.cause), (stuck.c.process, wanted.process), (stuck.c.element, wanted.element),
             (stuck.c.unit, wanted.unit))  # fmt: skip
    conditions = [one == value for one, value in pairs if value]
    return select(column, stuck.c.case_id).where(column.is_not(None), *conditions).distinct().order_by(column)


def _jobs(wanted: Selection) -> Any:
    pairs = ((jobs.c.element, wanted.element), (jobs.c.type, wanted.type), (cases.c.process, wanted.process),
             (cases.c.unit, wanted.unit), (cases.c.version, wanted.version), (cases.c.status, wanted.status),
             (jobs.c.kind, wanted.kind))  # fmt: skip
    conditions = [one == value for one, value in pairs if value]
    if wanted.error:
        conditions.append(jobs.c.error.contains(wanted.error, autoescape=True))
    return (
        select(jobs.c.id, jobs.c.case_id)
        .join_from(jobs, cases, cases.c.id == jobs.c.case_id, isouter=True)
        .where(among(jobs.c.state, wanted.state), *conditions)
        .order_by(jobs.c.id)
    )


def _tasks(wanted: Selection) -> Any:
    pairs = ((tasks.c.element, wanted.element), (tasks.c.process, wanted.process), (tasks.c.unit, wanted.unit),
             (tasks.c.status, wanted.status))  # fmt: skip
    conditions = [one == value for one, value in pairs if value]
    return select(tasks.c.id, tasks.c.case_id).where(among(tasks.c.status, "open", "claimed"), *conditions).order_by(tasks.c.id)


def _cases(wanted: Selection) -> Any:
    pairs = ((cases.c.process, wanted.process), (cases.c.unit, wanted.unit), (cases.c.version, wanted.version),
             (cases.c.status, wanted.status))  # fmt: skip
    conditions = [one == value for one, value in pairs if value]
    return select(cases.c.id, cases.c.id).where(cases.c.status.in_(("running", "suspended")), *conditions).order_by(cases.c.id)


_LISTS = {"job": _jobs, "task": _tasks, "case": _cases}
