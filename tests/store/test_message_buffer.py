"""Messages are stored once, wait for whoever wants them, and reach each process once, the oldest first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from service.store import Store, messages


def send(store: Store, noon: datetime, unique_id: str = "m-1", **given: Any) -> str | None:
    values = {
        "name": "paid", "correlation": "PJ-1", "payload": {"amount": 5}, "sender": "bank", "sent_at": noon,
        "expires_at": noon + timedelta(days=1), **given,
    }  # fmt: skip
    with store.write() as connection:
        return messages.insert_message(connection, unique_id=unique_id, **values)


def subscribers(store: Store, message_id: str | None) -> list[str]:
    with store.read() as connection:
        message = messages.find_message(connection, message_id or "")
        assert message is not None
        return [subscription.id for subscription in messages.list_subscribers(connection, message)]


def buffered(store: Store, subscription_id: str, now: datetime) -> str | None:
    with store.read() as connection:
        subscription = messages.find_subscription(connection, subscription_id)
        assert subscription is not None
        found = messages.find_buffered(connection, subscription, now=now)
    return found.id if found is not None else None


def deliver(store: Store, message_id: str | None, subscription: str, *, process: str = "p") -> None:
    with store.write() as connection:
        messages.insert_delivery(
            connection, message_id=message_id or "", process=process, case_id="c", subscription=subscription
        )  # fmt: skip


def test_the_same_id_twice_has_no_effect(store: Store, noon: datetime) -> None:
    first = send(store, noon)
    assert first is not None
    assert send(store, noon, payload={"amount": 6}) is None
    with store.read() as connection:
        message = messages.find_message(connection, first)
    assert message is not None
    assert (message.payload, message.sender, message.name) == ({"amount": 5}, "bank", "paid")


def test_the_same_id_from_many_at_once_is_stored_once_and_nobody_fails(store: Store, noon: datetime) -> None:
    together = threading.Barrier(4, timeout=30)

    def publish(number: int) -> list[bool]:
        sent = []
        for round_ in range(10):
            together.wait()
            sent.append(send(store, noon, f"m-{round_}", payload={"from": number}) is not None)
        return sent

    with ThreadPoolExecutor(4) as pool:
        results = [publishing.result() for publishing in [pool.submit(publish, number) for number in range(4)]]
    assert [sum(of_round) for of_round in zip(*results, strict=True)] == [1] * 10


def test_a_message_finds_those_of_its_name_and_correlation(store: Store, rows: Any, noon: datetime) -> None:
    case = rows.case()
    wanted = rows.subscription(case)
    rows.subscription(case, name="refused")
    rows.subscription(case, correlation="PJ-2")
    rows.subscription(case, correlation=None)
    rows.subscription(case, kind="child")
    assert subscribers(store, send(store, noon)) == [wanted]


def test_a_message_without_correlation_finds_those_without(store: Store, rows: Any, noon: datetime) -> None:
    case = rows.case()
    rows.subscription(case)
    wanted = rows.subscription(case, correlation=None)
    message = send(store, noon, correlation=None)
    assert subscribers(store, message) == [wanted]
    assert buffered(store, wanted, noon) == message


def test_each_process_gets_a_message_once_by_its_oldest_subscription(store: Store, rows: Any, noon: datetime) -> None:
    case = rows.case()
    first, second = rows.subscription(case), rows.subscription(case)
    other = rows.subscription(case, process="q")
    message = send(store, noon)
    assert subscribers(store, message) == [first, other]

    deliver(store, message, first)
    assert subscribers(store, message) == [other]
    with store.read() as connection:
        assert messages.is_taken(connection, first)
        assert not messages.is_taken(connection, second)
        assert messages.was_delivered(connection, message or "", "p")
        assert not messages.was_delivered(connection, message or "", "q")
    with pytest.raises(IntegrityError):
        deliver(store, message, second)
    assert buffered(store, second, noon) is None


def test_a_subscription_takes_one_message(store: Store, rows: Any, noon: datetime) -> None:
    subscription = rows.subscription(rows.case())
    first, second = send(store, noon, "m-1"), send(store, noon, "m-2")
    deliver(store, first, subscription)
    assert subscribers(store, second) == []
    with pytest.raises(IntegrityError):
        deliver(store, second, subscription, process="q")


def test_the_buffer_gives_the_oldest_that_has_not_expired(store: Store, rows: Any, noon: datetime) -> None:
    expired = send(store, noon, "m-0", expires_at=noon + timedelta(minutes=1))
    sent = [send(store, noon, f"m-{number}") for number in range(1, 30)]  # many in one millisecond
    now = noon + timedelta(minutes=1)
    taken = []
    for _ in sent:
        subscription = rows.subscription(rows.case())
        message = buffered(store, subscription, now)
        taken.append(message)
        deliver(store, message, subscription)
    assert taken == sent
    assert expired not in taken
    assert buffered(store, rows.subscription(rows.case()), now) is None


def test_a_message_that_was_given_back_can_be_had_again(store: Store, rows: Any, noon: datetime) -> None:
    first, second = rows.subscription(rows.case()), rows.subscription(rows.case())
    message = send(store, noon)
    deliver(store, message, first)
    with store.write() as connection:
        messages.drop_delivery(connection, message_id=message or "", process="p")
    assert buffered(store, second, noon) == message
