"""Webhooks: addresses that accounts have registered to be told of notices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, true, update

from service.store.tables import webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRow:
    """One address. `secret` signs what is sent; the address may carry a secret of its own."""

    id: str
    account: str
    address: str = field(repr=False)
    secret: str = field(repr=False)
    kinds: tuple[str, ...]
    active: bool
    created_at: datetime


def insert_webhook(connection: Connection, row: WebhookRow) -> None:
    values = {name: getattr(row, name) for name in WebhookRow.__slots__}
    connection.execute(insert(webhooks), {**values, "kinds": orjson.dumps(row.kinds).decode()})


def find_webhook(connection: Connection, webhook_id: str) -> WebhookRow | None:
    row = connection.execute(select(webhooks).where(webhooks.c.id == webhook_id)).first()
    return None if row is None else _webhook(row)


def list_webhooks(connection: Connection, account: str) -> tuple[WebhookRow, ...]:
    """List the webhooks of an account, also those that were ended, the oldest first."""
    rows = connection.execute(select(webhooks).where(webhooks.c.account == account).order_by(webhooks.c.id))
    return tuple(map(_webhook, rows))


def list_active(connection: Connection, accounts: Collection[str]) -> tuple[WebhookRow, ...]:
    """List the webhooks of some accounts that are in use."""
    rows = connection.execute(
        select(webhooks).where(webhooks.c.account.in_(sorted(accounts)), webhooks.c.active == true()).order_by(webhooks.c.id)
    )
    return tuple(map(_webhook, rows))


def list_all(connection: Connection, *, after: str | None, limit: int) -> tuple[WebhookRow, ...]:
    """List the webhooks of everybody, the newest first, from the one after an id on."""
    wanted = select(webhooks).order_by(webhooks.c.id.desc()).limit(limit)
    if after:
        wanted = wanted.where(webhooks.c.id < after)
    return tuple(map(_webhook, connection.execute(wanted)))


def end_webhook(connection: Connection, webhook_id: str) -> bool:
    """Stop using a webhook; False when it was not in use."""
    ended = update(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.active == true()).values(active=False)
    return bool(connection.execute(ended).rowcount)


def _webhook(row: Any) -> WebhookRow:
    return WebhookRow(**{**row._mapping, "kinds": tuple(orjson.loads(row.kinds))})
