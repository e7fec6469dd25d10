"""Bring a database to the version of this code, with Alembic; two processes that start at once do it one after the other."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from service.store.session import Store

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x43484E47  # any fixed number; names the advisory lock on PostgreSQL


def migrate(store: Store) -> None:
    """Upgrade to the newest version; does nothing when it is there."""
    if is_current(store):
        return
    with store.write() as connection:
        if not store.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(config(connection), "head")


def is_current(store: Store) -> bool:
    """Tell whether the database is at the newest version."""
    head = ScriptDirectory(str(_FOLDER)).get_current_head()
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def config(connection: Connection | None) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_FOLDER))
    configuration.attributes["connection"] = connection
    return configuration
