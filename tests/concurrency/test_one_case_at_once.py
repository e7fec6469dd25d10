"""Several people, or a person and the worker, change one case at the same moment: they wait for each other, and all succeed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from city import City
from drawing import chain, end, extensions, flow, start, user_task

from service.errors import Conflict, TaskTaken
from service.store import cases
from service.store.history import first_broken_link

CLERK = "pj_unit_clerk.jiaoyu"
#: Five reviews at once, whose opinions are collected.
REVIEWING = (
    start()
    + user_task("prepare")
    + '<bpmn:userTask id="review" name="审查">'
    + extensions(
        '<zeebe:assignmentDefinition candidateGroups="pj_unit_clerk@jiaoyu"/><zeebe:formDefinition formId="plain.review"/>'
    )
    + "<bpmn:multiInstanceLoopCharacteristics>"
    + extensions(
        '<zeebe:loopCharacteristics inputCollection="=[1,2,3,4,5]" inputElement="reviewer" outputCollection="opinions" '
        'outputElement="=note"/>'
    )
    + "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    + user_task("decide")
    + end()
    + chain("begin", "prepare", "review", "decide", "finished")
)
#: A task that a timer takes away after a day.
HURRIED = (
    start()
    + user_task("answer")
    + '<bpmn:boundaryEvent id="too_late" name="逾期" attachedToRef="answer"><bpmn:timerEventDefinition>'
    '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>'
    + end()
    + end("expired")
    + chain("begin", "answer", "finished")
    + flow("too_late", "expired")
)


def at_once(commands: list[Callable[[], Any]]) -> list[Any]:
    """Run commands in threads that begin at the same moment; what each returned or raised."""
    together = threading.Barrier(len(commands), timeout=60)

    def run(command: Callable[[], Any]) -> Any:
        together.wait()
        try:
            return command()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test judges it
            return error

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(run, commands))


def is_whole(city: City, case: str) -> bool:
    row = city.case(case)
    with city.store.read() as connection:
        return first_broken_link(connection, case, row.history_head) is None


def test_five_reviewers_of_one_case_at_once_all_succeed(city: City) -> None:
    city.deploy({"reviewing": REVIEWING})
    for round_ in range(20):
        case = city.engine.start_case("reviewing", {}, by=CLERK).id
        (prepare,) = city.tasks(case)
        city.engine.complete_task(prepare.id, {"note": "ready"}, by=CLERK)
        reviews = city.tasks(case)
        assert len(reviews) == 5

        done = at_once(
            [
                lambda task=task.id, note=f"{round_}-{number}": city.engine.complete_task(task, {"note": note}, by=CLERK)
                for number, task in enumerate(reviews)
            ]
        )  # fmt: skip

        assert [outcome for outcome in done if isinstance(outcome, Exception)] == []
        assert [waiting.element for waiting in city.tasks(case)] == ["decide"]
        assert sorted(city.variables(case)["opinions"]) == [f"{round_}-{number}" for number in range(5)]
        assert [link.element for link in city.history(case) if link.kind == "task.completed"].count("review") == 5
        assert is_whole(city, case)


def test_a_person_and_a_timer_at_once_leave_the_case_with_one_of_both(city: City) -> None:
    city.deploy({"hurried": HURRIED})
    seen = set()
    for _ in range(20):
        case = city.engine.start_case("hurried", {}, by=CLERK).id
        (task,) = city.tasks(case)
        (timer,) = (waiting.id for waiting in city.waiting(case) if waiting.table == "job")
        city.clock.advance(timedelta(days=2))

        answered, ran = at_once(
            [
                lambda task=task.id: city.engine.complete_task(task, {"note": "in time"}, by=CLERK),
                lambda timer=timer: city.engine.run_job(timer),
            ]
        )  # fmt: skip
        city.worker.drain()

        row = city.case(case)
        kinds = [link.kind for link in city.history(case)]
        assert not isinstance(ran, Exception)
        if isinstance(answered, Exception):
            assert isinstance(answered, TaskTaken | Conflict)
            assert (row.outcome, kinds.count("timer.fired"), kinds.count("task.completed")) == ("expired", 1, 0)
        else:
            assert (row.outcome, kinds.count("timer.fired"), kinds.count("task.completed")) == ("finished", 0, 1)
        assert (row.status, city.waiting(case)) == ("completed", [])
        assert is_whole(city, case)
        seen.add(row.outcome)
    assert seen  # which of both wins is up to the machine


def test_cases_that_start_at_once_get_numbers_without_gaps(city: City) -> None:
    started = at_once([lambda: [city.engine.start_case("one_step", {}, by=CLERK).business_key for _ in range(10)]] * 5)
    assert [outcome for outcome in started if isinstance(outcome, Exception)] == []
    keys = sorted(key for listed in started for key in listed)
    assert keys == [f"C-2026-{number:04d}" for number in range(1, 51)]


def test_a_case_that_is_terminated_while_it_is_worked_on_ends_once(city: City) -> None:
    for _ in range(10):
        case = city.engine.start_case("one_step", {}, by=CLERK).id
        (task,) = city.tasks(case)
        done, terminated = at_once(
            [
                lambda task=task.id: city.engine.complete_task(task, {"note": "x"}, by=CLERK),
                lambda case=case: city.engine.terminate_case(case, reason="重复立案", by="monitor.zhongxin"),
            ]
        )  # fmt: skip
        outcomes = [isinstance(outcome, Exception) for outcome in (done, terminated)]
        assert sorted(outcomes) == [False, True]
        assert isinstance(done if outcomes[0] else terminated, Conflict)
        kinds = [link.kind for link in city.history(case)]
        assert kinds.count("case.ended") + kinds.count("case.terminated") == 1
        with city.store.read() as connection:
            assert cases.waiting(connection, case) == ()
        assert is_whole(city, case)
