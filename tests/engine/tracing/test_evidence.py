"""What a case is evidence of: its own lines and those of the cases below it, by the articles that they rest on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from city import City
from drawing import chain, end, extensions, start, user_task

from service.engine import tracing
from service.engine.people import get_actor
from service.errors import NotFound
from service.store import reads

CLERK, STRANGER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili"
DUE = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'


@pytest.fixture
def parent(city: City) -> str:
    """A case that rests on article 9, and has a child that rests on article 14 and has a deadline of article 13."""
    answer = user_task("answer", article="pj-2020#14").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + DUE)
    called = extensions('<zeebe:calledElement processId="child" propagateAllChildVariables="false"/>')
    ask = f'<bpmn:callActivity id="ask" name="ask">{called}</bpmn:callActivity>'
    body = start() + user_task("plan_it", article="pj-2020#9") + ask + end() + chain("begin", "plan_it", "ask", "finished")
    city.deploy({"child": start() + answer + end("answered") + chain("begin", "answer", "answered"), "parent": body})
    case = city.engine.start_case("parent", {}, by=CLERK).id
    (task,) = city.tasks(case)
    city.engine.complete_task(task.id, {}, by=CLERK)
    city.worker.drain()
    return str(case)


def evidence(city: City, case: str, by: str | None = None) -> tuple[tracing.Evidence, ...]:
    with city.store.read() as connection:
        actor = get_actor(connection, by) if by else None
        return tracing.list_evidence(city.engine.machine, connection, case, actor=actor)


def child_of(city: City, case: str) -> str:
    with city.store.read() as connection:
        return next(str(one["id"]) for one in reads.list_family(connection, case) if one["parent"] == case)


def test_the_lines_of_a_family_come_by_article_with_their_hashes(city: City, parent: str) -> None:
    child = child_of(city, parent)
    found = evidence(city, parent)
    assert [one.article for one in found] == sorted((one.article for one in found), key=lambda id: int(id.split("#")[1]))
    assert {(one.article, one.case, one.element) for one in found} == {
        ("pj-2020#9", parent, "plan_it"), ("pj-2020#14", child, "answer"),
    }  # fmt: skip
    hashes = {(link.chain, link.seq): link.hash.hex() for case in (parent, child) for link in city.history(case)}
    assert all(one.hash == hashes[one.case, one.seq] for one in found)


def test_a_case_below_another_has_evidence_of_its_own(city: City, parent: str) -> None:
    child = child_of(city, parent)
    assert {(one.article, one.process) for one in evidence(city, child)} == {("pj-2020#14", "child")}


def test_a_reminder_is_evidence_of_the_article_that_sets_the_deadline(city: City, parent: str) -> None:
    (sets,) = city.engine.machine.rules.catalogue.list_period_versions("D-PJ-18a")[-1].articles
    assert sets not in {one.article for one in evidence(city, parent)}
    city.clock.advance(timedelta(days=60))
    city.worker.drain()
    assert "deadline.overdue" in {one.kind for one in evidence(city, parent) if one.article == sets}


def test_a_reader_gets_what_they_may_read(city: City, parent: str) -> None:
    assert evidence(city, parent, by=CLERK) == evidence(city, parent)
    assert evidence(city, parent, by=STRANGER) == ()
    with pytest.raises(NotFound):
        evidence(city, "nothing")
