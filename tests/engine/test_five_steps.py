"""A case with five steps goes from one person to the next, and its record tells the whole story."""

from __future__ import annotations

import pytest
from city import City
from drawing import chain, end, form, start, text_field, user_task

from service.errors import NotAllowed, NotFound, TaskTaken
from service.store.history import first_broken_link

STEPS = [f"step_{number}" for number in range(1, 6)]
CLERK, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"


@pytest.fixture
def five_steps(city: City) -> City:
    body = start() + "".join(user_task(step, form=f"five_steps.{step}") for step in STEPS) + end()
    city.deploy(
        {"five_steps": body + chain("begin", *STEPS, "finished")},
        {f"five_steps.{step}": form(f"five_steps.{step}", text_field("note", required=True)) for step in STEPS},
    )
    return city


def test_a_case_goes_through_its_steps_to_the_end(five_steps: City) -> None:
    city = five_steps
    started = city.engine.start_case("five_steps", {}, by=CLERK)
    for step in STEPS:
        (task,) = city.tasks(started.id)
        assert task.element == step
        city.engine.complete_task(task.id, {"note": step}, by=CLERK)

    case = city.case(started.id)
    assert (case.status, case.outcome) == ("completed", "finished")
    assert city.variables(started.id)["note"] == "step_5"
    assert city.waiting(started.id) == []
    kinds = [link.kind for link in city.history(started.id)]
    assert kinds == ["case.started", "task.opened", *["task.completed", "task.opened"] * 4, "task.completed", "case.ended"]
    with city.store.read() as connection:
        assert first_broken_link(connection, started.id, case.history_head) is None


def test_the_second_to_complete_a_task_learns_who_was_first_and_keeps_the_draft(five_steps: City) -> None:
    city = five_steps
    started = city.engine.start_case("five_steps", {}, by=CLERK)
    (task,) = city.tasks(started.id)
    city.engine.complete_task(task.id, {"note": "first"}, by=CLERK)

    with pytest.raises(TaskTaken, match="2026-08-20 09:00"):
        city.engine.complete_task(task.id, {"note": "second"}, by=CLERK)

    from service.store import entries

    with city.store.read() as connection:
        draft = entries.find_draft(connection, account=CLERK, subject=f"task:{task.id}")
    assert draft is not None
    assert draft[0] == {"note": "second"}


def test_a_stranger_learns_nothing_and_a_colleague_may_look_but_not_act(five_steps: City) -> None:
    city = five_steps
    (task,) = city.tasks(city.engine.start_case("five_steps", {}, by=CLERK).id)

    with pytest.raises(NotFound):
        city.engine.complete_task(task.id, {"note": "x"}, by=OTHER)
    with pytest.raises(NotAllowed):
        city.engine.complete_task(task.id, {"note": "x"}, by=LEAD)
