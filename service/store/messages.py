"""Messages: stored first, correlated second, consumed once per process, in the order they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select

from service import tagged
from service.store.columns import insert_or, new_id
from service.store.tables import deliveries, messages, subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    id: str
    name: str
    correlation: str | None
    payload: Any
    sender: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    id: str
    case_id: str
    process: str
    token: str
    child: str | None
    element: str
    name: str
    correlation: str | None


_SUBSCRIPTION = [subscriptions.c[name] for name in SubscriptionRow.__slots__]


def insert_message(
    connection: Connection,
    *,
    unique_id: str | None = None,
    name: str,
    correlation: str | None,
    payload: Mapping[str, Any],
    sender: str,
    sent_at: datetime,
    expires_at: datetime,
) -> str | None:
    """Store a message; None when a message of this unique id is already there."""
    message_id = new_id()
    row = {
        "id": message_id, "unique_id": unique_id or message_id, "name": name, "correlation": correlation,
        "payload": tagged.dumps(dict(payload)), "sender": sender, "sent_at": sent_at, "expires_at": expires_at,
    }  # fmt: skip
    storing = insert_or(connection, messages).values(row).on_conflict_do_nothing(index_elements=["unique_id"])
    return connection.execute(storing.returning(messages.c.id)).scalar()


def find_message(connection: Connection, message_id: str) -> MessageRow | None:
    row = connection.execute(select(messages).where(messages.c.id == message_id)).first()
    return None if row is None else _message(row)


def _message(row: Any) -> MessageRow:
    return MessageRow(
        id=row.id, name=row.name, correlation=row.correlation, payload=tagged.loads(row.payload), sender=row.sender,
        expires_at=row.expires_at,
    )  # fmt: skip


def list_subscribers(connection: Connection, message: MessageRow) -> tuple[SubscriptionRow, ...]:
    """List the subscriptions that want this message and have none yet: the oldest of each process that has not had it."""
    had = select(deliveries.c.process).where(deliveries.c.message_id == message.id)
    taken = exists().where(deliveries.c.subscription == subscriptions.c.id)
    rows = connection.execute(
        select(*_SUBSCRIPTION)
        .where(
            subscriptions.c.kind == "message",
            subscriptions.c.name == message.name,
            _same(subscriptions.c.correlation, message.correlation),
            subscriptions.c.process.not_in(had),
            ~taken,
        )
        .order_by(subscriptions.c.id)
    )
    first: dict[str, SubscriptionRow] = {}
    for row in rows:
        first.setdefault(row.process, SubscriptionRow(**row._mapping))
    return tuple(first.values())


def find_buffered(connection: Connection, subscription: SubscriptionRow, *, now: datetime) -> MessageRow | None:
    """The oldest unexpired message that this subscription may have."""
    had = exists().where(deliveries.c.message_id == messages.c.id, deliveries.c.process == subscription.process)
    row = connection.execute(
        select(messages)
        .where(
            messages.c.name == subscription.name,
            _same(messages.c.correlation, subscription.correlation),
            messages.c.expires_at > now,
            ~had,
        )
        .order_by(messages.c.id)
        .limit(1)
    ).first()
    return None if row is None else _message(row)


def find_subscription(connection: Connection, subscription_id: str) -> SubscriptionRow | None:
    row = connection.execute(select(*_SUBSCRIPTION).where(subscriptions.c.id == subscription_id)).first()
    return None if row is None else SubscriptionRow(**row._mapping)


def is_taken(connection: Connection, subscription_id: str) -> bool:
    """Tell whether a message is on its way to this subscription."""
    found = connection.execute(select(deliveries.c.message_id).where(deliveries.c.subscription == subscription_id))
    return found.first() is not None


def insert_delivery(connection: Connection, *, message_id: str, process: str, case_id: str, subscription: str) -> None:
    """Reserve a message for a subscription. Uniqueness refuses a second one of the same process or subscription."""
    row = {"message_id": message_id, "process": process, "case_id": case_id, "subscription": subscription}
    connection.execute(insert(deliveries), row)


def was_delivered(connection: Connection, message_id: str, process: str) -> bool:
    found = connection.execute(
        select(deliveries.c.case_id).where(deliveries.c.message_id == message_id, deliveries.c.process == process)
    )
    return found.first() is not None


def drop_delivery(connection: Connection, *, message_id: str, process: str) -> None:
    connection.execute(delete(deliveries).where(deliveries.c.message_id == message_id, deliveries.c.process == process))


def _same(column: Any, value: str | None) -> Any:
    return column.is_(None) if value is None else column == value
