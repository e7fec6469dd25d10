"""Read models: the inbox, lists of cases, one case with all that belongs to it. Nothing here changes anything.

Lists are paged by keyset: `after` is the cursor that the page before returned.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
    union_all,
)

from service.errors import Invalid
from service.store.columns import among
from service.store.narrowing import TaskFilter as TaskFilter  # who asks for lists finds it here
from service.store.narrowing import case_conditions, task_conditions
from service.store.tables import (
    accounts,
    case_parties,
    case_watches,
    cases,
    definitions,
    jobs,
    subscriptions,
    task_bars,
    task_queues,
    tasks,
    units,
)

#: A column to sort by, and whether from high to low.
Key = tuple[str, bool]

OPEN = ("open", "claimed")
IS_OPEN = among(tasks.c.status, *OPEN)
CASE_IS_OPEN = among(cases.c.status, "running", "suspended")
IS_ENDED = among(tasks.c.status, "done", "cancelled")
MAX_LIMIT = 200
#: How far above or below each other two cases may be whose participants read both.
DEEPEST = 3
COUNT_LIMIT = 1000
_LONGEST_NUMBER = 16  # digits of `cases.FAR_FUTURE`
_LAST_MILLISECOND = 253_000_000_000_000  # in the year 9987


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows (plain dicts) and the cursor of the next page, None at the end."""

    rows: tuple[dict[str, Any], ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What somebody may read, as SQL needs it; made from `access.ReadingScope`."""

    account: str
    everything: bool
    regulations: frozenset[str]
    units: frozenset[tuple[str, str]]
    queues: frozenset[str]
    processes: frozenset[tuple[str, str]] = frozenset()
    parties: frozenset[tuple[str, str]] = frozenset()


_TASK_COLUMNS = [
    tasks.c.id, tasks.c.case_id, tasks.c.element, tasks.c.name, tasks.c.process, tasks.c.unit, tasks.c.status,
    tasks.c.queue, tasks.c.due_at, tasks.c.due_sort, tasks.c.due, tasks.c.opened_at, tasks.c.claimed_by,
    tasks.c.closed_by, tasks.c.closed_at, tasks.c.on_behalf_of,
]  # fmt: skip
CASE_COLUMNS = [
    cases.c.id, cases.c.business_key, cases.c.process, cases.c.version, cases.c.parent, cases.c.root, cases.c.status,
    cases.c.outcome, cases.c.title, cases.c.unit, cases.c.started_by, cases.c.started_at, cases.c.ended_at, cases.c.facts,
    cases.c.flags, cases.c.regulation, cases.c.digest, cases.c.archived_at,
]  # fmt: skip


def list_todo(
    connection: Connection, *, account: str, queues: Collection[str], where: TaskFilter, sort: str, after: str | None, limit: int,
    principals: Collection[str] = (),
) -> Page:  # fmt: skip
    """List the open tasks that the account may take, or has claimed. `sort`: due, received, -received.

    What one of `principals` has claimed, for whom the account stands in, may be taken as well.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    order = _sorting(sort)

    def one(condition: ColumnElement[bool]) -> Any:
        statement = (
            select(*_TASK_COLUMNS)
            .where(condition, IS_OPEN, may_hold(account, principals))
            .where(~exists().where(task_bars.c.task_id == tasks.c.id, task_bars.c.account == account))
            .where(*task_conditions(where))
        )
        if after:
            statement = statement.where(_after(sort, after))
        return statement.order_by(*_ordered(tasks, order)).limit(limit + 1).subquery().select()

    # One part for each queue, each read in the order of its index: the depth of a queue costs nothing.
    parts = [one(tasks.c.queue == queue) for queue in sorted(queues)]
    # Not a join: a task in several of these queues would fill the part with itself, and the list would seem to end there.
    parts.append(one(tasks.c.id.in_(select(task_queues.c.task_id).where(task_queues.c.queue.in_(sorted(queues))))))
    parts.append(one(tasks.c.claimed_by == account))  # what was handed over to the account from a queue that is not its own
    found = union(*parts).subquery()  # a task that stands in several queues counts once
    rows = _with_case(connection, select(found).order_by(*_ordered(found, order)).limit(limit + 1), order)
    cursor = None
    if len(rows) > limit:
        last = rows[limit - 1]
        cursor = f"{last['due_sort']}-{last['id']}" if sort == "due" else last["id"]
    return Page(rows=tuple(rows[:limit]), after=cursor)


def may_hold(account: str, principals: Collection[str]) -> ColumnElement[bool]:
    mine = tasks.c.claimed_by.in_([account, *sorted(principals)]) if principals else tasks.c.claimed_by == account
    return or_(tasks.c.claimed_by.is_(None), mine)


def count_todo(connection: Connection, *, account: str, queues: Collection[str], principals: Collection[str] = ()) -> int:
    """Count the tasks that the account may take; stops at 1000, which is shown as 999+."""
    listed = sorted(queues)
    ways = (
        tasks.c.queue.in_(listed),
        tasks.c.id.in_(select(task_queues.c.task_id).where(task_queues.c.queue.in_(listed))),
        tasks.c.claimed_by == account,
    )
    # One part for each way, as in the list: with OR between them no index would be used.
    parts = [
        select(tasks.c.id)
        .where(way, IS_OPEN, may_hold(account, principals))
        .where(~exists().where(task_bars.c.task_id == tasks.c.id, task_bars.c.account == account))
        .limit(COUNT_LIMIT)
        .subquery()
        .select()
        for way in ways
    ]
    found = union(*parts).subquery()
    return min(int(connection.execute(select(func.count()).select_from(found)).scalar() or 0), COUNT_LIMIT)


def list_done(connection: Connection, *, account: str, where: TaskFilter, after: str | None, limit: int) -> Page:
    """List what the account completed, newest first."""
    limit = max(1, min(limit, MAX_LIMIT))
    statement = select(*_TASK_COLUMNS).where(tasks.c.closed_by == account, tasks.c.status == "done", *task_conditions(where))
    if after:
        at, _, task_id = after.partition("-")
        moment = _number(at)
        statement = statement.where(
            or_(tasks.c.closed_at < _instant(moment), and_(tasks.c.closed_at == _instant(moment), tasks.c.id < task_id))
        )
    order = (("closed_at", True), ("id", True))
    rows = _with_case(connection, statement.order_by(*_ordered(tasks, order)).limit(limit + 1), order)
    cursor = None
    if len(rows) > limit:
        last = rows[limit - 1]
        cursor = f"{int(last['closed_at'].timestamp() * 1000)}-{last['id']}"
    return Page(rows=tuple(rows[:limit]), after=cursor)


def _with_case(connection: Connection, statement: Select[Any], order: Sequence[Key]) -> list[dict[str, Any]]:
    """Add to tasks what lists show of their case; the order has to be said again, because a join may lose it."""
    inner, root = statement.subquery(), cases.alias("root")
    rows = connection.execute(
        select(
            inner,
            cases.c.title,
            cases.c.business_key,
            # A child case that shows nothing of its own is shown by what its family is about.
            case((cases.c.facts == "{}", root.c.facts), else_=cases.c.facts).label("facts"),
            cases.c.status.label("case_status"),
            cases.c.root,
            units.c.name.label("unit_name"),
            accounts.c.display_name.label("claimed_name"),
        )
        .join_from(inner, cases, cases.c.id == inner.c.case_id)
        .join(root, root.c.id == cases.c.root)
        .join(units, units.c.id == inner.c.unit, isouter=True)
        .join(accounts, accounts.c.name == inner.c.claimed_by, isouter=True)
        .order_by(*_ordered(inner, order))
    )
    return [{**row._mapping, "facts": orjson.loads(row.facts)} for row in rows]


def _ordered(source: Any, order: Sequence[Key]) -> list[Any]:
    return [source.c[name].desc() if descending else source.c[name] for name, descending in order]


def _sorting(sort: str) -> Sequence[Key]:
    known: dict[str, Sequence[Key]] = {
        "due": (("due_sort", False), ("id", False)),
        "received": (("id", False),),
        "-received": (("id", True),),
    }
    if sort not in known:
        raise Invalid(
            f"不支持的排序：{sort}；可用 due、received、-received。",
            message_en=f"Cannot sort by {sort}: use due, received, -received.",
        )
    return known[sort]


def _after(sort: str, after: str) -> ColumnElement[bool]:
    """What comes after the cursor of a todo list."""
    if sort == "due":
        due, _, task_id = after.partition("-")
        return or_(tasks.c.due_sort > _number(due), and_(tasks.c.due_sort == _number(due), tasks.c.id > task_id))
    return tasks.c.id > after if sort == "received" else tasks.c.id < after


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise Invalid("分页游标无效，请从第一页重新打开。", message_en="The cursor is not one of ours: start at the first page.")
    return int(text)


def instant_of(text: str) -> datetime:
    """The instant that a cursor names in milliseconds; Invalid for anything else."""
    return _instant(_number(text))


def _instant(milliseconds: int) -> datetime:
    from service.clock import SHANGHAI

    return datetime.fromtimestamp(min(milliseconds, _LAST_MILLISECOND) / 1000, SHANGHAI)


# --- cases ------------------------------------------------------------------------------------------------------------


def readable(scope: Scope) -> ColumnElement[bool]:
    """The condition under which somebody may read a case."""
    if scope.everything:
        return literal(True) == literal(True)
    return or_(
        cases.c.regulation.in_(sorted(scope.regulations)) if scope.regulations else false(),
        tuple_(cases.c.regulation, cases.c.process).in_(sorted(scope.processes)) if scope.processes else false(),
        tuple_(cases.c.regulation, cases.c.unit).in_(sorted(scope.units)) if scope.units else false(),
        *(
            and_(cases.c.regulation == regulation, cases.c.id.in_(_concerning(scope, regulation)))
            for regulation in sorted({regulation for regulation, _ in scope.parties})
        ),
        cases.c.started_by == scope.account,
        cases.c.id.in_(_took_part(scope)),
    )  # fmt: skip


def _concerning(scope: Scope, regulation: str) -> Select[Any]:
    """The cases to which units are parties whose people read them under a regulation."""
    units_there = sorted(unit for held, unit in scope.parties if held == regulation)
    return select(case_parties.c.case_id).where(case_parties.c.unit.in_(units_there))


def _took_part(scope: Scope) -> Select[Any]:
    """The cases in which somebody has or had something to do, and those above and below them by at most `DEEPEST` calls.

    Who takes part in the review of an application reads both, but not the other matters of the project that they belong to.
    Where a case does not read up (a unit's plan, called by the plan of the city), nobody gets above it by taking part.
    Nothing here depends on the case that is asked about, so that the database finds them once, each part by an index of its own.
    """
    queues = sorted(scope.queues)
    mine = union(
        select(tasks.c.case_id).where(tasks.c.closed_by == scope.account),
        select(tasks.c.case_id).where(tasks.c.claimed_by == scope.account, IS_OPEN),
        select(tasks.c.case_id).where(tasks.c.queue.in_(queues), IS_OPEN),
        select(tasks.c.case_id)
        .join_from(task_queues, tasks, tasks.c.id == task_queues.c.task_id)
        .where(task_queues.c.queue.in_(queues), IS_OPEN),
    ).cte("mine")
    copied = select(case_watches.c.case_id).where(case_watches.c.account == scope.account, case_watches.c.kind == "copied")
    parts = [select(mine.c.case_id), copied]
    above, below = select(mine.c.case_id), select(mine.c.case_id)
    for _ in range(DEEPEST):
        upper, lower = cases.alias(), cases.alias()
        above = select(upper.c.parent).where(upper.c.id.in_(above), upper.c.parent.is_not(None), upper.c.reads_up)
        below = select(lower.c.id).where(lower.c.parent.in_(below))
        parts += [above, below]
    found = union(*parts).cte("took_part")
    return select(found.c.case_id)


def may_read(connection: Connection, scope: Scope, case_id: str) -> bool:
    """Tell whether somebody may read one case."""
    return connection.execute(select(cases.c.id).where(cases.c.id == case_id, readable(scope))).first() is not None


def list_cases(
    connection: Connection, scope: Scope, *, where: TaskFilter, status: str | None, mine: bool, roots: bool, after: str | None,
    limit: int,
) -> Page:  # fmt: skip
    """List readable cases, newest first. `mine`: those the account started; `roots`: without child cases.

    `status`: of a case, or "archived".
    """
    limit = max(1, min(limit, MAX_LIMIT))
    statement = (
        select(*CASE_COLUMNS, units.c.name.label("unit_name"), accounts.c.display_name.label("started_name"))
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .join(accounts, accounts.c.name == cases.c.started_by, isouter=True)
        .where(readable(scope), *case_conditions(where))
    )
    if status:
        statement = statement.where(cases.c.archived_at.is_not(None) if status == "archived" else cases.c.status == status)
    if mine:
        statement = statement.where(cases.c.started_by == scope.account)
    if roots:
        statement = statement.where(cases.c.parent.is_(None))
    if after:
        statement = statement.where(cases.c.id < after)
    rows = connection.execute(statement.order_by(cases.c.id.desc()).limit(limit + 1)).all()
    shown = tuple(_case_row(row) for row in rows[:limit])
    return Page(rows=shown, after=shown[-1]["id"] if len(rows) > limit else None)


def _case_row(row: Any) -> dict[str, Any]:
    return {**row._mapping, "facts": orjson.loads(row.facts), "flags": orjson.loads(row.flags)}


def find_case(connection: Connection, case_id: str) -> dict[str, Any] | None:
    """One case as lists show it."""
    row = connection.execute(
        select(*CASE_COLUMNS, units.c.name.label("unit_name"), accounts.c.display_name.label("started_name"))
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .join(accounts, accounts.c.name == cases.c.started_by, isouter=True)
        .where(cases.c.id == case_id)
    ).first()
    return None if row is None else _case_row(row)


def list_family(connection: Connection, root: str, *, scope: Scope | None = None) -> tuple[dict[str, Any], ...]:
    """List the case at the root and everything below it, oldest first; of these what `scope` covers, if it is given."""
    conditions = [cases.c.root == root] if scope is None else [cases.c.root == root, readable(scope)]
    rows = connection.execute(select(*CASE_COLUMNS).where(*conditions).order_by(cases.c.id))
    return tuple(_case_row(row) for row in rows)


def list_flagged(connection: Connection, *, business_key: str, regulation: str) -> tuple[dict[str, Any], ...]:
    """List the cases about the same thing that carry flags, oldest first."""
    rows = connection.execute(
        select(*CASE_COLUMNS)
        .where(cases.c.business_key == business_key, cases.c.regulation == regulation, cases.c.flags != "[]")
        .order_by(cases.c.id)
    )
    return tuple(_case_row(row) for row in rows)


def list_case_tasks(connection: Connection, case_ids: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """List the tasks of some cases with the names of who holds or did them, oldest first."""
    holder, doer = accounts.alias("holder"), accounts.alias("doer")
    of_cases = tasks.c.case_id.in_(list(case_ids))
    # Two parts, because open and ended tasks are found by an index each.
    found = union_all(select(tasks).where(of_cases, IS_OPEN), select(tasks).where(of_cases, IS_ENDED)).subquery()
    shown = [found.c[column.name] for column in _TASK_COLUMNS]
    rows = connection.execute(
        select(*shown, holder.c.display_name.label("claimed_name"), doer.c.display_name.label("closed_name"))
        .join(holder, holder.c.name == found.c.claimed_by, isouter=True)
        .join(doer, doer.c.name == found.c.closed_by, isouter=True)
        .order_by(found.c.id)
    )
    return tuple(dict(row._mapping) for row in rows)


def list_case_jobs(connection: Connection, case_ids: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """List the jobs of some cases that are to do, being done or parked."""
    rows = connection.execute(
        select(
            jobs.c.id, jobs.c.case_id, jobs.c.kind, jobs.c.element, jobs.c.child, jobs.c.type, jobs.c.state, jobs.c.legal,
            jobs.c.due_at, jobs.c.attempts, jobs.c.retries, jobs.c.error, jobs.c.deadline, jobs.c.trigger, jobs.c.created_at,
        )
        .where(jobs.c.case_id.in_(list(case_ids)), jobs.c.state.in_(("todo", "doing", "parked")))
        .order_by(jobs.c.due_at)
    )  # fmt: skip
    return tuple(dict(row._mapping) for row in rows)


def list_case_subscriptions(connection: Connection, case_ids: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """List what some cases wait for from others: messages and children."""
    rows = connection.execute(
        select(
            subscriptions.c.case_id, subscriptions.c.kind, subscriptions.c.element, subscriptions.c.name,
            subscriptions.c.correlation, subscriptions.c.child, subscriptions.c.created_at,
        )
        .where(subscriptions.c.case_id.in_(list(case_ids)))
        .order_by(subscriptions.c.id)
    )  # fmt: skip
    return tuple(dict(row._mapping) for row in rows)


def more_queues(connection: Connection, task_id: str) -> frozenset[str]:
    """The queues in which a task stands besides its first."""
    return frozenset(connection.execute(select(task_queues.c.queue).where(task_queues.c.task_id == task_id)).scalars())


def find_bar(connection: Connection, task_id: str, account: str) -> str | None:
    """The rule that bars an account from a task, or None."""
    return connection.execute(
        select(task_bars.c.rule).where(task_bars.c.task_id == task_id, task_bars.c.account == account)
    ).scalar()


def definition_xml(connection: Connection, key: str, digest: str) -> bytes | None:
    return connection.execute(
        select(definitions.c.xml).where(definitions.c.key == key, definitions.c.digest == digest).limit(1)
    ).scalar()


def unit_names(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(units.c.id, units.c.name).order_by(units.c.id))
    return {row.id: row.name for row in rows}


def list_by_key(connection: Connection, key: str) -> tuple[str, ...]:
    """The ids of the cases without a parent that go by a business key, the oldest first; or the case that has this id."""
    rows = connection.execute(
        select(cases.c.id)
        .where(or_(and_(cases.c.business_key == key, cases.c.parent.is_(None)), cases.c.id == key))
        .order_by(cases.c.id)
    )
    return tuple(row.id for row in rows)
