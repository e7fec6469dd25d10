"""Separation of duty over a project: what somebody did in one case bars them in another case about the same thing."""

from __future__ import annotations

import pytest
from city import City
from drawing import chain, end, extensions, properties, start, user_task

from service.errors import NotAllowed
from service.store import cases
from service.store import reads as rows

CLERK = "pj_unit_clerk.jiaoyu"
FIRST, SECOND = "pj_center_review.zhongxin", "pj_center_review.zhongxin.2"
WANTED = "SoD-2:project:review"


def begin(key: str) -> str:
    return (
        f'<bpmn:startEvent id="begin" name="begin">{extensions(properties(business_key=f"=&quot;{key}&quot;"))}</bpmn:startEvent>'
    )


def prepare(city: City, *, decided_for: str = "PJ-1", words: str = WANTED) -> None:
    review = user_task("review", groups="pj_center_review").replace('name="review"', 'name="分项审查"')
    decide = user_task("decide", groups="pj_center_review", sod=words)
    city.deploy(
        {
            "reviewing": begin("PJ-1") + review + end() + chain("begin", "review", "finished"),
            "deciding": begin(decided_for) + decide + end() + chain("begin", "decide", "finished"),
        }
    )


def do(city: City, process: str, by: str) -> None:
    case = city.engine.start_case(process, {}, by=CLERK).id
    (task,) = city.tasks(case)
    city.engine.complete_task(task.id, {}, by=by)


def test_who_reviewed_the_project_is_barred_from_the_moment_that_the_decision_opens(city: City) -> None:
    prepare(city)
    do(city, "reviewing", FIRST)
    case = city.engine.start_case("deciding", {}, by=CLERK).id
    (task,) = city.tasks(case)

    with city.store.read() as connection:
        assert rows.find_bar(connection, task.id, FIRST) == "SoD-2"
        assert rows.find_bar(connection, task.id, SECOND) is None
    for act in (lambda: city.engine.claim_task(task.id, by=FIRST), lambda: city.engine.complete_task(task.id, {}, by=FIRST)):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.rule == "SoD-2"
        assert "本项目" in refused.value.message
        assert "分项审查" in refused.value.message
    city.engine.complete_task(task.id, {}, by=SECOND)


def test_what_is_done_elsewhere_after_the_task_has_opened_counts_as_well(city: City) -> None:
    prepare(city)
    case = city.engine.start_case("deciding", {}, by=CLERK).id
    (task,) = city.tasks(case)
    city.engine.claim_task(task.id, by=FIRST)
    do(city, "reviewing", FIRST)

    with pytest.raises(NotAllowed) as refused:
        city.engine.complete_task(task.id, {}, by=FIRST)
    assert refused.value.rule == "SoD-2"
    with pytest.raises(NotAllowed):
        city.engine.delegate_task(task.id, to=SECOND, reason="出差", by=FIRST)
    city.engine.transfer_task(task.id, to=SECOND, reason="须回避", by=FIRST)
    city.engine.complete_task(task.id, {}, by=SECOND)


def test_another_project_or_a_word_without_project_bars_nobody(city: City) -> None:
    prepare(city, decided_for="PJ-2")
    do(city, "reviewing", FIRST)
    do(city, "deciding", FIRST)
    prepare(city, words="SoD-2:review")
    do(city, "deciding", FIRST)


def test_parallel_branches_bar_each_other_at_once(city: City) -> None:
    fork = '<bpmn:parallelGateway id="fork" name="fork"/>'
    flows = chain("begin", "fork", "review", "reviewed") + chain("fork", "decide", "decided")
    city.deploy(
        {
            "both": start() + fork + user_task("review", groups="pj_center_review")
            + user_task("decide", groups="pj_center_review", sod="review") + end("reviewed") + end("decided") + flows
        }
    )  # fmt: skip
    case = city.engine.start_case("both", {}, by=CLERK).id
    tasks = {task.element: task.id for task in city.tasks(case)}
    city.engine.complete_task(tasks["review"], {}, by=FIRST)

    with city.store.read() as connection:
        assert rows.find_bar(connection, tasks["decide"], FIRST) == "SoD-2"
    with pytest.raises(NotAllowed):
        city.engine.complete_task(tasks["decide"], {}, by=FIRST)
    city.engine.complete_task(tasks["decide"], {}, by=SECOND)


def test_the_project_is_asked_for_once_a_command_and_only_where_a_step_names_it(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    really = cases.list_project

    def count(connection: object, **given: str) -> object:
        asked.append(given["business_key"])
        return really(connection, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(cases, "list_project", count)
    prepare(city)
    do(city, "reviewing", FIRST)
    assert asked == []
    do(city, "deciding", SECOND)
    assert asked == ["PJ-1", "PJ-1"]  # as it opens, and as it is completed
