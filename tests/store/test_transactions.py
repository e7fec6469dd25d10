"""How a transaction begins: one writer at a time on SQLite, nobody fails with "locked", and pages cannot write."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from service.errors import Invalid
from service.store import Store
from service.store.tables import counters


def file_of(store: Store) -> str:
    assert store.url.database is not None
    return store.url.database


def can_begin_to_write(file: str) -> bool:
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_command_holds_the_only_right_to_write_from_its_first_moment(store: Store) -> None:
    file = file_of(store)
    assert can_begin_to_write(file)
    with store.write():
        assert not can_begin_to_write(file)
    with store.read() as connection:
        connection.execute(select(counters)).all()
        assert can_begin_to_write(file)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_commit_survives_a_power_cut_and_readers_do_not_wait(store: Store) -> None:
    with store.write() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar() or 0) == 10_000


def count_up(connection: Connection) -> None:
    """A careless read and write: right only when nobody writes in between."""
    value = connection.execute(select(counters.c.value).where(counters.c.name == "c").with_for_update()).scalar_one()
    connection.execute(update(counters).where(counters.c.name == "c").values(value=value + 1))


def test_many_writers_of_two_stores_wait_for_each_other_and_none_is_refused(store: Store, migrated_url: str) -> None:
    with store.write() as connection:
        connection.execute(insert(counters), {"name": "c", "value": 0})
    other = Store(migrated_url)
    together = threading.Barrier(6, timeout=30)

    def write_often(mine: Store) -> None:
        together.wait()
        for _ in range(20):
            with mine.write() as connection:
                count_up(connection)

    with ThreadPoolExecutor(6) as pool:
        for writing in [pool.submit(write_often, mine) for mine in (store, other) * 3]:
            writing.result()
    other.close()

    with store.read() as connection:
        assert connection.execute(select(counters.c.value)).scalar() == 120


def test_an_exception_takes_back_everything_of_the_command(store: Store) -> None:
    def break_off() -> None:
        with store.write() as connection:
            connection.execute(insert(counters), {"name": "c", "value": 0})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    with store.read() as connection:
        assert connection.execute(select(counters)).all() == []
    with store.write() as connection:  # and the next one may begin
        connection.execute(insert(counters), {"name": "c", "value": 0})


def test_a_page_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), store.read() as connection:
        connection.execute(insert(counters), {"name": "c", "value": 0})
    with store.write() as connection:  # a connection that has been used for reading may come back as a writing one
        connection.execute(insert(counters), {"name": "c", "value": 0})


def test_a_page_sees_one_moment_whatever_is_written_meanwhile(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(counters), {"name": "c", "value": 1})
    with store.read() as page:
        first = page.execute(select(counters.c.value)).scalar()
        with store.write() as connection:
            count_up(connection)
        assert (first, page.execute(select(counters.c.value)).scalar()) == (1, 1)
    with store.read() as page:
        assert page.execute(select(counters.c.value)).scalar() == 2


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_a_command_is_read_committed_also_on_a_connection_that_served_a_page(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(counters), {"name": "c", "value": 1})
    with store.read() as page:
        page.execute(select(counters)).all()
    with store.write() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"
        assert connection.execute(text("SHOW transaction_read_only")).scalar() == "off"


def test_a_database_of_another_make_is_refused() -> None:
    with pytest.raises(Invalid, match="mysql"):
        Store("mysql://localhost/x")
