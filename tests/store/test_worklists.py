"""What the tabs of the workspace list: narrowed as asked, each row once however the pages are cut, found by an index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert
from sqlalchemy.engine import Engine

from service.store import Store, cases, new_id, reads, watched, worklists
from service.store.migrating import migrate
from service.store.narrowing import TaskFilter
from service.store.reads import Page, Scope
from service.store.tables import case_terms, case_values, case_watches

ME, QUEUES = "li", frozenset({"clerk", "@li"})
ALL = TaskFilter()
NONE = Scope(account=ME, everything=False, regulations=frozenset(), units=frozenset(), queues=QUEUES)


def ids(page: Page) -> list[str]:
    return [row["id"] for row in page.rows]


def todo(connection: Connection, where: TaskFilter) -> list[str]:
    return ids(reads.list_todo(connection, account=ME, queues=QUEUES, where=where, sort="received", after=None, limit=200))


def valued(store: Store, case: str, number: float, name: str = "total_investment") -> None:
    with store.write() as connection:
        row = {"case_id": case, "name": name, "text": None, "number": number, "day": None}
        connection.execute(insert(case_values), [row])


def test_tasks_are_narrowed_by_the_amount_that_their_row_shows(store: Store, rows: Any) -> None:
    root = rows.case(facts='{"total_investment":"100.00"}')
    child = rows.case(parent=root, root=root, facts="{}")
    own = rows.case(parent=root, root=root, facts='{"amount":"7.00"}')
    year = rows.case(facts='{"year":"100"}')
    valued(store, root, 100.0)
    valued(store, own, 7.0, "amount")
    valued(store, year, 100.0, "year")
    made = {case: rows.tasks(case, {})[0] for case in (root, child, own, year)}
    names = ("total_investment", "amount")
    with store.read() as connection:
        assert todo(connection, TaskFilter(amount=(100.0, None), amounts=names)) == [made[root], made[child]]
        assert todo(connection, TaskFilter(amount=(None, 99.99), amounts=names)) == [made[own]]
        assert todo(connection, TaskFilter(amount=(7.0, 7.0), amounts=names)) == [made[own]]


def test_tasks_are_narrowed_by_due_date_and_step(store: Store, rows: Any, noon: datetime) -> None:
    case = rows.case()
    late, soon, never = rows.tasks(
        case, {"due_at": noon - timedelta(hours=1)}, {"due_at": noon + timedelta(hours=1), "element": "sign"}, {}
    )
    now = int(noon.timestamp() * 1000)
    with store.read() as connection:
        assert todo(connection, TaskFilter(due=(None, now))) == [late]
        assert todo(connection, TaskFilter(due=(now + 1, cases.FAR_FUTURE - 1))) == [soon]
        assert todo(connection, TaskFilter(due=(cases.FAR_FUTURE, None))) == [never]
        assert todo(connection, TaskFilter(step="sign")) == [soon]


def test_started_cases_are_narrowed_by_a_task_that_is_open_in_them(store: Store, rows: Any, noon: datetime) -> None:
    late, early, done = (rows.case(started_by=ME) for _ in range(3))
    called = rows.case(started_by=ME, parent=late, root=late)
    rows.tasks(late, {"due_at": noon, "element": "sign"})
    rows.tasks(early, {"due_at": noon + timedelta(days=9)})
    rows.tasks(done, {"due_at": noon, "element": "sign", "status": "done", "closed_by": ME, "closed_at": noon})
    now = int(noon.timestamp() * 1000)

    def started(where: TaskFilter, after: str | None = None, limit: int = 9) -> Page:
        return worklists.list_started(connection, ME, where=where, after=after, limit=limit)

    with store.read() as connection:
        assert ids(started(ALL)) == [done, early, late]
        assert ids(started(TaskFilter(step="sign"))) == [late]
        assert ids(started(TaskFilter(due=(None, now)))) == [late]
        assert worklists.count_started(connection, ME) == 3
        first = started(ALL, limit=2)
        assert (ids(first), ids(started(ALL, first.after, 2))) == ([done, early], [late])
        assert called not in ids(started(ALL))


def test_watched_cases_come_latest_first_each_once_and_only_while_they_can_be_read(
    store: Store, rows: Any, noon: datetime
) -> None:
    own = [rows.case(started_by=ME) for _ in range(5)]
    other = rows.case(started_by="wang")
    at = {case: noon + timedelta(minutes=(0, 3, 1, 1, 2)[index]) for index, case in enumerate(own)}
    with store.write() as connection:
        row = {"account": ME, "kind": "followed", "by": ME}
        connection.execute(insert(case_watches), [{**row, "case_id": case, "at": when} for case, when in at.items()])
        connection.execute(insert(case_watches), [{**row, "case_id": other, "at": noon}])
    order = sorted(own, key=lambda case: (at[case], case), reverse=True)
    with store.read() as connection:
        found, after = [], None
        while True:
            page = watched.list_watched(connection, NONE, kind="followed", where=ALL, after=after, limit=2)
            found += ids(page)
            after = page.after
            if after is None:
                break
        assert found == order
        assert watched.count_watched(connection, NONE, "followed") == len(order)
        assert watched.count_watched(connection, NONE, "copied") == 0


def test_new_tasks_are_those_opened_since_that_i_may_take(store: Store, rows: Any) -> None:
    case = rows.case()
    rows.tasks(case, {})
    since = new_id()
    rows.tasks(
        case, {}, {"queue": "expert", "more": ["clerk"]}, {"queue": "expert"}, {"bars": [ME]},
        {"status": "claimed", "claimed_by": "wang"}, {"status": "done", "closed_by": "wang"},
    )  # fmt: skip
    with store.read() as connection:
        assert worklists.count_new(connection, account=ME, queues=QUEUES, since=since) == 2
        assert worklists.count_new(connection, account=ME, queues=QUEUES, since=new_id()) == 0


# -- plans -----------------------------------------------------------------------------------------------------------------

COUNT = 5_000
NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
CASE = {
    "business_key": "PJ-1", "process": "p", "version": 1, "digest": "d", "regulation": "r", "parent": None, "parent_token": None,
    "status": "running", "outcome": None, "title": "t", "unit": "u", "started_at": NOON, "ended_at": None, "actors": "{}",
    "facts": "{}", "flags": "[]", "state": b"", "variables": b"", "revision": 0, "history_seq": 0, "history_head": b"",
    "parties": "[]",
}  # fmt: skip
TASK = {
    "token": "t", "element": "e", "name": "n", "process": "p", "unit": "u", "queue": "clerk", "form": None, "due_at": None,
    "due": None, "due_sort": cases.FAR_FUTURE, "opened_at": NOON, "claimed_by": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A SQLite file with thousands of cases of many people, of which I started and follow a few."""
    made = Store(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'lists.db'}")
    migrate(made)
    numbers = range(COUNT)
    with made.write() as connection:
        some = [{**CASE, "id": f"c{i:05}", "root": f"c{i:05}", "started_by": f"a{i % 500}"} for i in numbers]
        connection.execute(cases._INSERT_CASES, some)
        done = {"status": "done", "closed_by": "a1", "closed_at": NOON}
        waits = {"status": "open", "closed_by": None, "closed_at": None}
        cases.insert_tasks(
            connection, [{**TASK, "id": f"t{i:05}", "case_id": f"c{i:05}", **(waits if i % 2 else done)} for i in numbers]
        )
        connection.execute(insert(case_terms), [{"term": "采购", "case_id": f"c{i:05}"} for i in range(0, COUNT, 50)])
        connection.execute(
            insert(case_values),
            [{"case_id": f"c{i:05}", "name": "amount", "text": None, "number": float(i), "day": None} for i in numbers],
        )
        watch = {"account": "a1", "kind": "followed", "by": "a1", "at": NOON}
        connection.execute(insert(case_watches), [{**watch, "case_id": f"c{i:05}"} for i in range(20)])
    yield made
    made.close()


