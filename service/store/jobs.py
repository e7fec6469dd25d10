"""The queue of jobs: what is due, who leases it, what became of it.

todo -> doing -> done              doing -> todo (failed, back-off)   doing -> parked (attempts spent = incident)
parked -> todo, todo -> parked (by hand)   todo|parked -> cancelled   lease expired: doing -> todo
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, false, func, literal, or_, select, true, update

from service.store.cases import JobRow
from service.store.columns import Instant, among
from service.store.tables import cases, jobs

_COLUMNS = [jobs.c[field.name] for field in fields(JobRow)]
_NAMES = tuple(field.name for field in fields(JobRow))
_doing = jobs.alias("doing")
_case_status = select(cases.c.status).where(cases.c.id == jobs.c.case_id).scalar_subquery()
_being_done = select(_doing.c.id).where(_doing.c.case_id == jobs.c.case_id, among(_doing.c.state, "doing")).scalar_subquery()
# Steps that nobody may run now stay out: a batch that is full of them would keep everything else waiting. Subqueries, because
# no planner turns these into joins: each is asked of the few rows that a batch looks at.
_DUE = (
    select(*_COLUMNS)
    .where(
        among(jobs.c.state, "todo"),
        jobs.c.legal == bindparam("legal"),
        jobs.c.due_at <= bindparam("now", type_=Instant()),
        or_(jobs.c.kind == "terminate", func.coalesce(_case_status, "") != "suspended"),
        or_(jobs.c.kind != "service", _being_done.is_(None)),
    )
    .order_by(jobs.c.due_at, jobs.c.id)
    .limit(bindparam("limit"))
)
_FIND = select(*_COLUMNS).where(jobs.c.id == bindparam("id"))
_LEASE = (
    update(jobs)
    .where(jobs.c.id == bindparam("b_id"), jobs.c.state == "todo")
    .values(state="doing", lease=bindparam("b_lease"), lease_until=bindparam("b_until"), attempts=jobs.c.attempts + 1)
)
_TAKE = update(jobs).where(jobs.c.id == bindparam("b_id"), jobs.c.state == "todo").values(state="done")
_BUSY = select(literal(1)).where(
    exists().where(jobs.c.root == bindparam("root"), among(jobs.c.state, "todo", "doing"), or_(
        jobs.c.state == "doing",
        and_(jobs.c.state == "todo", jobs.c.legal == false(), jobs.c.due_at <= bindparam("machine", type_=Instant())),
        and_(jobs.c.state == "todo", jobs.c.legal == true(), jobs.c.due_at <= bindparam("now", type_=Instant())),
    ))
)  # fmt: skip


def list_due(connection: Connection, *, now: datetime, machine: datetime, limit: int) -> tuple[JobRow, ...]:
    """List the jobs that are due, by legal or machine time, the longest overdue first."""
    late = [
        (due.due_at - moment, due.id, due)
        for legal, moment in ((False, machine), (True, now))
        for due in map(_job, connection.execute(_DUE, {"legal": legal, "now": moment, "limit": limit}))
    ]
    return tuple(due for _, _, due in sorted(late, key=itemgetter(0, 1))[:limit])


def take(connection: Connection, job_id: str) -> bool:
    """Mark a job as done at the beginning of the transaction that does it; False when it is no longer to do."""
    return connection.execute(_TAKE, {"b_id": job_id}).rowcount == 1


def find_job(connection: Connection, job_id: str) -> JobRow | None:
    row = connection.execute(_FIND, {"id": job_id}).first()
    return None if row is None else _job(row)


def list_waiting(connection: Connection, kind: str) -> tuple[JobRow, ...]:
    """List the jobs of a kind that are still to do."""
    rows = connection.execute(select(*_COLUMNS).where(jobs.c.kind == kind, among(jobs.c.state, "todo")))
    # Ordered here, because an ORDER BY would lead SQLite through every job that there ever was.
    return tuple(sorted(map(_job, rows), key=attrgetter("id")))


def _job(row: Any) -> JobRow:
    return JobRow(**dict(zip(_NAMES, row, strict=True)))


def lease_job(connection: Connection, job_id: str, *, lease: str, until: datetime) -> bool:
    """Take a job; False when it is no longer to do, or when another job of its case is being done."""
    job = find_job(connection, job_id)
    if job is None or job.state != "todo":
        return False
    if (
        job.case_id is not None
        and connection.execute(
            select(literal(1)).where(exists().where(_doing.c.case_id == job.case_id, among(_doing.c.state, "doing")))
        ).first()
    ):
        return False
    return connection.execute(_LEASE, {"b_id": job_id, "b_lease": lease, "b_until": until}).rowcount == 1


def put_back(
    connection: Connection, job_id: str, *, state: str, due_at: datetime, error: str, attempts: int | None = None
) -> None:
    """A failed attempt: to do again at `due_at` (machine time), or parked."""
    values = {"state": state, "due_at": due_at, "legal": False, "error": error, "lease": None, "lease_until": None}
    if attempts is not None:
        values["attempts"] = attempts
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def retry(connection: Connection, job_id: str, *, now: datetime) -> bool:
    """Put a parked job back to do, with fresh attempts."""
    changed = connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state == "parked")
        .values(state="todo", attempts=0, due_at=now, legal=False, error=None)
    )
    return changed.rowcount == 1


def park(connection: Connection, job_id: str, *, error: str) -> bool:
    """Keep a job that is to do from being done, until it is retried."""
    changed = connection.execute(
        update(jobs).where(jobs.c.id == job_id, jobs.c.state == "todo").values(state="parked", error=error)
    )
    return changed.rowcount == 1


def set_due(connection: Connection, job_id: str, *, due_at: datetime) -> None:
    """Give a timer another due time, of legal time, that no law gives any more."""
    no_law = {"deadline": None, "trigger": None, "calendar": None, "notice_at": None}
    fresh = {"state": "todo", "attempts": 0, "error": None, "legal": True}
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(due_at=due_at, **no_law, **fresh))


def free_expired(connection: Connection, *, now: datetime) -> int:
    """Give back the jobs whose lease has run out; one that has used up its attempts is parked. Returns how many."""
    spent = jobs.c.attempts >= jobs.c.retries
    changed = connection.execute(
        update(jobs)
        .where(among(jobs.c.state, "doing"), jobs.c.lease_until < now)
        .values(
            state=case((spent, "parked"), else_="todo"),
            error=case((spent, "处理程序每次都在办理中中断，租约到期。"), else_=jobs.c.error),
            lease=None,
            lease_until=None,
        )
    )
    return changed.rowcount


def is_busy(connection: Connection, root: str, *, now: datetime, machine: datetime) -> bool:
    """Tell whether the family of cases still has a job that is being done or is due."""
    return connection.execute(_BUSY, {"root": root, "now": now, "machine": machine}).first() is not None


def next_legal_due(connection: Connection, *, after: datetime) -> datetime | None:
    """When the next job is due by legal time, later than `after`."""
    return connection.execute(
        select(func.min(jobs.c.due_at)).where(among(jobs.c.state, "todo"), jobs.c.legal == true(), jobs.c.due_at > after)
    ).scalar()


def next_due(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """The earliest job to do: (by legal time, by machine time)."""
    first = select(func.min(jobs.c.due_at)).where(among(jobs.c.state, "todo"))
    legal = connection.execute(first.where(jobs.c.legal == true())).scalar()
    machine = connection.execute(first.where(jobs.c.legal == false())).scalar()
    return legal, machine
