"""The record: nothing in it can be changed unnoticed, and the database itself refuses to change it."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from service.clock import SHANGHAI
from service.store import Store
from service.store.columns import Instant
from service.store.history import GENESIS, Chain, Entry, first_broken_link, link_hash, list_links, record_outside_cases
from service.store.tables import day_chains

CHAIN = "case-1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def head(store: Store, noon: datetime) -> bytes:
    """The head of a chain of five links."""
    chain = Chain(CHAIN, 0, GENESIS)
    for number in range(5):
        moment = noon + timedelta(microseconds=1_234_567 * number)
        chain.add(Entry(kind="task.completed", actor="li", at=moment, element="check", payload={"n": number} if number else None))
    with store.write() as connection:
        chain.write(connection)
    return chain.head


def tamper(store: Store, statement: str) -> None:
    """Change history as somebody with the keys of the database could: without the trigger."""
    with store.write() as connection:
        if store.is_sqlite:
            connection.execute(text("DROP TRIGGER history_update_refused"))
            connection.execute(text("DROP TRIGGER history_delete_refused"))
        else:
            connection.execute(text("DROP TRIGGER history_append_only ON history"))
        assert connection.execute(text(statement)).rowcount == 1


def broken(store: Store, head: bytes | None) -> int | None:
    with store.read() as connection:
        return first_broken_link(connection, CHAIN, head)


def test_a_chain_that_nobody_touched_is_whole(store: Store, head: bytes) -> None:
    assert broken(store, head) is None
    with store.read() as connection:
        links = list_links(connection, CHAIN)
        assert [link.seq for link in links] == [1, 2, 3, 4, 5]
        assert [link.payload for link in links] == [None, {"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}]
        assert links[-1].hash == head
        assert [link.seq for link in list_links(connection, CHAIN, after=2, limit=2)] == [3, 4]


@pytest.mark.parametrize("statement", ["UPDATE history SET actor = 'wang'", "DELETE FROM history"])
def test_the_database_refuses_to_change_history(store: Store, head: bytes, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), store.write() as connection:
        connection.execute(text(statement))
    assert broken(store, head) is None


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_empty_history(store: Store, head: bytes) -> None:
    with pytest.raises(DBAPIError, match="append-only"), store.write() as connection:
        connection.execute(text("TRUNCATE history"))


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'wang'",
        "at = at + 1",
        "kind = 'task.opened'",
        "element = NULL",
        "payload = payload_digest",
        "payload_digest = hash",
        "hash = payload_digest",
    ],
)
def test_the_first_link_that_was_tampered_with_is_named(store: Store, head: bytes, change: str) -> None:
    tamper(store, f"UPDATE history SET {change} WHERE seq = 3")
    assert broken(store, head) == 3


def test_a_missing_link_is_noticed_where_it_is_missing(store: Store, head: bytes) -> None:
    tamper(store, "DELETE FROM history WHERE seq = 2")
    assert broken(store, head) == 2


def test_a_chain_that_was_cut_short_does_not_reach_its_head(store: Store, head: bytes) -> None:
    tamper(store, "DELETE FROM history WHERE seq = 5")
    assert broken(store, None) is None
    assert broken(store, head) == 5


def test_a_payload_may_be_erased_without_breaking_the_chain(store: Store, head: bytes) -> None:
    tamper(store, "UPDATE history SET payload = NULL WHERE seq = 3")
    assert broken(store, head) is None


def test_two_writers_cannot_add_the_same_link(store: Store, head: bytes, noon: datetime) -> None:
    late = Chain(CHAIN, 4, GENESIS)
    late.add(Entry(kind="task.opened", actor="li", at=noon))
    with pytest.raises(DBAPIError, match=r"(?i)unique"), store.write() as connection:
        late.write(connection)


def test_what_belongs_to_no_case_goes_into_the_chain_of_its_day(store: Store, noon: datetime) -> None:
    def entry(at: datetime, name: str) -> Entry:
        return Entry(kind="account.created", actor="system", at=at, payload={"account": name})

    with store.write() as connection:
        record_outside_cases(connection, [entry(noon, "a"), entry(noon, "b")])
        record_outside_cases(connection, [])
    with store.write() as connection:
        record_outside_cases(connection, [entry(noon, "c")])
        record_outside_cases(connection, [entry(noon + timedelta(hours=12), "d")])  # past midnight in Shanghai

    with store.read() as connection:
        heads = {row.chain: row for row in connection.execute(select(day_chains))}
        assert {name: row.seq for name, row in heads.items()} == {"day-2026-11-23": 3, "day-2026-11-24": 1}
        for name, row in heads.items():
            assert first_broken_link(connection, name, row.head) is None
        assert [link.payload["account"] for link in list_links(connection, "day-2026-11-23")] == ["a", "b", "c"]


def test_the_chain_of_a_day_takes_entries_of_many_at_once(store: Store, noon: datetime) -> None:
    together = threading.Barrier(5, timeout=30)

    def record(name: str) -> None:
        together.wait()
        for _ in range(5):
            with store.write() as connection:
                record_outside_cases(connection, [Entry(kind="account.created", actor=name, at=noon)])

    with ThreadPoolExecutor(5) as pool:
        for writing in [pool.submit(record, name) for name in "abcde"]:
            writing.result()
    with store.read() as connection:
        row = connection.execute(select(day_chains)).one()
        assert row.seq == 25
        assert first_broken_link(connection, row.chain, row.head) is None


@given(st.integers(min_value=10**15, max_value=7 * 10**15).map(lambda count: EPOCH + timedelta(microseconds=count)))
def test_a_moment_hashes_the_same_before_and_after_it_was_stored(at: datetime) -> None:
    column = Instant()
    stored = column.process_result_value(column.process_bind_param(at, None), None)
    assert stored is not None
    assert timedelta() <= at - stored < timedelta(milliseconds=1)
    assert stored.tzinfo is SHANGHAI
    digest = hashlib.sha256(b"").digest()
    assert link_hash(b"", "c", 1, "k", None, "li", at, digest) == link_hash(b"", "c", 1, "k", None, "li", stored, digest)
