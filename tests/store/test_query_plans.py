"""What is asked all day long finds its rows by an index, also on SQLite, which uses one with a condition only when it sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from service.store import Store, cases, due_notices, jobs, outdated, reads
from service.store.due_notices import DueNotice
from service.store.migrating import migrate

COUNT, OPEN_EVERY = 10_000, 20
NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
TASK = {
    "token": "t", "element": "e", "name": "n", "process": "p", "unit": "u", "queue": "clerk", "form": None, "due_at": None,
    "due": None, "due_sort": cases.FAR_FUTURE, "opened_at": NOON, "claimed_by": None, "closed_by": None, "closed_at": None,
    "trigger": "2026-11-01", "calendar": "v1",
}  # fmt: skip
JOB = {
    "kind": "timer", "token": "t", "child": None, "element": "e", "type": None, "legal": True, "retries": 3, "payload": None,
    "created_at": NOON, "trigger": "2026-11-01", "calendar": "v1",
}  # fmt: skip
CASE = {
    "business_key": "PJ-1", "process": "p", "version": 1, "digest": "d", "regulation": "r", "parent": None, "parent_token": None,
    "status": "running", "outcome": None, "title": "t", "unit": "u", "started_by": "a", "started_at": NOON, "ended_at": None,
    "actors": "{}", "facts": "{}", "flags": "[]", "state": b"", "variables": b"", "revision": 0, "history_seq": 0,
    "history_head": b"",
}  # fmt: skip


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A SQLite file with ten thousand tasks and jobs, of which one in twenty waits."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'crowded.db'}")
    migrate(store)
    numbers = range(COUNT)
    with store.write() as connection:
        connection.execute(cases._INSERT_CASES, [{**CASE, "id": f"c{i}", "root": f"c{i}", "parties": "[]"} for i in numbers])
        tasks = [{**TASK, "id": f"t{i}", "case_id": f"c{i}", **_state(i, "status", "open")} for i in numbers]
        cases.insert_tasks(connection, tasks)
        cases.insert_jobs(
            connection,
            [
                {**JOB, "id": f"j{i}", "case_id": f"c{i}", "root": f"c{i}", "due_at": NOON, **_state(i, "state", "todo")}
                for i in numbers
            ],
        )
    yield store
    store.close()


def _state(number: int, column: str, waits: str) -> dict[str, Any]:
    is_open = number % OPEN_EVERY == 0
    later = NOON + timedelta(days=number % 300)
    state, notice = (waits, later) if is_open else ("done", None)
    return {column: state, "deadline": "D" if number % 3 else None, "notice_at": notice}


NOTICE = DueNotice(
    table="task", id="t20", case_id="c20", element="e", name="n", queue="clerk", claimed_by=None, token=None, deadline="D",
    trigger="2026-11-01", notice_at=NOON,
)  # fmt: skip
Ask = Callable[[Connection], object]


@pytest.mark.parametrize(
    ("ask", "indexes"),
    [
        (lambda c: due_notices.list_due(c, now=NOON, limit=10), {"ix_tasks_notice", "ix_jobs_notice"}),
        (lambda c: due_notices.next_due(c, after=NOON), {"ix_tasks_notice", "ix_jobs_notice"}),
        (lambda c: due_notices.is_on_task(c, NOTICE), {"uq_tasks_open"}),
        (lambda c: outdated.list_cases(c, "v2", limit=10), {"ix_tasks_calendar", "ix_jobs_calendar"}),
        (lambda c: outdated.list_cases(c, "v1", limit=10), {"ix_tasks_calendar", "ix_jobs_calendar"}),
        (lambda c: outdated.list_dated(c, "c20", "v2"), {"uq_tasks_open", "ix_jobs_case"}),
        (lambda c: jobs.list_due(c, now=NOON, machine=NOON, limit=10), {"ix_jobs_due", "uq_jobs_doing"}),
        (lambda c: jobs.list_waiting(c, "start"), {"ix_jobs_due"}),
        (lambda c: jobs.is_busy(c, "c20", now=NOON, machine=NOON), {"ix_jobs_root"}),
        (lambda c: jobs.next_legal_due(c, after=NOON), {"ix_jobs_due"}),
        (jobs.next_due, {"ix_jobs_due"}),
        (lambda c: jobs.free_expired(c, now=NOON), {"uq_jobs_doing"}),
        (lambda c: cases.waiting(c, "c20"), {"uq_tasks_open", "ix_jobs_case"}),
        (lambda c: reads.list_case_tasks(c, ["c20", "c21"]), {"uq_tasks_open", "ix_tasks_ended"}),
    ],
)
def test_what_waits_is_found_by_an_index(crowded: Store, ask: Ask, indexes: set[str]) -> None:
    plan = plan_of(crowded, ask)
    assert {index for index in indexes if any(index in line for line in plan)} == indexes
    for line in plan:  # nothing goes through all tasks or jobs that there ever were
        assert not line.startswith(("SCAN tasks", "SCAN jobs")) or "ix_jobs_due" in line or "uq_jobs_doing" in line, line


def plan_of(store: Store, ask: Ask) -> list[str]:
    """How SQLite goes about the statements of a question."""
    asked: list[tuple[str, Any]] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        asked.append((statement, parameters))

    with store.write() as connection:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            ask(connection)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        found = [
            row[3]
            for statement, parameters in asked
            if not statement.upper().startswith(("BEGIN", "PRAGMA", "SET"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert found
    return found
