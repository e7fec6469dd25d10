"""How a transaction begins on SQLite and on PostgreSQL. A command is one `Store.write()`; pages read by `Store.read()`."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool

from service.errors import Invalid
from service.store.hashing import SHA256

_ALGORITHM = "chengxu_algorithm"


class Store:
    """A database. `url` is an SQLAlchemy URL: `sqlite:///file` or `postgresql+psycopg://…`.

    On SQLite every write opens with BEGIN IMMEDIATE: one writer, nobody fails half-way with "locked". On PostgreSQL writes are
    READ COMMITTED, and statements lock rows. Reads on both see one moment, from its first statement on, and cannot write.
    `algorithm` is what new links of history are hashed with, one of `hashing.ALGORITHMS`.
    """

    def __init__(self, url: str, *, pool_size: int = 10, algorithm: str = SHA256) -> None:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        if not address.drivername.startswith(("sqlite", "postgresql")):
            raise Invalid(
                f"不支持的数据库：{address.drivername}；请使用 sqlite:///文件 或 postgresql://…",
                message_en=f"Cannot use the database {address.drivername}: give sqlite:///FILE or postgresql://…",
            )
        self.url = address
        self.is_sqlite = address.drivername.startswith("sqlite")
        self._one_writer: Any = threading.Lock() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            if address.database:
                Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            self._writer = _sqlite(address, "BEGIN IMMEDIATE", read_only=False, pool_size=pool_size)
            self._reader = _sqlite(address, "BEGIN", read_only=True, pool_size=pool_size)
        else:
            self._writer = create_engine(address, pool_size=pool_size, max_overflow=10, pool_pre_ping=False)
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        for engine in (self._writer, self._reader):
            engine.update_execution_options(**{_ALGORITHM: algorithm})

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and for counting statements."""
        return self._writer

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: commits at the end, rolls back on any exception."""
        with self._one_writer, self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view for a page; cannot write."""
        with self._reader.connect() as connection:
            yield connection
            # Not the pool's ROLLBACK: the PostgreSQL driver would forget its prepared statements.
            connection.commit()

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def algorithm_of(connection: Connection) -> str:
    """What the database of a connection hashes new links of history with."""
    found: str = connection.get_execution_options().get(_ALGORITHM, SHA256)
    return found


def _sqlite(address: Any, begin: str, *, read_only: bool, pool_size: int) -> Engine:
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=30,
        connect_args={"timeout": 10, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # pysqlite opens no transaction of its own: the listener below does
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 10000")
        if not read_only:
            _use_wal(cursor)
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA secure_delete = ON")  # what is deleted must not be found in the file (R-PJ-40)
        cursor.execute("PRAGMA foreign_keys = ON")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Switch a new file to WAL. SQLite does not wait for another process that does the same, so we do, up to ten seconds."""
    give_up = time.monotonic() + 10
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return
