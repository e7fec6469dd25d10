"""What stands still, found by queries over the rows that wait, and the table in which the monitor keeps what it found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, or_, select, update

from service.errors import Invalid
from service.store.columns import among, insert_or, milliseconds
from service.store.reads import DEEPEST, MAX_LIMIT, OPEN, Page
from service.store.tables import (
    accounts,
    cases,
    definitions,
    durations,
    jobs,
    stuck,
    stuck_counts,
    subscriptions,
    sweeps,
    task_bars,
    task_queues,
    tasks,
    units,
)

_CHUNK = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIVE_JOB = among(jobs.c.state, "todo", "doing", "parked")


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckRow:
    """One trouble. `subject` names it together with its cause; `facts` are what its sentence says (JSON values)."""

    cause: str
    subject: str
    since: datetime
    case_id: str | None = None
    task_id: str | None = None
    job_id: str | None = None
    process: str = ""
    element: str = ""
    unit: str = ""
    legal_due: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.cause}:{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckFilter:
    """None means any. `text` is a part of the title or number of the case."""

    cause: str | None = None
    process: str | None = None
    element: str | None = None
    unit: str | None = None
    text: str | None = None


# --- finding -----------------------------------------------------------------------------------------------------------
_TASK = (tasks.c.id, tasks.c.case_id, tasks.c.process, tasks.c.element, tasks.c.unit, tasks.c.name, tasks.c.queue,
         tasks.c.claimed_by, tasks.c.opened_at, tasks.c.due_at)  # fmt: skip
_JOB = (jobs.c.id, jobs.c.case_id, jobs.c.element, jobs.c.kind, jobs.c.type, jobs.c.state, jobs.c.attempts, jobs.c.error,
        jobs.c.due_at, jobs.c.lease_until, jobs.c.created_at, cases.c.process, cases.c.unit)  # fmt: skip
_RUNS = cases.c.status == "running"


def _tasks(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[dict[str, Any], ...]:
    running = exists().where(cases.c.id == tasks.c.case_id, _RUNS)
    rows = connection.execute(select(*_TASK).where(among(tasks.c.status, *OPEN), *conditions, running))
    return tuple(dict(row._mapping) for row in rows)


def list_overdue(connection: Connection, *, now: datetime) -> tuple[dict[str, Any], ...]:
    """Open tasks past their due date."""
    return _tasks(connection, tasks.c.due_at.is_not(None), tasks.c.due_sort <= milliseconds(now))


def list_untaken(connection: Connection, *, before: datetime) -> tuple[dict[str, Any], ...]:
    """Tasks that nobody has claimed since they opened before a moment."""
    return _tasks(connection, tasks.c.claimed_by.is_(None), tasks.c.opened_at <= before)


def list_held_by(connection: Connection, accounts: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """Tasks that some accounts hold."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(accounts), _CHUNK):
        found += _tasks(connection, tasks.c.claimed_by.in_(accounts[start : start + _CHUNK]))
    return tuple(found)


def list_held_by_inactive(connection: Connection) -> tuple[dict[str, Any], ...]:
    """Tasks that an account holds which can no longer sign in; with its name as `holder_name`."""
    running = exists().where(cases.c.id == tasks.c.case_id, _RUNS)
    rows = connection.execute(
        select(*_TASK, accounts.c.display_name.label("holder_name"))
        .join(accounts, accounts.c.name == tasks.c.claimed_by)
        .where(among(tasks.c.status, *OPEN), tasks.c.claimed_by.is_not(None), ~accounts.c.active, running)
    )
    return tuple(dict(row._mapping) for row in rows)


def list_queues(connection: Connection) -> tuple[str, ...]:
    """The first queues of open tasks, each once."""
    return tuple(connection.execute(select(tasks.c.queue).where(among(tasks.c.status, *OPEN)).distinct()).scalars())


def list_offered(connection: Connection, queues: Sequence[str]) -> tuple[tuple[dict[str, Any], tuple[str, ...]], ...]:
    """Unclaimed tasks whose first queue is one of these, each with all of its queues."""
    found: list[tuple[dict[str, Any], tuple[str, ...]]] = []
    for start in range(0, len(queues), _CHUNK):
        rows = _tasks(connection, tasks.c.claimed_by.is_(None), tasks.c.queue.in_(queues[start : start + _CHUNK]))
        more = _more_queues(connection, [row["id"] for row in rows])
        found += [(row, (row["queue"], *more.get(row["id"], ()))) for row in rows]
    return tuple(found)


