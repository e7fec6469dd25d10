"""Rows of cases and of everything that waits in them: tasks, jobs, subscriptions. Used by engine commands only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, literal, null, select, union_all, update

from service.errors import Conflict
from service.store import archives
from service.store.columns import among, insert_or
from service.store.tables import case_parties, cases, counters, jobs, subscriptions, task_bars, task_queues, tasks

FAR_FUTURE = 1 << 52  # milliseconds; sorts tasks without a due date last


@dataclass(slots=True, kw_only=True)
class CaseRow:
    """A case as it is stored. `actors`, `facts`, `flags`, `parties` are JSON text; `state`, `variables` belong to the kernel."""

    id: str
    business_key: str
    process: str
    version: int
    digest: str
    regulation: str
    parent: str | None
    parent_token: str | None
    root: str
    status: str
    outcome: str | None
    title: str
    unit: str
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    actors: str
    facts: str
    flags: str
    state: bytes
    variables: bytes
    revision: int
    history_seq: int
    history_head: bytes
    parties: str = "[]"
    reads_up: bool = True  # who takes part in it reads the case that called it, too
    waits: int | None = None  # how many rows its run waits for, as of the last reconciliation
    archived_at: datetime | None = None  # since when it lies in the archive, and can be read only
    restored_at: datetime | None = None  # when it was last taken out of it


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task as it was when it was looked up; whether it is still open is in `Waiting`."""

    id: str
    case_id: str
    token: str
    element: str
    name: str
    process: str
    unit: str
    status: str
    queue: str
    form: str | None
    due_at: datetime | None
    due: str | None
    opened_at: datetime
    claimed_by: str | None
    closed_by: str | None
    closed_at: datetime | None
    on_behalf_of: str | None
    return_to: str | None = None  # of a step that was sent back: where it goes straight when it is done
    main_id: str | None = None  # of a signer's task: the task to which the signer was added


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    id: str
    case_id: str | None
    root: str | None
    kind: str
    token: str | None
    child: str | None
    element: str | None
    type: str | None
    state: str
    legal: bool
    due_at: datetime
    deadline: str | None
    trigger: str | None
    notice_at: datetime | None
    attempts: int
    retries: int
    lease: str | None
    lease_until: datetime | None
    payload: bytes | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One row that waits in a case: what kind of row, and what it is called there.

    `holder` is who has claimed a task; `child`, of a task, the account for whom it is held.
    """

    table: str  # "task" | "job" | "subscription"
    id: str
    kind: str  # task: its status; job: timer, service, …; subscription: message, child
    token: str | None
    child: str | None
    state: str
    element: str | None
    holder: str | None


_CASE = [cases.c[field.name] for field in fields(CaseRow)]
_TASK = [tasks.c[field.name] for field in fields(TaskRow)]
_JOB = [jobs.c[field.name] for field in fields(JobRow)]
_CASE_WIDTH = len(_CASE)
_CASE_NAMES = tuple(field.name for field in fields(CaseRow))
_TASK_NAMES = tuple(field.name for field in fields(TaskRow))
_JOB_NAMES = tuple(field.name for field in fields(JobRow))

_LOCK_CASE = select(*_CASE).where(cases.c.id == bindparam("id")).with_for_update(key_share=True)
_TRY_CASE = select(*_CASE).where(cases.c.id == bindparam("id")).with_for_update(key_share=True, skip_locked=True)
_WITH_CASE = select(*_CASE, *_TASK).join_from(tasks, cases, tasks.c.case_id == cases.c.id).where(tasks.c.id == bindparam("id"))
_LOCK_BY_TASK = _WITH_CASE.with_for_update(of=cases, key_share=True)


#: The rows that wait in a case, as parts of a UNION ALL.
WAITING = (
    select(
        literal("task"),
        tasks.c.id,
        tasks.c.status,
        tasks.c.token,
        tasks.c.on_behalf_of,
        tasks.c.status,
        tasks.c.element,
        tasks.c.claimed_by,
    ).where(tasks.c.case_id == bindparam("id"), among(tasks.c.status, "open", "claimed")),
    select(literal("job"), jobs.c.id, jobs.c.kind, jobs.c.token, jobs.c.child, jobs.c.state, jobs.c.element, jobs.c.lease).where(
        jobs.c.case_id == bindparam("id"), among(jobs.c.state, "todo", "doing", "parked")
    ),
    select(
        literal("subscription"),
        subscriptions.c.id,
        subscriptions.c.kind,
        subscriptions.c.token,
        subscriptions.c.child,
        literal("open"),
        subscriptions.c.element,
        null(),
    ).where(subscriptions.c.case_id == bindparam("id")),
)
_WAITING = union_all(*WAITING)
_CHANGING = ("status", "outcome", "title", "ended_at", "actors", "facts", "flags", "parties", "state", "variables",
             "revision", "history_seq", "history_head", "process", "version", "digest", "waits")  # fmt: skip
_UPDATE_CASE = update(cases).where(cases.c.id == bindparam("b_id")).values({name: bindparam(f"b_{name}") for name in _CHANGING})
_CLOSE_TASK = (
    update(tasks)
    .where(tasks.c.id == bindparam("b_id"))
    .values(
        status=bindparam("b_status"), closed_by=bindparam("b_by"), closed_at=bindparam("b_at"), on_behalf_of=bindparam("b_behalf")
    )
)
_CLAIM = update(tasks).where(tasks.c.id == bindparam("b_id")).values(
    status=bindparam("b_status"), claimed_by=bindparam("b_by"), on_behalf_of=bindparam("b_behalf")
)  # fmt: skip
_INSERT_TASKS = insert(tasks)
_INSERT_TASK_QUEUES = insert(task_queues)
_INSERT_TASK_BARS = insert(task_bars)
_INSERT_JOBS = insert(jobs)
_INSERT_SUBSCRIPTIONS = insert(subscriptions)
_INSERT_CASES = insert(cases)
_FIND_TASK = select(*_TASK).where(tasks.c.id == bindparam("id"))
_FIND_CASE = select(*_CASE).where(cases.c.id == bindparam("id"))
_PROJECT = (
    select(cases.c.id, cases.c.process, cases.c.digest, cases.c.actors)
    .where(cases.c.business_key == bindparam("business_key"), cases.c.regulation == bindparam("regulation"))
    .order_by(cases.c.id)
)


def _case(row: Row[Any]) -> CaseRow:
    return CaseRow(**dict(zip(_CASE_NAMES, row[:_CASE_WIDTH], strict=True)))


def _whole(connection: Connection, row: CaseRow) -> CaseRow:
    """A case as it was before it was archived. `archives.Damaged` when its record is missing or not what was stored."""
    record = archives.record_of(connection, row.id) if row.archived_at is not None else None
    if record is None:
        return row
    state, variables = record.cases[row.id]
    return replace(row, state=state, variables=variables)


def _live(row: CaseRow) -> CaseRow:
    if row.archived_at is not None:
        raise Conflict(
            "该案件已归档，只能查看；需要继续办理时，请运维监控人员先恢复。",
            message_en="This case is archived and can only be read; have a monitor restore it first.",
        )
    return row


def find_case(connection: Connection, case_id: str) -> CaseRow | None:
    """Find a case for reading, archived or not."""
    row = connection.execute(_FIND_CASE, {"id": case_id}).first()
    return None if row is None else _whole(connection, _case(row))


def lock_case(connection: Connection, case_id: str, *, archived: bool = False) -> CaseRow | None:
    """Lock a case until the transaction ends; waits for whoever holds it. Conflict for one that is archived.

    With `archived` such a one is locked too, for a line of its history and for nothing else: its state is not there.
    """
    row = connection.execute(_LOCK_CASE, {"id": case_id}).first()
    return None if row is None else _case(row) if archived else _live(_case(row))


def try_lock_case(connection: Connection, case_id: str) -> CaseRow | None:
    """Lock a case, or return None when somebody else works on it right now."""
    row = connection.execute(_TRY_CASE, {"id": case_id}).first()
    return None if row is None else _live(_case(row))


def lock_by_task(connection: Connection, task_id: str) -> tuple[TaskRow, CaseRow] | None:
    """Lock the case of a task. Only the case row is current afterwards: ask `waiting` whether the task is still open."""
    row = connection.execute(_LOCK_BY_TASK, {"id": task_id}).first()
    if row is None:
        return None
    return TaskRow(**dict(zip(_TASK_NAMES, row[_CASE_WIDTH:], strict=True))), _live(_case(row))


def find_task(connection: Connection, task_id: str) -> TaskRow | None:
    row = connection.execute(_FIND_TASK, {"id": task_id}).first()
    return None if row is None else TaskRow(**dict(zip(_TASK_NAMES, row, strict=True)))


def find_with_case(connection: Connection, task_id: str) -> tuple[TaskRow, CaseRow] | None:
    """Find a task with its case, for reading."""
    row = connection.execute(_WITH_CASE, {"id": task_id}).first()
    if row is None:
        return None
    return TaskRow(**dict(zip(_TASK_NAMES, row[_CASE_WIDTH:], strict=True))), _whole(connection, _case(row))


def waiting(connection: Connection, case_id: str) -> tuple[Waiting, ...]:
    """List every row that waits in the case."""
    rows = connection.execute(_WAITING, {"id": case_id})
    return tuple(
        Waiting(table=table, id=id_, kind=kind, token=token, child=child, state=state, element=element, holder=holder)
        for table, id_, kind, token, child, state, element, holder in rows
    )


def insert_case(connection: Connection, row: CaseRow) -> None:
    connection.execute(_INSERT_CASES, {name: getattr(row, name) for name in _CASE_NAMES})


def update_case(connection: Connection, row: CaseRow) -> None:
    connection.execute(_UPDATE_CASE, {"b_id": row.id, **{f"b_{name}": getattr(row, name) for name in _CHANGING}})


def insert_tasks(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERT_TASKS, rows)


def insert_task_queues(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERT_TASK_QUEUES, rows)


def insert_task_bars(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERT_TASK_BARS, rows)


def add_task_bars(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Bar accounts from tasks that are open already, some of whom may be barred for another reason."""
    if rows:
        connection.execute(insert_or(connection, task_bars).on_conflict_do_nothing(), rows)


