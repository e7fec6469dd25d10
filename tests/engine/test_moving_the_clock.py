"""The demonstration's clock moves from due date to due date; every timer on the way fires in its order, at its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from city import City
from drawing import chain, end, start, user_task

from service.clock import SHANGHAI, FrozenClock, OffsetClock
from service.errors import Conflict, NotFound
from service.store.demo_clock import StoredOffset

CLERK = "pj_unit_clerk.jiaoyu"
BEGIN = datetime(2030, 1, 1, 9, tzinfo=SHANGHAI)


@pytest.fixture
def city(city_at: Callable[..., City]) -> City:
    made = city_at(BEGIN)
    offset = StoredOffset(made.store)
    made.engine.machine.clock = OffsetClock(offset)
    made.engine.machine.clock_changed = offset.forget
    return made


def timer(name: str, cycle: str) -> str:
    return (
        f'<bpmn:boundaryEvent id="{name}" name="{name}" attachedToRef="work" cancelActivity="false"><bpmn:timerEventDefinition>'
        f"<bpmn:timeCycle>{cycle}</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def move(city: City, target: datetime) -> None:
    city.engine.set_clock(target, by=CLERK)
    city.worker.drain()
    assert not city.engine.clock_state().moving


def test_timers_on_the_way_fire_in_order_and_each_at_its_own_time(city: City) -> None:
    move(city, BEGIN)
    body = start() + user_task("work") + timer("weekly", "R4/P7D") + timer("tenth", "R2/P10D") + end() + end("w") + end("t")
    city.deploy({"waiting": body + chain("begin", "work", "finished") + chain("weekly", "w") + chain("tenth", "t")})
    case = city.engine.start_case("waiting", {}, by=CLERK).id

    move(city, BEGIN + timedelta(days=29))

    fired = [(link.element, (link.at - BEGIN).days) for link in city.history(case) if link.kind == "timer.fired"]
    assert fired == [("weekly", 7), ("tenth", 10), ("weekly", 14), ("tenth", 20), ("weekly", 21), ("weekly", 28)]
    now = city.engine.clock_state().now
    assert timedelta() <= now - (BEGIN + timedelta(days=29)) < timedelta(minutes=5)


def test_without_cases_it_takes_any_start_and_with_them_it_never_goes_back(city: City) -> None:
    move(city, BEGIN)
    move(city, BEGIN - timedelta(days=900))
    city.deploy({"waiting": start() + user_task("work") + end() + chain("begin", "work", "finished")})
    city.engine.start_case("waiting", {}, by=CLERK)
    with pytest.raises(Conflict, match="不能倒退"):
        city.engine.set_clock(BEGIN - timedelta(days=901), by=CLERK)


def test_only_a_demonstration_has_a_clock_to_move(city: City) -> None:
    city.engine.machine.clock = FrozenClock(BEGIN)
    with pytest.raises(NotFound):
        city.engine.set_clock(BEGIN + timedelta(days=1), by=CLERK)
