"""What is counted for those who watch the machine from outside. Each figure is one statement over an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from service.store.columns import among
from service.store.reads import CASE_IS_OPEN, OPEN
from service.store.stuck import swept_at
from service.store.tables import cases, jobs, stuck, tasks, workers

Counted = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """Numbers of rows by a label; `silence`, `oldest` and `monitor` are in seconds, `size` in bytes."""

    stuck: Counted
    cases: Counted
    jobs: Counted
    tasks: Counted
    silence: Counted
    oldest: float | None
    monitor: float | None
    size: float


def read_gauges(connection: Connection, *, legal: datetime, machine: datetime) -> Gauges:
    """Read all gauges at one moment, by legal and by machine time."""
    number = func.count()
    open_cases = select(cases.c.process, number).where(CASE_IS_OPEN).group_by(cases.c.process)
    live = select(jobs.c.state, number).where(among(jobs.c.state, "todo", "doing", "parked")).group_by(jobs.c.state)
    waiting = select(tasks.c.status, number).where(among(tasks.c.status, *OPEN)).group_by(tasks.c.status)
    seen = connection.execute(select(workers.c.id, workers.c.seen_at).order_by(workers.c.id)).all()
    due = [
        (now - at).total_seconds()
        for now, by_law in ((legal, True), (machine, False))
        if (at := connection.execute(
            select(func.min(jobs.c.due_at)).where(among(jobs.c.state, "todo"), jobs.c.legal == by_law, jobs.c.due_at <= now)
        ).scalar()) is not None
    ]  # fmt: skip
    last = swept_at(connection, "stuck")
    return Gauges(
        stuck=_counted(connection, select(stuck.c.cause, number).group_by(stuck.c.cause)),
        cases=_counted(connection, open_cases),
        jobs=_counted(connection, live),
        tasks=_counted(connection, waiting),
        silence=tuple((name, (machine - at).total_seconds()) for name, at in seen),
        oldest=max(due, default=0.0),
        monitor=None if last is None else (machine - last).total_seconds(),
        size=database_bytes(connection),
    )


def database_bytes(connection: Connection) -> float:
    """How large the database is."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    return float(pages * connection.execute(text("PRAGMA page_size")).scalar_one())


def _counted(connection: Connection, statement: object) -> Counted:
    return tuple((name, float(value)) for name, value in connection.execute(statement))  # type: ignore[call-overload]