def close_task(
    connection: Connection, task_id: str, *, status: str, by: str, at: datetime, on_behalf_of: str | None = None
) -> None:
    values = {"b_id": task_id, "b_status": status, "b_by": by, "b_at": at, "b_behalf": on_behalf_of}
    connection.execute(_CLOSE_TASK, values)


def hold_task(connection: Connection, task_id: str, *, by: str | None, on_behalf_of: str | None = None) -> None:
    """Claim (or with None release) a task, in one's own name or on behalf of somebody."""
    values = {"b_id": task_id, "b_status": "claimed" if by else "open", "b_by": by, "b_behalf": on_behalf_of}
    connection.execute(_CLAIM, values)


def replace_parties(connection: Connection, case_id: str, units: Iterable[str]) -> None:
    """Name the units whose people may read a case."""
    connection.execute(delete(case_parties).where(case_parties.c.case_id == case_id))
    if rows := [{"case_id": case_id, "unit": unit} for unit in units]:
        connection.execute(insert(case_parties), rows)


def list_project(connection: Connection, *, business_key: str, regulation: str) -> tuple[tuple[str, str, str, str], ...]:
    """List (case, process, digest, actors) of all cases about the same thing."""
    rows = connection.execute(_PROJECT, {"business_key": business_key, "regulation": regulation})
    return tuple((id_, process, digest, actors) for id_, process, digest, actors in rows)


