"""Who has a task's page open, and who has read it (已读)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, select

from service.store.columns import insert_or
from service.store.tables import accounts, drafts, presences


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceRow:
    """Somebody at a task. `at` is when their page last said so; `fills`: they have a draft of it."""

    account: str
    display_name: str
    first_at: datetime
    at: datetime
    fills: bool


def put_presence(connection: Connection, task_id: str, *, account: str, at: datetime) -> None:
    """Note that somebody has the page of a task open; the first time stays."""
    seen = insert_or(connection, presences).values(task_id=task_id, account=account, first_at=at, at=at)
    connection.execute(seen.on_conflict_do_update(index_elements=["task_id", "account"], set_={"at": at}))


def list_present(connection: Connection, task_id: str, *, since: datetime, but: str) -> tuple[PresenceRow, ...]:
    """List who else has had the page open since, by name."""
    fills = exists().where(drafts.c.account == presences.c.account, drafts.c.subject == f"task:{task_id}")
    found = connection.execute(
        select(presences.c.account, accounts.c.display_name, presences.c.first_at, presences.c.at, fills.label("fills"))
        .join(accounts, accounts.c.name == presences.c.account)
        .where(presences.c.task_id == task_id, presences.c.at >= since, presences.c.account != but)
        .order_by(accounts.c.display_name)
    )
    return tuple(PresenceRow(**row._mapping) for row in found)
