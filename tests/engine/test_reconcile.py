"""Repair means running reconcile again: what was lost comes back, and on a healthy case nothing changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from city import City
from drawing import chain, end, start, user_task
from sqlalchemy import delete, update

from service.store import tables

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"


@pytest.fixture
def case(city: City) -> str:
    timer = (
        '<bpmn:boundaryEvent id="remind" name="remind" attachedToRef="work" cancelActivity="false"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    body = start() + user_task("work") + timer + end() + end("reminded") + chain("begin", "work", "finished")
    city.deploy({"waiting": body + chain("remind", "reminded")})
    return city.engine.start_case("waiting", {}, by=CLERK).id


def repair(city: City, case: str) -> None:
    """Suspend and resume: resuming reconciles."""
    city.engine.suspend_case(case, reason="检查", by=MONITOR)
    city.engine.resume_case(case, reason="检查完毕", by=MONITOR)


def shape(city: City, case: str) -> set[tuple[str, str, str | None]]:
    return {(waiting.table, waiting.kind, waiting.token) for waiting in city.waiting(case)}


def test_on_a_healthy_case_it_changes_nothing(city: City, case: str) -> None:
    before = {waiting.id for waiting in city.waiting(case)}
    repair(city, case)
    assert {waiting.id for waiting in city.waiting(case)} == before


def test_a_lost_timer_comes_back_with_its_due_date(city: City, case: str) -> None:
    before = shape(city, case)
    with city.store.write() as connection:
        connection.execute(delete(tables.jobs).where(tables.jobs.c.case_id == case))
    city.clock.advance(timedelta(days=1))
    repair(city, case)
    assert shape(city, case) == before
    with city.store.read() as connection:
        due = connection.execute(tables.jobs.select().where(tables.jobs.c.case_id == case)).one().due_at
    assert due == city.clock.now() + timedelta(days=2)


def test_a_lost_task_comes_back(city: City, case: str) -> None:
    before = shape(city, case)
    with city.store.write() as connection:
        connection.execute(update(tables.tasks).where(tables.tasks.c.case_id == case).values(status="cancelled"))
    repair(city, case)
    assert shape(city, case) == before


def test_a_task_that_the_case_does_not_wait_for_is_closed(city: City, case: str) -> None:
    with city.store.write() as connection:
        row = connection.execute(tables.tasks.select().where(tables.tasks.c.case_id == case)).one()
        stray = {**row._mapping, "id": "stray", "token": "999"}
        connection.execute(tables.tasks.insert(), stray)
    repair(city, case)
    assert len(city.tasks(case)) == 1