def _more_queues(connection: Connection, task_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(task_ids), _CHUNK):
        rows = connection.execute(
            select(task_queues.c.task_id, task_queues.c.queue).where(task_queues.c.task_id.in_(task_ids[start : start + _CHUNK]))
        )
        for task, queue in rows:
            found[task] = (*found.get(task, ()), queue)
    return found


def list_bars(connection: Connection, sizes: Mapping[str, int]) -> tuple[tuple[dict[str, Any], dict[str, str]], ...]:
    """Unclaimed tasks from which as many people are barred as their first queue has members (`sizes`), with {account: rule}."""
    counted = (
        select(task_bars.c.task_id, tasks.c.queue, func.count().label("bars"))
        .join(tasks, tasks.c.id == task_bars.c.task_id)
        .where(among(tasks.c.status, *OPEN), tasks.c.claimed_by.is_(None))
        .group_by(task_bars.c.task_id, tasks.c.queue)
    )
    wanted = [task for task, queue, bars in connection.execute(counted) if 0 < sizes.get(queue, 0) <= bars]
    found: list[tuple[dict[str, Any], dict[str, str]]] = []
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        bars_of: dict[str, dict[str, str]] = {}
        for task, account, rule in connection.execute(select(task_bars).where(task_bars.c.task_id.in_(part))):
            bars_of.setdefault(task, {})[account] = rule
        found += [(row, bars_of[row["id"]]) for row in _tasks(connection, tasks.c.id.in_(part))]
    return tuple(found)