def cancel_tasks(connection: Connection, ids: Sequence[str], *, at: datetime) -> None:
    if ids:
        connection.execute(update(tasks).where(tasks.c.id.in_(ids)).values(status="cancelled", closed_at=at))


def insert_jobs(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERT_JOBS, rows)


def settle_jobs(connection: Connection, ids: Iterable[str], *, state: str) -> None:
    """Set jobs to a final state: done or cancelled."""
    listed = list(ids)
    if listed:
        connection.execute(update(jobs).where(jobs.c.id.in_(listed)).values(state=state, lease=None, lease_until=None))


def insert_subscriptions(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERT_SUBSCRIPTIONS, rows)


def delete_subscriptions(connection: Connection, ids: Sequence[str]) -> None:
    if ids:
        connection.execute(delete(subscriptions).where(subscriptions.c.id.in_(ids)))


def name_child(connection: Connection, subscription_id: str, case_id: str) -> None:
    """Remember which child case a call activity waits for."""
    connection.execute(update(subscriptions).where(subscriptions.c.id == subscription_id).values(child=case_id))


def open_children(connection: Connection, case_id: str) -> tuple[tuple[str, str], ...]:
    """List (id, parent token) of the children of a case that have not ended."""
    rows = connection.execute(
        select(cases.c.id, cases.c.parent_token).where(cases.c.parent == case_id, cases.c.status.in_(("running", "suspended")))
    )
    return tuple((id_, token) for id_, token in rows)


def next_number(connection: Connection, name: str) -> int:
    """Count up a named counter; the row stays locked until the transaction ends, so numbers have no gaps."""
    first = insert_or(connection, counters).values(name=name, value=1)
    counting = first.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    return int(connection.execute(counting.returning(counters.c.value)).scalar_one())