SCOPE = Scope(account="a1", everything=False, regulations=frozenset(), units=frozenset(), queues=frozenset({"clerk"}))
AMOUNT = TaskFilter(amount=(10.0, 20.0), amounts=("amount",))
LATE = TaskFilter(due=(None, 1), step="e")


def of(where: TaskFilter) -> Any:
    return lambda c: reads.list_todo(c, account="a1", queues=("clerk",), where=where, sort="due", after=None, limit=50)


@pytest.mark.parametrize(
    ("ask", "indexes"),
    [
        (of(ALL), {"ix_tasks_queue"}),
        (of(LATE), {"ix_tasks_queue"}),
        (of(AMOUNT), {"ix_tasks_queue", "sqlite_autoindex_case_values_1"}),
        (lambda c: worklists.list_started(c, "a1", where=ALL, after=None, limit=50), {"ix_cases_started_by"}),
        (lambda c: worklists.count_started(c, "a1"), {"ix_cases_started_by"}),
        (lambda c: worklists.count_done(c, "a1"), {"ix_tasks_closed"}),
        (
            lambda c: worklists.count_new(c, account="a1", queues=("clerk",), since="t04990"),
            {"sqlite_autoindex_tasks_1"},
        ),
        (
            lambda c: watched.list_watched(c, SCOPE, kind="followed", where=ALL, after=None, limit=50),
            {"sqlite_autoindex_case_watches_1"},
        ),
        (lambda c: watched.count_watched(c, SCOPE, "copied"), {"sqlite_autoindex_case_watches_1"}),
    ],
)
def test_every_list_is_found_by_an_index(crowded: Store, ask: Any, indexes: set[str]) -> None:
    plan = plan_of(crowded, ask)
    assert {index for index in indexes if any(index in line for line in plan)} == indexes, plan
    assert not [line for line in plan if line in ("SCAN tasks", "SCAN cases", "SCAN case_values", "SCAN case_watches")], plan


def plan_of(store: Store, ask: Any) -> list[str]:
    asked: list[tuple[str, Any]] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        asked.append((statement, parameters))

    with store.write() as connection:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            ask(connection)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return [
            row[3]
            for statement, parameters in asked
            if not statement.upper().startswith(("BEGIN", "PRAGMA", "SET"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
