"""Migrated databases of both kinds, copied from one that is migrated once a run, and rows to put into them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.clock import SHANGHAI
from service.store import Store, cases, new_id
from service.store.history import GENESIS
from service.store.migrating import migrate

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def template_of(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Gives the URL of a migrated database that nobody has open, for copying. It goes with its server at the end of the run."""
    made: dict[str, str] = {}
    name = f"template_store_{os.getpid()}"

    def template(kind: str) -> str:
        if kind not in made:
            if kind == "sqlite":
                made[kind] = f"sqlite:///{tmp_path_factory.mktemp('template') / 'migrated.db'}"
            else:
                server = request.getfixturevalue("postgres_server")
                server.create(name)
                made[kind] = server.url(name)
            store = Store(made[kind])
            migrate(store)
            store.close()
        return made[kind]

    return template


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, databases: Any, template_of: Callable[[str], str]) -> str:
    """URL of a migrated database without rows, of each kind in turn."""
    copied: str = databases.copy(template_of(request.param))
    return copied


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    made = Store(migrated_url)
    yield made
    made.close()


@pytest.fixture
def blob_folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


class Rows:
    """Writes rows that are complete enough for the tables; what a test does not name is filled in."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def case(self, **given: Any) -> str:
        case_id = given.get("id") or new_id()
        values = {
            "id": case_id, "business_key": "PJ-2026-0001", "process": "p", "version": 1, "digest": "d", "regulation": "pj-2020",
            "parent": None, "parent_token": None, "root": case_id, "status": "running", "outcome": None, "title": "案件",
            "unit": "jiaoyu", "started_by": "starter", "started_at": NOON, "ended_at": None, "actors": "{}", "facts": "{}",
            "flags": "[]", "state": b"", "variables": b"", "revision": 0, "history_seq": 0, "history_head": GENESIS, **given,
        }  # fmt: skip
        with self.store.write() as connection:
            cases.insert_case(connection, cases.CaseRow(**values))
        return str(case_id)

    def tasks(self, case_id: str, *given: dict[str, Any]) -> list[str]:
        """Insert tasks; `due_at`, `queue` … as given, `more` are further queues, `bars` barred accounts."""
        rows, queues, bars = [], [], []
        for values in given:
            values = dict(values)
            task_id = values.setdefault("id", new_id())
            queues += [{"task_id": task_id, "queue": queue} for queue in values.pop("more", ())]
            bars += [{"task_id": task_id, "account": account, "rule": "R-SYS-01"} for account in values.pop("bars", ())]
            due_at = values.get("due_at")
            rows.append(
                {
                    "case_id": case_id, "token": new_id(), "element": "check", "name": "审查", "process": "p", "unit": "jiaoyu",
                    "status": "open", "queue": "clerk", "form": None, "due_at": None, "due": None, "opened_at": NOON,
                    "claimed_by": None, "closed_by": None, "closed_at": None, **values,
                    "due_sort": cases.FAR_FUTURE if due_at is None else int(due_at.timestamp() * 1000),
                }
            )  # fmt: skip
        with self.store.write() as connection:
            cases.insert_tasks(connection, rows)
            cases.insert_task_queues(connection, queues)
            cases.insert_task_bars(connection, bars)
        return [row["id"] for row in rows]

    def jobs(self, *given: dict[str, Any]) -> list[str]:
        rows = [
            {
                "id": new_id(), "case_id": None, "root": values.get("case_id"), "kind": "service", "token": "t", "child": None,
                "element": "call", "type": "call", "state": "todo", "legal": False, "due_at": NOON, "retries": 3,
                "payload": None, "created_at": NOON, **values,
            }
            for values in given
        ]  # fmt: skip
        with self.store.write() as connection:
            cases.insert_jobs(connection, rows)
        return [row["id"] for row in rows]

    def subscription(self, case_id: str, **given: Any) -> str:
        row = {
            "id": new_id(), "case_id": case_id, "process": "p", "kind": "message", "token": new_id(), "child": None,
            "element": "hears", "name": "paid", "correlation": "PJ-1", "created_at": NOON, **given,
        }  # fmt: skip
        with self.store.write() as connection:
            cases.insert_subscriptions(connection, [row])
        return str(row["id"])


@pytest.fixture
def rows(store: Store) -> Rows:
    return Rows(store)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def minutes() -> Callable[[float], timedelta]:
    return lambda count: timedelta(minutes=count)
