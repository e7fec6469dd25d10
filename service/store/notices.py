"""Notices: what people are told of a case, and who has read it.

A notice stands in queues like a task (`role@unit`, `role`, `@account`); whoever has one of them is told. What somebody has read
is a mark ("everything up to this one") and single notices after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, delete, exists, func, insert, select, union

from service.store.columns import insert_or, new_id
from service.store.deliveries import queue_spreading
from service.store.reads import COUNT_LIMIT, MAX_LIMIT, OPEN, Page, Scope, readable
from service.store.tables import cases, notice_marks, notice_queues, notice_reads, notices, tasks, units

KINDS = ("reminded", "due", "overdue", "escalated", "notified", "urged", "copied", "mentioned", "followed")
#: An escalation of which a queue heard less than this ago does not come into it again (a task, and the timer drawn on it).
ONCE = timedelta(days=1)

_INSERT = insert(notices)
_INSERT_QUEUES = insert(notice_queues)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFilter:
    """Which of one's notices are wanted; None means all."""

    unread: bool = False
    kind: str | None = None
    case: str | None = None


def insert_notice(
    connection: Connection, *, case_id: str, kind: str, deadline: str | None, zh: str, en: str, at: datetime,
    queues: Iterable[str], task_id: str | None = None, job_id: str | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """Put a notice into queues; returns those that it came into."""
    wanted = tuple(dict.fromkeys(queues))
    if kind == "escalated" and wanted:
        known = _told(connection, case_id, deadline, at)
        wanted = tuple(queue for queue in wanted if queue not in known)
    if wanted:
        notice_id = new_id()
        row = {
            "id": notice_id, "case_id": case_id, "task_id": task_id, "job_id": job_id, "kind": kind, "deadline": deadline,
            "zh": zh, "en": en, "at": at,
        }  # fmt: skip
        connection.execute(_INSERT, row)
        connection.execute(_INSERT_QUEUES, [{"queue": queue, "notice_id": notice_id} for queue in wanted])
        queue_spreading(connection, notice_id, at=at)
    return wanted


def _told(connection: Connection, case_id: str, deadline: str | None, at: datetime) -> frozenset[str]:
    return frozenset(
        connection.execute(
            select(notice_queues.c.queue)
            .join(notices, notices.c.id == notice_queues.c.notice_id)
            .where(
                notices.c.case_id == case_id, notices.c.kind == "escalated", notices.c.deadline == deadline,
                notices.c.at > at - ONCE, notices.c.at < at + ONCE,
            )
        ).scalars()
    )  # fmt: skip


def list_notices(connection: Connection, scope: Scope, *, where: NoticeFilter, after: str | None, limit: int) -> Page:
    """List the notices of an account, newest first, each with its case, whether it was read, and whether the case may be."""
    limit = max(1, min(limit, MAX_LIMIT))
    conditions = _conditions(scope.account, where)
    if after:
        conditions.append(notice_queues.c.notice_id < after)

    def one(queue: str) -> Any:
        statement = select(notice_queues.c.notice_id).where(notice_queues.c.queue == queue, *conditions)
        return statement.order_by(notice_queues.c.notice_id.desc()).limit(limit + 1).subquery().select()

    if not scope.queues:
        return Page(rows=(), after=None)
    found = union(*(one(queue) for queue in sorted(scope.queues))).subquery()
    rows = connection.execute(
        _with_case(scope).join(found, found.c.notice_id == notices.c.id).order_by(notices.c.id.desc()).limit(limit + 1)
    ).all()
    shown = tuple(dict(row._mapping) for row in rows[:limit])
    return Page(rows=shown, after=shown[-1]["id"] if len(rows) > limit else None)


def find_notice(connection: Connection, scope: Scope, notice_id: str) -> dict[str, Any] | None:
    """One notice that somebody was told, as lists show it."""
    if not is_told(connection, notice_id, queues=scope.queues):
        return None
    row = connection.execute(_with_case(scope).where(notices.c.id == notice_id)).first()
    return None if row is None else dict(row._mapping)


def _with_case(scope: Scope) -> Select[Any]:
    held = tasks.alias("held")
    return (
        select(
            notices.c.id, notices.c.kind, notices.c.deadline, notices.c.zh, notices.c.en, notices.c.at, notices.c.case_id,
            cases.c.title, cases.c.business_key, cases.c.process, cases.c.unit, units.c.name.label("unit_name"),
            case((held.c.status.in_(OPEN), held.c.id)).label("task_id"),
            _unread(scope.account, notices.c.id).label("unread"), readable(scope).label("readable"),
        )
        .join_from(notices, cases, cases.c.id == notices.c.case_id)
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .join(held, held.c.id == notices.c.task_id, isouter=True)
    )  # fmt: skip


def count_unread(connection: Connection, *, account: str, queues: Collection[str]) -> int:
    """Count the notices that an account has not read; stops at 1000, which is shown as 999+."""
    if not queues:
        return 0

    def one(queue: str) -> Any:
        unread = _unread(account, notice_queues.c.notice_id)
        return (
            select(notice_queues.c.notice_id).where(notice_queues.c.queue == queue, unread).limit(COUNT_LIMIT).subquery().select()
        )

    # One part for each queue, each as far as it is counted: what was read long ago costs nothing.
    found = union(*(one(queue) for queue in sorted(queues))).limit(COUNT_LIMIT).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar() or 0)


