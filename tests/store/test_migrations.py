"""Migrations make the tables that the code expects, from nothing, and only once however many start them."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import suppress
from typing import Any

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from service.store import Store
from service.store.migrating import is_current, migrate
from service.store.tables import metadata

#: Migrates each database whose URL comes in, in step with another process that does the same.
MIGRATING = """
import sys
from service.store import Store
from service.store.migrating import migrate
print("ready", flush=True)
for line in sys.stdin:
    store = Store(line.strip())
    migrate(store)
    store.close()
    print("done", flush=True)
"""


def test_an_empty_database_becomes_the_tables_of_the_code(database_url: str) -> None:
    store = Store(database_url)
    assert not is_current(store)

    migrate(store)

    assert is_current(store)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, metadata) == []
        assert len(sqlalchemy.inspect(connection).get_table_names()) == len(metadata.tables) + 1
    store.close()


def test_indexes_hold_for_the_same_rows_as_in_the_code(store: Store) -> None:
    """Alembic does not compare the WHERE of an index, and three promises rest on one."""
    key = f"{store.engine.dialect.name}_where"
    with store.engine.connect() as connection:
        found = {
            index["name"]: where_of(index.get("dialect_options", {}).get(key))
            for table in metadata.tables
            for index in sqlalchemy.inspect(connection).get_indexes(table)
            if "duplicates_constraint" not in index
        }
    assert found == {
        index.name: where_of(index.dialect_kwargs.get(key)) for table in metadata.tables.values() for index in table.indexes
    }
    assert found["uq_jobs_doing"] == {"doing"}


def where_of(clause: object) -> set[str]:
    """The words in quotes of a condition, or its column where it has none; PostgreSQL writes conditions in its own way."""
    text = "" if clause is None else str(clause)
    return set(re.findall(r"'(\w+)'", text)) or set(re.findall(r"(\w+) IS NOT NULL", text))


def test_migrating_again_changes_nothing(store: Store) -> None:
    with store.write() as connection:
        connection.execute(sqlalchemy.text("INSERT INTO counters (name, value) VALUES ('PJ-2026', 7)"))

    migrate(store)

    with store.read() as connection:
        assert connection.execute(sqlalchemy.text("SELECT value FROM counters")).scalar() == 7


def test_a_migration_that_breaks_off_leaves_nothing(database_url: str) -> None:
    store = Store(database_url)
    sqlalchemy.event.listen(store.engine, "before_cursor_execute", _break_off_at_the_triggers)
    try:
        migrate(store)
    except InterruptedError:
        pass
    else:
        raise AssertionError("the migration should have been interrupted")
    finally:
        sqlalchemy.event.remove(store.engine, "before_cursor_execute", _break_off_at_the_triggers)

    with store.engine.connect() as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == []
    migrate(store)
    assert is_current(store)
    store.close()


def _break_off_at_the_triggers(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    if "TRIGGER" in statement:
        raise InterruptedError


def test_two_processes_that_migrate_at_once_both_succeed(databases: Any, database_url: str) -> None:
    kind = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    urls = [database_url, *(databases.empty(kind) for _ in range(4))]
    both = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]  # fmt: skip
    answers: list[tuple[str, str]] = []
    try:
        for process in both:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for url in urls:
            for process in both:
                assert process.stdin is not None
                with suppress(BrokenPipeError):  # it failed before, as stderr tells below
                    process.stdin.write(f"{url}\n")
                    process.stdin.flush()
            for process in both:
                assert process.stdout is not None
                process.stdout.readline()  # "done"
    finally:
        for process in both:
            answers.append(process.communicate(timeout=60))
    assert [(process.returncode, errors) for process, (_, errors) in zip(both, answers, strict=True)] == [(0, ""), (0, "")]
    for url in urls:
        store = Store(url)
        assert is_current(store)
        store.close()
