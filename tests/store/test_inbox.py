"""The inbox and the list of what one has done: every task once, in order, however the pages are cut."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from service.engine.searching import case_terms, split_terms
from service.errors import Invalid
from service.store import Store, cases, reads, terms
from service.store.cases import FAR_FUTURE
from service.store.reads import TaskFilter
from service.store.tables import task_queues

ME = "li"
MINE = frozenset({"clerk", "clerk@jiaoyu", "lead@jiaoyu", "@li"})


def page(store: Store, after: str | None, *, sort: str = "due", limit: int = 37, **where: Any) -> reads.Page:
    with store.read() as connection:
        return reads.list_todo(
            connection, account=ME, queues=MINE, where=TaskFilter(**where), sort=sort, after=after, limit=limit
        )  # fmt: skip


def walk(store: Store, **given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    for _ in range(1000):
        one = page(store, after, **given)
        found += one.rows
        after = one.after
        if after is None:
            return found
    raise AssertionError("the pages never end")


@pytest.fixture
def crowd(store: Store, rows: Any, noon: datetime) -> dict[str, dict[str, Any]]:
    """500 tasks that I may take among others that I may not, by id."""
    choice = random.Random(7)
    case = rows.case()
    dues: list[datetime | None] = [None, None, *(noon + timedelta(days=number // 9) for number in range(60))]  # many of one day
    mine: dict[str, dict[str, Any]] = {}

    def insert_some(some: Iterable[dict[str, Any]], *, counted: bool) -> None:
        listed = list(some)
        made = dict(zip(rows.tasks(case, *listed), listed, strict=True))
        if counted:
            mine.update(made)

    def given(**values: Any) -> dict[str, Any]:
        return {"due_at": choice.choice(dues), **values}

    queues = sorted(MINE)
    insert_some((given(queue=choice.choice(queues)) for _ in range(200)), counted=True)
    insert_some((given(queue="expert", more=choice.sample(queues, choice.randint(1, 4))) for _ in range(200)), counted=True)
    insert_some((given(queue="clerk", more=["@li", "expert"]) for _ in range(50)), counted=True)
    insert_some((given(queue="lead@jiaoyu", status="claimed", claimed_by=ME) for _ in range(50)), counted=True)
    insert_some((given(queue="clerk", status="claimed", claimed_by="wang") for _ in range(40)), counted=False)
    insert_some((given(queue="clerk", bars=[ME, "wang"]) for _ in range(40)), counted=False)
    insert_some((given(queue="expert", more=["clerk"], bars=[ME]) for _ in range(40)), counted=False)
    insert_some((given(queue="clerk@shuili", more=["lead@shuili"]) for _ in range(40)), counted=False)
    insert_some((given(queue="clerk", status=status) for status in ("done", "cancelled") * 20), counted=False)
    return mine


def due_order(mine: dict[str, dict[str, Any]]) -> list[str]:
    return sorted(mine, key=lambda task: (mine[task]["due_at"].timestamp() if mine[task]["due_at"] else float(FAR_FUTURE), task))


@pytest.mark.parametrize("limit", [31, 200])
def test_every_task_comes_once_and_in_order_whatever_the_sort(store: Store, crowd: dict[str, dict[str, Any]], limit: int) -> None:
    assert [row["id"] for row in walk(store, sort="due", limit=limit)] == due_order(crowd)
    assert [row["id"] for row in walk(store, sort="received", limit=limit)] == sorted(crowd)
    assert [row["id"] for row in walk(store, sort="-received", limit=limit)] == sorted(crowd, reverse=True)


def test_the_badge_counts_what_the_pages_show(store: Store, crowd: dict[str, dict[str, Any]]) -> None:
    with store.read() as connection:
        assert reads.count_todo(connection, account=ME, queues=MINE) == len(crowd)
        assert reads.count_todo(connection, account="zhang", queues=frozenset({"nobody"})) == 0


def test_tasks_in_several_of_my_queues_do_not_end_the_list_early(store: Store, rows: Any) -> None:
    made = rows.tasks(rows.case(), *({"queue": "expert", "more": sorted(MINE)} for _ in range(12)))
    assert len(page(store, None, limit=5).rows) == 5
    assert [row["id"] for row in walk(store, sort="received", limit=5)] == made


def test_a_page_is_no_longer_than_two_hundred_and_no_shorter_than_one(store: Store, rows: Any) -> None:
    rows.tasks(rows.case(), *({} for _ in range(202)))
    assert len(page(store, None, limit=10_000).rows) == 200
    assert len(page(store, None, limit=-5).rows) == 1


def test_a_row_shows_its_case_its_unit_and_who_holds_it(store: Store, rows: Any, noon: datetime) -> None:
    case = rows.case(title="教育云平台", facts='{"amount":"50.00"}')
    rows.tasks(case, {"due_at": noon, "status": "claimed", "claimed_by": ME, "queue": "clerk"})
    (row,) = page(store, None).rows
    assert (row["title"], row["business_key"], row["facts"]) == ("教育云平台", "PJ-2026-0001", {"amount": "50.00"})
    assert (row["case_status"], row["root"], row["due_at"], row["claimed_by"]) == ("running", case, noon, ME)


def test_the_inbox_is_narrowed_by_process_and_unit(store: Store, rows: Any) -> None:
    one, two, three = rows.tasks(
        rows.case(), {"process": "p2"}, {"process": "p2", "unit": "shuili"}, {"process": "p3", "unit": "shuili"}
    )  # fmt: skip
    assert [row["id"] for row in walk(store, sort="received", process="p2")] == [one, two]
    assert [row["id"] for row in walk(store, sort="received", unit="shuili")] == [two, three]
    assert [row["id"] for row in walk(store, sort="received", process="p3", unit="jiaoyu")] == []


def index(store: Store, case: str, text: str) -> None:
    with store.write() as connection:
        terms.replace(connection, case, values=[], terms=case_terms(text, "PJ-2026-0001", {}))


def search(store: Store, words: str) -> list[str]:
    return [row["case_id"] for row in walk(store, sort="received", terms=tuple(split_terms(words)))]


def test_two_chinese_characters_find_a_case_and_the_tasks_of_its_children(store: Store, rows: Any) -> None:
    cloud, water = rows.case(), rows.case()
    review = rows.case(parent=cloud, root=cloud)
    for case in (cloud, water, review):
        rows.tasks(case, {})
    index(store, cloud, "教育云平台建设项目 Cloud")
    index(store, water, "水利监测平台")
    assert search(store, "教育") == [cloud, review]
    assert search(store, "平台") == [cloud, water, review]
    assert search(store, "云平台建设") == [cloud, review]
    assert search(store, "cloud 项目") == [cloud, review]
    assert search(store, "教育 水利") == []
    assert search(store, "育教") == []

    index(store, cloud, "卫生云")  # indexing again replaces
    assert search(store, "教育") == []
    assert search(store, "卫生") == [cloud, review]


def test_the_badge_stops_at_a_thousand(store: Store, rows: Any) -> None:
    made = rows.tasks(rows.case(), *({} for _ in range(1005)))
    with store.write() as connection:
        connection.execute(insert(task_queues), [{"task_id": task, "queue": "@li"} for task in made[:300]])
    with store.read() as connection:
        assert reads.count_todo(connection, account=ME, queues=MINE) == 1000


def test_a_cursor_that_is_not_ours_is_refused(store: Store) -> None:
    for cursor in ("x", "-", "1e9-a", "--5-a", "²-a", "٣-a", "9" * 40 + "-a"):
        with pytest.raises(Invalid, match="游标"):
            page(store, cursor)
        with pytest.raises(Invalid, match="游标"), store.read() as connection:
            reads.list_done(connection, account=ME, where=TaskFilter(), after=cursor, limit=5)


def test_a_cursor_from_the_end_of_time_finds_nothing_left_or_everything(store: Store, rows: Any, noon: datetime) -> None:
    (task,) = rows.tasks(rows.case(), {"status": "done", "closed_by": ME, "closed_at": noon})
    with store.read() as connection:
        done = reads.list_done(connection, account=ME, where=TaskFilter(), after="9999999999999999-a", limit=5)
    assert [row["id"] for row in done.rows] == [task]


def test_an_unknown_sort_is_refused(store: Store) -> None:
    with pytest.raises(Invalid, match="title"):
        page(store, None, sort="title")


@pytest.mark.parametrize("limit", [3, 50])
def test_what_i_did_comes_newest_first_and_once(store: Store, rows: Any, noon: datetime, limit: int) -> None:
    case = rows.case()
    closed = [noon + timedelta(milliseconds=number // 4 * 333) for number in range(60)]  # four each moment, odd milliseconds
    made = rows.tasks(case, *({"status": "done", "closed_by": ME, "closed_at": at} for at in closed))
    rows.tasks(case, {"status": "done", "closed_by": "wang", "closed_at": noon}, {"status": "cancelled", "closed_at": noon}, {})
    found: list[str] = []
    after = None
    while True:
        with store.read() as connection:
            done = reads.list_done(connection, account=ME, where=TaskFilter(), after=after, limit=limit)
        found += [row["id"] for row in done.rows]
        after = done.after
        if after is None:
            break
    assert found == [task for _, task in sorted(zip(closed, made, strict=True), reverse=True)]


def test_a_closed_task_leaves_the_inbox(store: Store, rows: Any, noon: datetime) -> None:
    first, second, third = rows.tasks(rows.case(), {}, {}, {})
    with store.write() as connection:
        cases.close_task(connection, first, status="done", by=ME, at=noon)
        cases.cancel_tasks(connection, [second], at=noon)
        cases.hold_task(connection, third, by="wang")
    assert walk(store) == []
    with store.write() as connection:
        cases.hold_task(connection, third, by=None)
    assert [row["id"] for row in walk(store)] == [third]
