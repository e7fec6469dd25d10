"""Two people complete the same task at the same moment: one succeeds, the other learns of it at once, and keeps the draft."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from city import PASSWORD, City
from sqlalchemy import func, select

from service import bootstrap
from service.engine.completing import Completed
from service.errors import TaskTaken
from service.store import cases, entries
from service.store.history import first_broken_link
from service.store.tables import drafts, history, tasks

CLERKS = ("pj_unit_clerk.jiaoyu", "second_clerk")
ROUNDS = 1000


@pytest.mark.slow
def test_of_two_writers_exactly_one_completes_a_task(city: City) -> None:
    bootstrap.create_account(
        city.engine, CLERKS[1], roles=["pj_unit_clerk"], unit="jiaoyu", display_name="王二", password=PASSWORD, by="system"
    )
    together = threading.Barrier(2, timeout=60)
    current: list[str] = []

    def write(clerk: str) -> list[Any]:
        outcomes: list[Any] = []
        for number in range(ROUNDS):
            together.wait()
            if clerk == CLERKS[0]:
                started = city.engine.start_case("one_step", {}, by=clerk)
                current[:] = [task_of(city, started.id), started.id]
            together.wait()
            task, case = current
            try:
                outcomes.append((case, city.engine.complete_task(task, {"note": f"{clerk} {number}"}, by=clerk)))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is judged below
                outcomes.append((task, error))
        return outcomes

    with ThreadPoolExecutor(2) as pool:
        first, second = [writing.result() for writing in [pool.submit(write, clerk) for clerk in CLERKS]]

    won = dict.fromkeys(CLERKS, 0)
    with city.store.read() as connection:
        for number, pair in enumerate(zip(first, second, strict=True)):
            kinds = sorted(type(outcome).__name__ for _, outcome in pair)
            assert kinds == ["Completed", "TaskTaken"], (number, [str(outcome) for _, outcome in pair])
            winner, loser = (0, 1) if isinstance(pair[0][1], Completed) else (1, 0)
            won[CLERKS[winner]] += 1
            case, (task, refusal) = pair[winner][0], pair[loser]
            assert isinstance(refusal, TaskTaken)
            assert refusal.facts["by"] == CLERKS[winner]
            kept = entries.find_draft(connection, account=CLERKS[loser], subject=f"task:{task}")
            assert kept is not None
            assert kept[0] == {"note": f"{CLERKS[loser]} {number}"}
            row = cases.find_case(connection, case)
            assert row is not None
            assert row.status == "completed"
            if number % 50 == 0:
                assert first_broken_link(connection, case, row.history_head) is None
        completed = connection.execute(select(func.count()).where(history.c.kind == "task.completed")).scalar()
        by_row = connection.execute(select(tasks.c.closed_by, func.count()).group_by(tasks.c.closed_by)).all()
        kept_drafts = connection.execute(select(func.count()).select_from(drafts)).scalar()
    assert (completed, kept_drafts) == (ROUNDS, ROUNDS)
    assert dict(map(tuple, by_row)) == {name: count for name, count in won.items() if count}


def task_of(city: City, case: str) -> str:
    (waiting,) = city.waiting(case)
    return waiting.id


def test_two_windows_of_one_person_complete_a_task_once(city: City) -> None:
    together = threading.Barrier(2, timeout=60)
    for _ in range(10):
        case = city.engine.start_case("one_step", {}, by=CLERKS[0]).id
        task = task_of(city, case)

        def complete(window: str, task: str = task) -> bool:
            together.wait()
            try:
                city.engine.complete_task(task, {"note": window}, by=CLERKS[0])
            except TaskTaken:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(complete, ["left", "right"]))
        assert sorted(done) == [False, True]
        with city.store.read() as connection:
            kept = entries.find_draft(connection, account=CLERKS[0], subject=f"task:{task}")
        assert kept is not None
        assert kept[0] == {"note": ["left", "right"][done.index(False)]}
        assert city.variables(case)["note"] == ["left", "right"][done.index(True)]


def test_of_many_who_claim_a_task_one_holds_it(city: City) -> None:
    clerks = [CLERKS[0], *(f"clerk_{number}" for number in range(4))]
    for clerk in clerks[1:]:
        bootstrap.create_account(
            city.engine, clerk, roles=["pj_unit_clerk"], unit="jiaoyu", display_name=clerk, password=PASSWORD, by="system"
        )
    together = threading.Barrier(len(clerks), timeout=60)
    for _ in range(5):
        case = city.engine.start_case("one_step", {}, by=CLERKS[0]).id
        task = task_of(city, case)

        def claim(clerk: str, task: str = task) -> bool:
            together.wait()
            try:
                city.engine.claim_task(task, by=clerk)
            except TaskTaken:
                return False
            return True

        with ThreadPoolExecutor(len(clerks)) as pool:
            held = list(pool.map(claim, clerks))
        assert sum(held) == 1
        (waiting,) = city.waiting(case)
        assert waiting.holder == clerks[held.index(True)]
        assert [link.kind for link in city.history(case)].count("task.claimed") == 1
