"""A process in figures: what stands at each element, what is late or failed there, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from city import City
from drawing import chain, end, service_task, start, user_task
from sqlalchemy import func, select

from service.clock import SHANGHAI
from service.engine import stuck
from service.engine.diagram_figures import ElementFigures, ProcessFigures, legal_seconds, read_figures
from service.engine.people import get_actor
from service.errors import NotAllowed, NotFound
from service.sdk import Context, handler
from service.store import tables as t

CLERK, MONITOR, AUDIT = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "pj_audit.shenji"
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)
DUE = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'


@handler("fails_for_the_figures")
def fail(context: Context) -> None:
    """A connector that is down."""
    raise RuntimeError("down")


@pytest.fixture
def town(city_at: Callable[..., City]) -> City:
    town = city_at(NOON)
    first = user_task("check", deadline="D-PJ-18a").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + DUE, 1)
    ask = service_task("ask", type="fails_for_the_figures", retries=1)
    town.deploy({"errands": start() + first + ask + end() + chain("begin", "check", "ask", "finished")})
    return town


def figures(town: City, version: int | None = None, *, by: str = MONITOR) -> ProcessFigures:
    machine = town.engine.machine
    with machine.store.read() as connection:
        return read_figures(machine, connection, get_actor(connection, by), "errands", version)


def at(found: ProcessFigures, element: str) -> ElementFigures:
    return next(one for one in found.elements if one.element.id == element)


def begin(town: City, count: int) -> list[str]:
    return [town.engine.start_case("errands", {}, by=CLERK).id for _ in range(count)]


def complete(town: City, case: str) -> None:
    (task,) = town.tasks(case)
    town.engine.complete_task(task.id, {}, by=CLERK)
    town.worker.drain()


def waiting(town: City) -> int:
    """How many rows the cases say that they wait for."""
    with town.store.read() as connection:
        return int(connection.execute(select(func.sum(t.cases.c.waits)).where(t.cases.c.status == "running")).scalar_one())


def test_what_waits_is_counted_where_it_waits(town: City) -> None:
    cases = begin(town, 3)
    town.clock.advance(timedelta(days=2))
    complete(town, cases[0])
    assert [(one.element.id, one.standing) for one in figures(town).elements if one.standing] == [("check", 2), ("ask", 1)]
    assert (at(figures(town), "ask").incidents, at(figures(town), "check").overdue) == (1, 0)

    town.clock.advance(timedelta(days=30))
    found = figures(town)
    assert (at(found, "check").overdue, at(found, "check").incidents) == (2, 0)
    assert sum(one.standing for one in found.elements) == waiting(town)


def test_a_step_is_compared_with_its_legal_period(town: City) -> None:
    cases = begin(town, 2)
    town.clock.advance(timedelta(days=2))
    complete(town, cases[0])
    stuck.sweep(town.engine.machine, whole=True)
    check = at(figures(town), "check")
    assert (check.ended, check.median, check.p95) == (1, 2 * 86_400, 2 * 86_400)
    assert check.period is not None
    assert (check.period.id, check.period.length.days) == ("D-PJ-18a", 5)
    # five working days are about a week and a third
    assert check.legal == legal_seconds(check.period) == round(5 * 365 / 250 * 86_400)
    assert check.share == pytest.approx(2 / (5 * 1.46))
    assert (at(figures(town), "ask").share, at(figures(town), "ask").period) == (None, None)


def test_versions_are_told_apart_and_what_an_older_one_alone_has_is_not_lost(town: City) -> None:
    begin(town, 2)
    town.deploy({"errands": start() + user_task("other") + end() + chain("begin", "other", "finished")})
    begin(town, 1)
    assert {one.version: one.open for one in figures(town).versions} == {1: 2, 2: 1}
    both = figures(town)
    assert (both.version, both.definition.version, both.elsewhere) == (None, 2, 2)
    assert (at(figures(town, 1), "check").standing, at(figures(town, 2), "other").standing) == (2, 1)
    assert figures(town, 1).elsewhere == 0


def test_ended_and_suspended_cases(town: City) -> None:
    cases = begin(town, 3)
    town.engine.suspend_case(cases[0], reason="停一停", by=MONITOR)
    town.engine.terminate_case(cases[1], reason="重复", by=MONITOR)
    town.worker.drain()
    assert at(figures(town), "check").standing == 2


def test_who_may_look(town: City) -> None:
    assert figures(town, by=AUDIT).definition.key == "errands"
    with pytest.raises(NotAllowed):
        figures(town, by=CLERK)
    with pytest.raises(NotFound):
        figures(town, 9)
