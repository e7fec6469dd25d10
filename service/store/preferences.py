"""What each person has chosen for themselves, one JSON document a name: notifications, results of deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, select

from service.store.columns import insert_or
from service.store.tables import preferences


def find_preference(connection: Connection, account: str, name: str) -> Any:
    """Find what an account has stored under a name; None when nothing."""
    body = connection.execute(
        select(preferences.c.body).where(preferences.c.account == account, preferences.c.name == name)
    ).scalar()
    return None if body is None else orjson.loads(body)


def list_preferences(connection: Connection, account: str, names: Collection[str]) -> dict[str, Any]:
    """What an account has stored under some names, by name."""
    rows = connection.execute(
        select(preferences.c.name, preferences.c.body).where(
            preferences.c.account == account, preferences.c.name.in_(sorted(names))
        )
    )
    return {row.name: orjson.loads(row.body) for row in rows}


def preferences_of(connection: Connection, accounts: Collection[str], name: str) -> dict[str, Any]:
    """What some accounts have stored under one name, by account."""
    rows = connection.execute(
        select(preferences.c.account, preferences.c.body).where(
            preferences.c.account.in_(sorted(accounts)), preferences.c.name == name
        )
    )
    return {row.account: orjson.loads(row.body) for row in rows}


def list_documents(connection: Connection, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    """What is stored under some (account, name)."""
    names = sorted({name for _, name in wanted})
    rows = connection.execute(select(preferences).where(preferences.c.name.in_(names)).where(
        preferences.c.account.in_(sorted({account for account, _ in wanted}))))  # fmt: skip
    return {(row.account, row.name): orjson.loads(row.body) for row in rows}


def put_preference(connection: Connection, account: str, name: str, body: Any) -> None:
    """Store a document under a name, in place of what was there."""
    data = orjson.dumps(body)
    written = insert_or(connection, preferences).values(account=account, name=name, body=data)
    connection.execute(written.on_conflict_do_update(index_elements=["account", "name"], set_={"body": data}))
