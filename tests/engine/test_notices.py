"""Reminders before a deadline, on its day, and when it is over: lines of history at the right time, until the task is done."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from city import City
from drawing import chain, end, start, user_task

from service.clock import SHANGHAI

CLERK = "pj_unit_clerk.jiaoyu"


@pytest.fixture
def case(city: City) -> str:
    """Filed on Thursday 20 August 2026: five working days end on the 27th."""
    schedule = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'
    task = user_task("work").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + schedule)
    city.deploy({"waiting": start() + task + user_task("after") + end() + chain("begin", "work", "after", "finished")})
    return city.engine.start_case("waiting", {}, by=CLERK).id


def notices(city: City, case: str) -> list[tuple[str, str]]:
    return [
        (link.kind.removeprefix("deadline."), link.at.strftime("%m-%d %H:%M"))
        for link in city.history(case)
        if link.kind.startswith("deadline.")
    ]


def test_a_deadline_gives_notice_before_it_on_its_day_and_when_it_is_over(city: City, case: str) -> None:
    for _ in range(10 * 24):
        city.clock.advance(timedelta(hours=1))
        city.worker.drain()
    assert notices(city, case) == [
        ("reminded", "08-24 09:00"),
        ("reminded", "08-26 09:00"),
        ("due", "08-27 09:00"),
        ("overdue", "08-28 00:00"),
    ]
    (last,) = [link for link in city.history(case) if link.kind == "deadline.overdue"]
    assert last.payload["escalated_to"] == ["pj_center_lead"]
    assert last.payload["queue"] == "pj_unit_clerk@jiaoyu"


def test_notices_missed_while_nothing_ran_are_given_once_each_in_order(city: City, case: str) -> None:
    city.clock.advance(timedelta(days=30))
    city.worker.drain()
    city.worker.drain()
    assert [kind for kind, _ in notices(city, case)] == ["reminded", "reminded", "due", "overdue"]


def test_a_task_that_is_done_gives_no_more_notice(city: City, case: str) -> None:
    city.clock.advance(timedelta(days=5))
    city.worker.drain()
    (task,) = city.tasks(case)
    city.engine.complete_task(task.id, {}, by=CLERK)
    city.clock.advance(timedelta(days=30))
    city.worker.drain()
    assert [kind for kind, _ in notices(city, case)] == ["reminded"]


def test_the_history_stays_whole(city: City, case: str) -> None:
    from service.store.history import first_broken_link

    city.clock.set(datetime(2026, 9, 1, tzinfo=SHANGHAI))
    city.worker.drain()
    with city.store.read() as connection:
        assert first_broken_link(connection, case, city.case(case).history_head) is None
