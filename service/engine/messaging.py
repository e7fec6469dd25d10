"""Messages between cases: stored first, correlated second, delivered by a job of the case that waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from service import tagged
from service.engine import starting
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.waiting import CORRELATE, DELIVER
from service.engine.work import MESSAGE_LIFE_DAYS, Work
from service.errors import NotAllowed, NotFound
from service.store import Connection, cases, definitions, messages, new_id
from service.store.messages import MessageRow, SubscriptionRow

#: The platform roles whose accounts may send messages to cases.
SENDERS = frozenset({"sysadmin", "connector"})


def publish_message(
    machine: Machine, name: str, correlation: str | None, payload: Mapping[str, Any], *, by: str, unique_id: str | None = None
) -> str | None:
    """Publish a message from outside. The same `unique_id` twice has no effect and returns None.

    NotAllowed for everybody but administrators and the accounts of other systems: a message can decide what a case does next.
    """
    with machine.store.write() as connection:
        ensure_sender(connection, by)
        message_id = _publish(machine, connection, name, correlation, payload, by=by, unique_id=unique_id)
        if message_id is not None:
            cases.insert_jobs(connection, [_job(machine, CORRELATE, None, {"message": message_id})])
    machine.wake()
    return message_id


def publish_within(
    machine: Machine, connection: Connection, name: str, correlation: str | None, payload: Mapping[str, Any], *, by: str,
    reason: str, case_id: str,
) -> None:  # fmt: skip
    """Publish for a case in a transaction of the caller's, and find who wants it. The case's history says by whom and why."""
    ensure_sender(connection, by)
    row = cases.lock_case(connection, case_id)
    if row is None:
        raise NotFound()
    work = machine.begin(connection, row, actor=by)
    message_id = _publish(machine, connection, name, correlation, payload, by=by, unique_id=None)
    work.note(Event.MESSAGE_SENT, name=name, correlation=correlation, message=message_id, reason=reason.strip())
    work.finish()
    if message_id is not None:
        correlate(machine, connection, message_id)


def ensure_sender(connection: Connection, by: str) -> None:
    if get_actor(connection, by).roles.isdisjoint(SENDERS):
        raise NotAllowed(
            "只有系统管理员和对接系统可以向案件发送消息。",
            message_en="Only system administrators and connected systems may send messages to cases.", rule="message-sender",
        )  # fmt: skip


def _publish(
    machine: Machine, connection: Connection, name: str, correlation: str | None, payload: Mapping[str, Any], *, by: str,
    unique_id: str | None,
) -> str | None:  # fmt: skip
    at = machine.clock.now()
    return messages.insert_message(
        connection, unique_id=unique_id, name=name, correlation=correlation, payload=payload, sender=by,
        sent_at=at, expires_at=at + timedelta(days=MESSAGE_LIFE_DAYS),
    )  # fmt: skip


def correlate(machine: Machine, connection: Connection, message_id: str) -> None:
    """Give a stored message to the cases that wait for it, and start those that begin with it."""
    message = messages.find_message(connection, message_id)
    if message is None or message.expires_at <= machine.clock.now():
        return
    for subscription in messages.list_subscribers(connection, message):
        _deliver(machine, connection, message, subscription)
    for key, _, _, _, _, starts in definitions.list_latest(connection):
        if message.name in starts and not messages.was_delivered(connection, message.id, key):
            definition = machine.library.latest(connection, key)
            element = next(
                element
                for element in definition.process.elements.values()
                if element.kind == "startEvent"
                and element.parent is None
                and element.definition is not None
                and element.definition.name == message.name
            )
            case = starting.start_by_message(
                machine, connection, definition, element=element, payload=message.payload, message=message.id,
                sender=message.sender,
            )  # fmt: skip
            messages.insert_delivery(connection, message_id=message.id, process=key, case_id=case.id, subscription=new_id())


def look_in_buffer(machine: Machine, work: Work, subscription_id: str) -> None:
    """A subscription that has just opened takes the oldest message that waits for it."""
    subscription = messages.find_subscription(work.connection, subscription_id)
    if subscription is None or messages.is_taken(work.connection, subscription_id):
        return
    message = messages.find_buffered(work.connection, subscription, now=work.at)
    if message is not None:
        _deliver(machine, work.connection, message, subscription)


def give_back(work: Work, message_id: str) -> None:
    """A message that could not be delivered after all is correlated again."""
    messages.drop_delivery(work.connection, message_id=message_id, process=work.row.process)
    work.job(CORRELATE, payload={"message": message_id}, anywhere=True)


def _deliver(machine: Machine, connection: Connection, message: MessageRow, subscription: SubscriptionRow) -> None:
    messages.insert_delivery(
        connection, message_id=message.id, process=subscription.process, case_id=subscription.case_id,
        subscription=subscription.id,
    )  # fmt: skip
    payload = {"message": message.id, "name": message.name, "subscription": subscription.id, "payload": message.payload}
    cases.insert_jobs(connection, [_job(machine, DELIVER, subscription.case_id, payload)])


def _job(machine: Machine, kind: str, case_id: str | None, payload: Mapping[str, Any]) -> dict[str, Any]:
    now = machine.clock.machine()
    return {
        "id": new_id(), "case_id": case_id, "root": case_id, "kind": kind, "state": "todo", "legal": False, "due_at": now,
        "retries": 3, "payload": tagged.dumps(dict(payload)), "created_at": machine.clock.now(),
    }  # fmt: skip
