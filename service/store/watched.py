"""The cases that somebody was given a copy of (抄送) or follows (关注), as lists and badges need them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Select, and_, func, or_, select

from service.errors import Invalid
from service.store.columns import milliseconds
from service.store.narrowing import TaskFilter, case_conditions
from service.store.reads import CASE_COLUMNS, COUNT_LIMIT, MAX_LIMIT, Page, Scope, instant_of, readable
from service.store.tables import accounts, case_watches, cases, units

COPIED, FOLLOWED = "copied", "followed"


def list_watched(
    connection: Connection,
    scope: Scope,
    *,
    kind: str,
    where: TaskFilter,
    after: str | None,
    limit: int,
    status: str | None = None,
) -> Page:
    """List the watched cases that the account may still read, the latest first; rows tell `watched_at` and `watched_by`."""
    limit = max(1, min(limit, MAX_LIMIT))
    sender = accounts.alias("sender")
    statement = (
        select(*CASE_COLUMNS, units.c.name.label("unit_name"), accounts.c.display_name.label("started_name"),
               case_watches.c.at.label("watched_at"), sender.c.display_name.label("watched_by"))
        .join_from(case_watches, cases, cases.c.id == case_watches.c.case_id)
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .join(accounts, accounts.c.name == cases.c.started_by, isouter=True)
        .join(sender, sender.c.name == case_watches.c.by, isouter=True)
        .where(*_watching(scope, kind), readable(scope), *case_conditions(where))
    )  # fmt: skip
    if status:
        statement = statement.where(cases.c.status == status)
    if after:
        at, case_id = _cursor(after)
        statement = statement.where(or_(case_watches.c.at < at, and_(case_watches.c.at == at, case_watches.c.case_id < case_id)))
    rows = connection.execute(statement.order_by(case_watches.c.at.desc(), case_watches.c.case_id.desc()).limit(limit + 1)).all()
    shown = tuple({**row._mapping, "facts": orjson.loads(row.facts), "flags": orjson.loads(row.flags)} for row in rows[:limit])
    last = shown[-1] if len(rows) > limit else None
    return Page(rows=shown, after=f"{milliseconds(last['watched_at'])}-{last['id']}" if last else None)


def count_watched(connection: Connection, scope: Scope, kind: str) -> int:
    """Count them; stops at 1000. Who watches nothing costs one look."""
    watching = _watching(scope, kind)
    if connection.execute(select(case_watches.c.case_id).where(*watching).limit(1)).first() is None:
        return 0
    found: Select[Any] = (
        select(cases.c.id)
        .join_from(case_watches, cases, cases.c.id == case_watches.c.case_id)
        .where(*watching, readable(scope))
        .limit(COUNT_LIMIT)
    )
    return int(connection.execute(select(func.count()).select_from(found.subquery())).scalar() or 0)


def _watching(scope: Scope, kind: str) -> tuple[Any, ...]:
    return case_watches.c.account == scope.account, case_watches.c.kind == kind


def _cursor(after: str) -> tuple[datetime, str]:
    at, dash, case_id = after.partition("-")
    if not dash:
        raise Invalid("分页游标无效，请从第一页重新打开。", message_en="The cursor is not one of ours: start at the first page.")
    return instant_of(at), case_id
