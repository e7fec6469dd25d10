"""Saved views of lists: a name for an address, kept for oneself or shared with a unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select

from service.store.tables import accounts, views


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRow:
    """A saved view; `query` is the address without the part that stays the same, `shared_with` a unit."""

    id: str
    account: str
    name: str
    list: str
    query: str
    shared_with: str | None
    created_at: datetime
    owner_name: str | None = None


def list_views(connection: Connection, account: str, units: Collection[str]) -> tuple[ViewRow, ...]:
    """List the views of an account and those that others share with one of its units, one's own first."""
    rows = connection.execute(
        select(views, accounts.c.display_name.label("owner_name"))
        .join(accounts, accounts.c.name == views.c.account, isouter=True)
        .where(or_(views.c.account == account, views.c.shared_with.in_(sorted(units))))
        .order_by(views.c.account != account, views.c.id)
    )
    return tuple(ViewRow(**row._mapping) for row in rows)


def count_views(connection: Connection, account: str) -> int:
    return int(connection.execute(select(func.count()).where(views.c.account == account)).scalar() or 0)


def insert_view(connection: Connection, row: ViewRow) -> None:
    connection.execute(
        insert(views).values(
            id=row.id, account=row.account, name=row.name, list=row.list, query=row.query, shared_with=row.shared_with,
            created_at=row.created_at,
        )
    )  # fmt: skip


def delete_view(connection: Connection, view_id: str, *, account: str) -> bool:
    """Delete a view of the account; False when it has no such view."""
    return connection.execute(delete(views).where(views.c.id == view_id, views.c.account == account)).rowcount > 0
