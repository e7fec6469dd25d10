"""The databases that every other test stands on: empty, of both kinds, apart from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy

if TYPE_CHECKING:
    from tests.conftest import Databases


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(sqlalchemy.text(statement)) for statement in statements]
            return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []
    finally:
        engine.dispose()


def test_a_database_is_empty_and_takes_a_table(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    tables = sqlalchemy.inspect(engine).get_table_names()
    engine.dispose()

    assert tables == []

    assert run(database_url, "CREATE TABLE a (b integer)", "INSERT INTO a VALUES (1)", "SELECT b FROM a") == [(1,)]


def test_both_kinds_are_tested(request: pytest.FixtureRequest, database_url: str) -> None:
    prefix = {"sqlite": "sqlite:///", "postgresql": "postgresql+psycopg://"}[request.node.callspec.params["database_url"]]

    assert database_url.startswith(prefix)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_copy_holds_what_the_original_holds_and_changes_apart_from_it(databases: Databases, kind: str) -> None:
    original = databases.empty(kind)
    run(original, "CREATE TABLE a (b integer)", "INSERT INTO a VALUES (1)")

    copy = databases.copy(original)
    run(copy, "INSERT INTO a VALUES (2)")

    assert run(copy, "SELECT b FROM a ORDER BY b") == [(1,), (2,)]
    assert run(original, "SELECT b FROM a") == [(1,)]
