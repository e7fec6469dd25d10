"""The queue of jobs: what is due, who leases it, what became of it.

todo -> doing -> done              doing -> todo (failed, back-off)   doing -> parked (attempts spent = incident)
parked -> todo (by hand)           todo|parked -> cancelled           lease expired: doing -> todo
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, exists, false, func, literal, or_, select, true, update

from service.store.cases import JobRow
from service.store.columns import Instant
from service.store.tables import jobs

_COLUMNS = [jobs.c[field.name] for field in fields(JobRow)]
_NAMES = tuple(field.name for field in fields(JobRow))
_doing = jobs.alias("doing")
_DUE_LEGAL = (
    select(jobs.c.id, jobs.c.due_at)
    .where(jobs.c.state == "todo", jobs.c.legal == true(), jobs.c.due_at <= bindparam("now", type_=Instant()))
    .order_by(jobs.c.due_at)
    .limit(bindparam("limit"))
)
_DUE_MACHINE = (
    select(jobs.c.id, jobs.c.due_at)
    .where(jobs.c.state == "todo", jobs.c.legal == false(), jobs.c.due_at <= bindparam("now", type_=Instant()))
    .order_by(jobs.c.due_at)
    .limit(bindparam("limit"))
)
_FIND = select(*_COLUMNS).where(jobs.c.id == bindparam("id"))
_LEASE = (
    update(jobs)
    .where(jobs.c.id == bindparam("b_id"), jobs.c.state == "todo")
    .values(state="doing", lease=bindparam("b_lease"), lease_until=bindparam("b_until"), attempts=jobs.c.attempts + 1)
)
_BUSY = select(literal(1)).where(
    exists().where(jobs.c.root == bindparam("root"), or_(
        jobs.c.state == "doing",
        and_(jobs.c.state == "todo", jobs.c.legal == false(), jobs.c.due_at <= bindparam("machine", type_=Instant())),
        and_(jobs.c.state == "todo", jobs.c.legal == true(), jobs.c.due_at <= bindparam("now", type_=Instant())),
    ))
)  # fmt: skip


def list_due(connection: Connection, *, now: datetime, machine: datetime, limit: int) -> tuple[str, ...]:
    """List the ids of jobs that are due, by legal or machine time, oldest first."""
    machine_due = connection.execute(_DUE_MACHINE, {"now": machine, "limit": limit}).all()
    legal_due = connection.execute(_DUE_LEGAL, {"now": now, "limit": limit}).all()
    return tuple(row.id for row in (*machine_due, *legal_due))[:limit]


def find_job(connection: Connection, job_id: str) -> JobRow | None:
    row = connection.execute(_FIND, {"id": job_id}).first()
    return None if row is None else JobRow(**dict(zip(_NAMES, row, strict=True)))


def lease_job(connection: Connection, job_id: str, *, lease: str, until: datetime) -> bool:
    """Take a job; False when it is no longer to do, or when another job of its case is being done."""
    job = find_job(connection, job_id)
    if job is None or job.state != "todo":
        return False
    if (
        job.case_id is not None
        and connection.execute(
            select(literal(1)).where(exists().where(_doing.c.case_id == job.case_id, _doing.c.state == "doing"))
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


def free_expired(connection: Connection, *, now: datetime) -> int:
    """Give back the jobs whose lease has run out; returns how many."""
    changed = connection.execute(
        update(jobs).where(jobs.c.state == "doing", jobs.c.lease_until < now).values(state="todo", lease=None, lease_until=None)
    )
    return changed.rowcount


def is_busy(connection: Connection, root: str, *, now: datetime, machine: datetime) -> bool:
    """Tell whether the family of cases still has a job that is being done or is due."""
    return connection.execute(_BUSY, {"root": root, "now": now, "machine": machine}).first() is not None


def next_legal_due(connection: Connection, *, after: datetime) -> datetime | None:
    """When the next job is due by legal time, later than `after`."""
    return connection.execute(
        select(func.min(jobs.c.due_at)).where(jobs.c.state == "todo", jobs.c.legal == true(), jobs.c.due_at > after)
    ).scalar()


def next_due(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """The earliest job to do: (by legal time, by machine time)."""
    legal = connection.execute(select(func.min(jobs.c.due_at)).where(jobs.c.state == "todo", jobs.c.legal == true())).scalar()
    machine = connection.execute(select(func.min(jobs.c.due_at)).where(jobs.c.state == "todo", jobs.c.legal == false())).scalar()
    return legal, machine