def find_kind(connection: Connection, notice_id: str) -> str | None:
    """The kind of a notice; None when there is no such notice."""
    return connection.execute(select(notices.c.kind).where(notices.c.id == notice_id)).scalar()


def is_told(connection: Connection, notice_id: str, *, queues: Collection[str]) -> bool:
    """Tell whether a notice stands in one of some queues."""
    stands = select(notice_queues.c.queue).where(
        notice_queues.c.notice_id == notice_id, notice_queues.c.queue.in_(sorted(queues))
    )
    return connection.execute(stands.limit(1)).first() is not None


def mark_read(connection: Connection, notice_id: str, *, account: str, at: datetime) -> None:
    """Remember that an account has read a notice; nothing changes when it had."""
    row = {"notice_id": notice_id, "account": account, "at": at}
    connection.execute(insert_or(connection, notice_reads).values(row).on_conflict_do_nothing())


def mark_all_read(connection: Connection, *, account: str, queues: Collection[str]) -> None:
    """Remember that an account has read everything that it was told so far."""
    newest = connection.execute(
        select(func.max(notice_queues.c.notice_id)).where(notice_queues.c.queue.in_(sorted(queues)))
    ).scalar()
    if newest is None:
        return
    mark = insert_or(connection, notice_marks).values(account=account, until=newest)
    connection.execute(mark.on_conflict_do_update(index_elements=["account"], set_={"until": newest}))
    connection.execute(delete(notice_reads).where(notice_reads.c.account == account, notice_reads.c.notice_id <= newest))


def _conditions(account: str, where: NoticeFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if where.unread:
        conditions.append(_unread(account, notice_queues.c.notice_id))
    if where.kind or where.case:
        told = notices.alias("told")
        wanted = [told.c.id == notice_queues.c.notice_id]
        wanted += [told.c.kind == where.kind] if where.kind else []
        wanted += [told.c.case_id == where.case] if where.case else []
        conditions.append(exists().where(*wanted))
    return conditions


def _unread(account: str, notice_id: Any) -> ColumnElement[bool]:
    mark = select(notice_marks.c.until).where(notice_marks.c.account == account).scalar_subquery()
    one = exists().where(notice_reads.c.account == account, notice_reads.c.notice_id == notice_id)
    unread: ColumnElement[bool] = (notice_id > func.coalesce(mark, "")) & ~one
    return unread
