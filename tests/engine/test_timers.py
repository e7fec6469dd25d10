"""Timers are rows, fired by legal time once and in order; tasks carry their due date with its derivation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from city import City
from drawing import chain, end, start, user_task

from service.clock import SHANGHAI
from service.store import reads

CLERK = "pj_unit_clerk.jiaoyu"


def boundary(id: str, kind: str, text: str, *, interrupting: bool = True, to: str = "work") -> str:
    cancel = "" if interrupting else ' cancelActivity="false"'
    return (
        f'<bpmn:boundaryEvent id="{id}" name="{id}" attachedToRef="{to}"{cancel}><bpmn:timerEventDefinition>'
        f"<bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def timers(city: City, case: str) -> list[dict[str, Any]]:
    with city.store.read() as connection:
        return [job for job in reads.list_case_jobs(connection, [case]) if job["kind"] == "timer"]


def start_with(city: City, *events: str, flows: str) -> str:
    city.deploy({"waiting": start() + user_task("work") + "".join(events) + end() + chain("begin", "work", "finished") + flows})
    return city.engine.start_case("waiting", {}, by=CLERK).id


def test_an_interrupting_timer_takes_the_task_away_when_it_is_due_and_not_before(city: City) -> None:
    case = start_with(
        city,
        boundary("late", "timeDuration", "P3D"),
        user_task("explain"),
        end("lapsed"),
        flows=chain("late", "explain", "lapsed"),
    )
    (timer,) = timers(city, case)
    assert timer["due_at"] == datetime(2026, 8, 23, 9, tzinfo=SHANGHAI)

    city.clock.advance(timedelta(days=3) - timedelta(seconds=1))
    assert city.worker.drain() == 0
    city.clock.advance(timedelta(seconds=1))
    assert city.worker.drain() == 1

    assert [waiting.element for waiting in city.tasks(case)] == ["explain"]
    kinds = [link.kind for link in city.history(case)]
    assert kinds[-3:] == ["timer.fired", "task.cancelled", "task.opened"]


def test_a_cycle_reminds_until_the_work_is_done(city: City) -> None:
    case = start_with(
        city, boundary("remind", "timeCycle", "R/P1D", interrupting=False), user_task("read_reminder"), end("reminded"),
        flows=chain("remind", "read_reminder", "reminded"),
    )  # fmt: skip
    for day in range(1, 4):
        city.clock.advance(timedelta(days=1))
        city.worker.drain()
        assert len(city.tasks(case)) == 1 + day
        assert len(timers(city, case)) == 1
    (work,) = [waiting for waiting in city.tasks(case) if waiting.element == "work"]
    city.engine.complete_task(work.id, {}, by=CLERK)
    assert timers(city, case) == []
    assert len(city.tasks(case)) == 3


def test_timers_missed_while_nothing_ran_fire_once_each_in_order(city: City) -> None:
    case = start_with(
        city,
        boundary("second", "timeDuration", "P2D", interrupting=False), boundary("first", "timeDuration", "P1D", interrupting=False),
        user_task("note_second"), user_task("note_first"), end("a_end"), end("b_end"),
        flows=chain("second", "note_second", "a_end") + chain("first", "note_first", "b_end"),
    )  # fmt: skip
    city.clock.advance(timedelta(days=30))
    city.worker.drain()
    fired = [link.element for link in city.history(case) if link.kind == "timer.fired"]
    assert fired == ["first", "second"]


def test_a_deadline_drawn_as_a_timer_fires_at_the_end_of_its_effective_day(city: City) -> None:
    case = start_with(
        city, boundary("overdue", "timeDate", "=deadline(&quot;D-PJ-18a&quot;, date(&quot;2026-08-20&quot;))", interrupting=False),
        user_task("see_it"), end("seen"), flows=chain("overdue", "see_it", "seen"),
    )  # fmt: skip
    (timer,) = timers(city, case)
    assert timer["due_at"] == datetime(2026, 8, 28, 0, tzinfo=SHANGHAI)


def test_a_task_knows_when_it_is_due_and_why(city: City) -> None:
    schedule = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18b&quot;, today())"/>'
    task = user_task("work").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + schedule)
    city.deploy({"waiting": start() + task + end() + chain("begin", "work", "finished")})
    case = city.engine.start_case("waiting", {}, by=CLERK).id
    with city.store.read() as connection:
        (row,) = reads.list_case_tasks(connection, [case])
    assert row["due_at"] == datetime(2026, 9, 18, 0, tzinfo=SHANGHAI)
    assert "D-PJ-18b" in row["due"]


def test_a_timer_far_in_the_future_does_not_keep_the_family_busy(city: City) -> None:
    from service.store import jobs

    case = start_with(city, boundary("late", "timeDuration", "P900D"), end("lapsed"), flows=chain("late", "lapsed"))
    city.worker.drain()
    machine = city.engine.machine
    with city.store.read() as connection:
        assert not jobs.is_busy(connection, case, now=machine.clock.now(), machine=machine.clock.machine())


def test_an_event_gateway_goes_the_way_of_the_first_event(city: City) -> None:
    catch = '<bpmn:intermediateCatchEvent id="{0}" name="{0}"><bpmn:timerEventDefinition><bpmn:timeDuration>{1}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
    body = (
        start() + '<bpmn:eventBasedGateway id="which" name="which"/>' + catch.format("soon", "P1D") + catch.format("later", "P2D")
        + end("by_soon") + end("by_later")
        + chain("begin", "which", "soon", "by_soon") + chain("which", "later", "by_later")
    )  # fmt: skip
    city.deploy({"racing": body})
    case = city.engine.start_case("racing", {}, by=CLERK).id
    assert len(timers(city, case)) == 2
    city.clock.advance(timedelta(days=10))
    city.worker.drain()
    assert city.case(case).outcome == "by_soon"
    assert timers(city, case) == []