def _jobs(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[dict[str, Any], ...]:
    rows = connection.execute(
        select(*_JOB).join(cases, cases.c.id == jobs.c.case_id, isouter=True).where(*conditions).order_by(jobs.c.id)
    )
    return tuple(dict(row._mapping) for row in rows)


def list_parked(connection: Connection) -> tuple[dict[str, Any], ...]:
    """Jobs that have used up their attempts: incidents."""
    return _jobs(connection, _LIVE_JOB, jobs.c.state == "parked", or_(jobs.c.case_id.is_(None), cases.c.status == "running"))


def list_expired(connection: Connection, *, before: datetime) -> tuple[dict[str, Any], ...]:
    """Jobs in hand whose lease has run out (machine time)."""
    return _jobs(connection, _LIVE_JOB, jobs.c.state == "doing", jobs.c.lease_until < before)


def list_late(connection: Connection, *, legal: datetime, machine: datetime) -> tuple[dict[str, Any], ...]:
    """Jobs that were due before a moment and have not run; those of suspended cases wait rightly."""
    due = or_(and_(jobs.c.legal, jobs.c.due_at < legal), and_(~jobs.c.legal, jobs.c.due_at < machine))
    return _jobs(connection, among(jobs.c.state, "todo"), due, or_(jobs.c.case_id.is_(None), _RUNS))


def list_awaited(connection: Connection) -> tuple[dict[str, Any], ...]:
    """The messages for which running cases wait."""
    rows = connection.execute(
        select(
            subscriptions.c.id, subscriptions.c.case_id, subscriptions.c.process, subscriptions.c.element, subscriptions.c.name,
            subscriptions.c.correlation, subscriptions.c.created_at, cases.c.unit, cases.c.root, cases.c.version,
        )
        .join(cases, cases.c.id == subscriptions.c.case_id)
        .where(subscriptions.c.kind == "message", _RUNS)
    )  # fmt: skip
    return tuple(dict(row._mapping) for row in rows)


def has_sender(connection: Connection, processes: Sequence[str], *, root: str, key: str | None) -> bool:
    """Whether some case of these processes is open in a family, or about a thing."""
    about = cases.c.root == root if key is None else or_(cases.c.root == root, cases.c.business_key == key)
    open_ = cases.c.status.in_(("running", "suspended"))
    return connection.execute(select(cases.c.id).where(cases.c.process.in_(processes), open_, about).limit(1)).first() is not None


def list_incomplete(connection: Connection, *, after: str, limit: int) -> tuple[tuple[dict[str, Any], ...], str | None]:
    """Running cases with fewer waiting rows than their run waits for, among `limit` of them; and where to go on."""
    part = (
        select(cases.c.id, cases.c.process, cases.c.unit, cases.c.started_at, cases.c.waits)
        .where(cases.c.id > after, _RUNS)
        .order_by(cases.c.id)
        .limit(limit)
        .subquery()
    )
    counted = [
        select(func.count()).where(tasks.c.case_id == part.c.id, among(tasks.c.status, *OPEN), tasks.c.main_id.is_(None)),
        select(func.count()).where(jobs.c.case_id == part.c.id, _LIVE_JOB, jobs.c.kind.in_(("service", "timer"))),
        select(func.count()).where(subscriptions.c.case_id == part.c.id),
        select(func.count()).where(jobs.c.case_id == part.c.id, _LIVE_JOB),
    ]
    columns = [
        one.scalar_subquery().label(name) for one, name in zip(counted, ("tasks", "waiting", "awaited", "jobs"), strict=True)
    ]
    rows = connection.execute(select(part, *columns).order_by(part.c.id)).all()
    found = []
    for row in rows:
        there = row.tasks + row.waiting + row.awaited
        if there < (row.waits or 0) or row.tasks + row.jobs + row.awaited == 0:
            found.append({**row._mapping, "there": there})
    return tuple(found), rows[-1].id if len(rows) == limit else None


def list_older(connection: Connection, process: str, *, before: datetime) -> tuple[dict[str, Any], ...]:
    """Running cases of a process that were started before a moment."""
    columns = (cases.c.id, cases.c.process, cases.c.unit, cases.c.started_at)
    rows = connection.execute(select(*columns).where(cases.c.process == process, _RUNS, cases.c.started_at < before))
    return tuple(dict(row._mapping) for row in rows)


def list_ancestors(connection: Connection, case_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """{case: its title and number, its parent, and the process, unit and waiting element of that} where the parent runs."""
    found: dict[str, dict[str, Any]] = {}
    pending = list(dict.fromkeys(case_ids))
    above = cases.alias("above")
    while pending:
        part, pending = pending[:_CHUNK], pending[_CHUNK:]
        rows = connection.execute(
            select(
                cases.c.id, cases.c.parent, cases.c.title, cases.c.business_key, above.c.process, above.c.unit,
                subscriptions.c.element,
            )
            .join(above, above.c.id == cases.c.parent)
            .join(subscriptions, and_(subscriptions.c.case_id == above.c.id, subscriptions.c.child == cases.c.id))
            .where(cases.c.id.in_(part), above.c.status == "running")
        )  # fmt: skip
        for row in rows:
            found[row.id] = dict(row._mapping)
            if row.parent not in found:
                pending.append(row.parent)
    return found


def list_next_deadlines(connection: Connection, case_ids: Iterable[str]) -> dict[str, datetime]:
    """The earliest due day of what is open in each case (tasks, and timers of the law); else of the nearest case above it."""
    found: dict[str, datetime] = {}
    above = {case: case for case in case_ids}  # of a case that is asked about: the one in which is looked
    for _ in range(DEEPEST + 1):
        nearest, parents = dict[str, datetime](), dict[str, str]()
        looked = sorted(set(above.values()))
        for start in range(0, len(looked), _CHUNK):
            part = looked[start : start + _CHUNK]
            for table, running in ((tasks, among(tasks.c.status, *OPEN)), (jobs, among(jobs.c.state, "todo"))):
                legal = (table.c.due_at if table is tasks else table.c.deadline).is_not(None)
                earliest = select(table.c.case_id, func.min(table.c.due_at)).where(table.c.case_id.in_(part), running, legal)
                for case, due in connection.execute(earliest.group_by(table.c.case_id)):
                    nearest[case] = min(due, nearest.get(case, due))
            rows = connection.execute(select(cases.c.id, cases.c.parent).where(cases.c.id.in_(part), cases.c.parent.is_not(None)))
            parents |= {row.id: row.parent for row in rows}
        found |= {case: nearest[one] for case, one in above.items() if one in nearest}
        above = {case: parents[one] for case, one in above.items() if one not in nearest and one in parents}
        if not above:
            break
    return found


# --- how long things take ----------------------------------------------------------------------------------------------
def list_durations(connection: Connection, *, most: int) -> Iterator[tuple[str, str, float]]:
    """(process, element, seconds) of what has ended, the newest first: whole cases have no element."""
    ended = select(cases.c.process, cases.c.started_at, cases.c.ended_at).where(cases.c.status == "completed")
    for process, start, end in connection.execute(ended.order_by(cases.c.id.desc()).limit(most)):
        yield process, "", (end - start).total_seconds()
    done = select(tasks.c.process, tasks.c.element, tasks.c.opened_at, tasks.c.closed_at).where(
        tasks.c.status == "done", tasks.c.closed_at.is_not(None), tasks.c.main_id.is_(None)
    )
    for process, element, start, end in connection.execute(done.order_by(tasks.c.id.desc()).limit(most)):
        yield process, element, (end - start).total_seconds()


def put_durations(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(delete(durations))
    if rows:
        connection.execute(insert(durations), [dict(row) for row in rows])


def counted_at(connection: Connection) -> datetime | None:
    """When durations were last reckoned."""
    return connection.execute(select(func.max(durations.c.counted_at))).scalar()


def list_case_durations(connection: Connection, *, least: int) -> tuple[tuple[str, int], ...]:
    """(process, seconds within which 95 % of its cases ended) where at least so many have ended."""
    rows = connection.execute(
        select(durations.c.process, durations.c.p95).where(durations.c.element == "", durations.c.number >= least)
    )
    return tuple((process, seconds) for process, seconds in rows)


# --- keeping -----------------------------------------------------------------------------------------------------------
def begin_sweep(connection: Connection, name: str, *, now: datetime, last: datetime) -> bool:
    """Mark a sweep as begun at `now`; False when another was begun after `last`."""
    insert_first = insert_or(connection, sweeps).values(name=name, finished_at=now).on_conflict_do_nothing()
    if connection.execute(insert_first.returning(sweeps.c.name)).first() is not None:
        return True
    changed = connection.execute(
        update(sweeps).where(sweeps.c.name == name, sweeps.c.finished_at <= last).values(finished_at=now)
    )
    return changed.rowcount == 1


def read_cursor(connection: Connection, name: str) -> str:
    return connection.execute(select(sweeps.c.cursor).where(sweeps.c.name == name)).scalar() or ""


def put_cursor(connection: Connection, name: str, cursor: str | None) -> None:
    connection.execute(update(sweeps).where(sweeps.c.name == name).values(cursor=cursor))


class Kept(NamedTuple):
    """What was found before, as far as it may change."""

    facts: str
    legal_due: datetime | None
    case: str | None


def read_kept(connection: Connection, causes: Sequence[str]) -> dict[str, Kept]:
    """What was found before, by key."""
    rows = connection.execute(
        select(stuck.c.key, stuck.c.facts, stuck.c.legal_due, stuck.c.case_id).where(stuck.c.cause.in_(causes))
    )
    return {key: Kept(facts, legal_due, case) for key, facts, legal_due, case in rows}


def change(connection: Connection, *, found: Sequence[StuckRow], gone: Sequence[str], at: datetime) -> None:
    """Replace the rows of `found` and delete those of the keys `gone`."""
    every = [*gone, *(row.key for row in found)]
    for start in range(0, len(every), _CHUNK):
        connection.execute(delete(stuck).where(stuck.c.key.in_(every[start : start + _CHUNK])))
    if found:
        connection.execute(insert(stuck), [_columns(row, at) for row in found])


def _columns(row: StuckRow, at: datetime) -> dict[str, Any]:
    return {
        "key": row.key, "cause": row.cause, "case_id": row.case_id, "task_id": row.task_id, "job_id": row.job_id,
        "process": row.process, "element": row.element, "unit": row.unit, "since": row.since, "legal_due": row.legal_due,
        "facts": facts_text(row), "found_at": at,
    }  # fmt: skip


def facts_text(row: StuckRow) -> str:
    return orjson.dumps(dict(row.facts), option=orjson.OPT_SORT_KEYS).decode()


def list_below(connection: Connection) -> tuple[StuckRow, ...]:
    """What was found in cases that others wait for, the longest first; not what is only slow."""
    rows = connection.execute(
        select(*stuck.c)
        .join(cases, cases.c.id == stuck.c.case_id)
        .where(cases.c.parent.is_not(None), stuck.c.cause.not_in(("child", "slow")))
        .order_by(stuck.c.since, stuck.c.key)
    ).all()
    return tuple(
        StuckRow(
            cause=row.cause, subject=row.key.partition(":")[2], since=row.since, case_id=row.case_id, task_id=row.task_id,
            job_id=row.job_id, process=row.process, element=row.element, unit=row.unit, legal_due=row.legal_due,
            facts=orjson.loads(row.facts),
        )
        for row in rows
    )  # fmt: skip


def keep_counts(connection: Connection, *, hour: datetime, before: datetime) -> None:
    """Keep how many there are of each cause and process in this hour; forget the counts of before a moment."""
    connection.execute(delete(stuck_counts).where(or_(stuck_counts.c.at == hour, stuck_counts.c.at < before)))
    rows = connection.execute(select(stuck.c.cause, stuck.c.process, func.count()).group_by(stuck.c.cause, stuck.c.process)).all()
    if rows:
        listed = [{"at": hour, "cause": cause, "process": process, "number": number} for cause, process, number in rows]
        connection.execute(insert(stuck_counts), listed)


# --- reading -----------------------------------------------------------------------------------------------------------
def list_stuck(connection: Connection, where: StuckFilter, *, after: str | None, limit: int) -> Page:
    """List what stands still, the longest first; what has been solved since it was found is left out."""
    limit = max(1, min(limit, MAX_LIMIT))
    conditions = _wanted(where)
    if after:
        since, _, key = after.partition("-")
        if not since.isdigit():
            raise Invalid(
                "分页位置无效，请从第一页看起。", message_en="This place in the list is not valid; begin at the first page."
            )
        moment = _EPOCH + timedelta(milliseconds=int(since))
        conditions.append(or_(stuck.c.since > moment, and_(stuck.c.since == moment, stuck.c.key > key)))
    rows = connection.execute(
        select(
            *stuck.c, cases.c.title, cases.c.business_key, cases.c.status.label("case_status"), units.c.name.label("unit_name")
        )
        .join(cases, cases.c.id == stuck.c.case_id, isouter=True)
        .join(units, units.c.id == stuck.c.unit, isouter=True)
        .where(*conditions)
        .order_by(stuck.c.since, stuck.c.key)
        .limit(limit + 1)
    ).all()
    shown = _still(connection, rows[:limit])
    cursor = f"{milliseconds(rows[limit - 1].since)}-{rows[limit - 1].key}" if len(rows) > limit else None
    return Page(rows=tuple({**row._mapping, "facts": orjson.loads(row.facts)} for row in shown), after=cursor)


def _still(connection: Connection, rows: Sequence[Any]) -> list[Any]:
    """Those whose task is still open, whose job still waits, and whose case still runs."""
    open_tasks = set(
        connection.execute(
            select(tasks.c.id).where(tasks.c.id.in_([row.task_id for row in rows if row.task_id]), among(tasks.c.status, *OPEN))
        ).scalars()
    )
    live = set(
        connection.execute(
            select(jobs.c.id).where(
                jobs.c.id.in_([row.job_id for row in rows if row.job_id and row.cause != "parked"]), _LIVE_JOB
            )
        ).scalars()
    ) | set(
        connection.execute(
            select(jobs.c.id).where(
                jobs.c.id.in_([row.job_id for row in rows if row.job_id and row.cause == "parked"]), jobs.c.state == "parked"
            )
        ).scalars()
    )
    return [
        row
        for row in rows
        if (row.task_id is None or row.task_id in open_tasks)
        and (row.job_id is None or row.job_id in live)
        and (row.case_id is None or row.case_status == "running")
    ]


def count_by(connection: Connection, column: str, where: StuckFilter) -> tuple[tuple[str, int], ...]:
    """How many there are by cause, process, element or unit, the most first."""
    by = {"cause": stuck.c.cause, "process": stuck.c.process, "element": stuck.c.element, "unit": stuck.c.unit}[column]
    number = func.count()
    # Only words are looked for in the case: a join for a hundred thousand rows is what a page would wait for.
    rows_of = stuck.join(cases, cases.c.id == stuck.c.case_id, isouter=True) if where.text else stuck
    statement = select(by, number).select_from(rows_of)
    rows = connection.execute(statement.where(*_wanted(where)).group_by(by).order_by(number.desc(), by))
    return tuple((name, count) for name, count in rows)


def list_trend(connection: Connection, *, since: datetime) -> tuple[tuple[datetime, str, int], ...]:
    """(hour, cause, number), the oldest first."""
    rows = connection.execute(
        select(stuck_counts.c.at, stuck_counts.c.cause, func.sum(stuck_counts.c.number))
        .where(stuck_counts.c.at >= since)
        .group_by(stuck_counts.c.at, stuck_counts.c.cause)
        .order_by(stuck_counts.c.at, stuck_counts.c.cause)
    )
    return tuple((at, cause, int(number)) for at, cause, number in rows)


def swept_at(connection: Connection, name: str) -> datetime | None:
    """When a sweep was last begun (machine time)."""
    return connection.execute(select(sweeps.c.finished_at).where(sweeps.c.name == name)).scalar()


def _wanted(where: StuckFilter) -> list[ColumnElement[bool]]:
    pairs = ((stuck.c.cause, where.cause), (stuck.c.process, where.process), (stuck.c.element, where.element),
             (stuck.c.unit, where.unit))  # fmt: skip
    found: list[ColumnElement[bool]] = [column == value for column, value in pairs if value]
    if where.text:
        words = where.text.strip()
        found.append(or_(cases.c.title.contains(words, autoescape=True), cases.c.business_key.contains(words, autoescape=True)))
    return found


def list_process_names(connection: Connection) -> dict[str, str]:
    """What the newest version of each process is called."""
    rows = connection.execute(select(definitions.c.key, definitions.c.name).order_by(definitions.c.version))
    return {row.key: row.name for row in rows}
