"""A call activity starts child cases, waits for them, takes their results over, and ends them when it no longer waits."""

from __future__ import annotations

import pytest
from city import City
from drawing import chain, end, extensions, start, user_task

from service.engine.people import get_actor
from service.engine.reads import scope_of
from service.store import reads

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"
CHILD = start() + user_task("answer", form="child.answer", sod="submitter", groups="pj_unit_lead@jiaoyu") + end("answered")
ANSWER = {
    "child.answer": b'{"type":"default","id":"child.answer","components":[{"type":"textfield","key":"reply","label":"reply"}]}'
}


def call(inner: str = "", multi: str = "") -> str:
    called = '<zeebe:calledElement processId="child" propagateAllChildVariables="false"/>'
    mapping = f'<zeebe:ioMapping><zeebe:input source="=topic" target="topic"/>{inner}</zeebe:ioMapping>'
    return f'<bpmn:callActivity id="ask" name="ask">{extensions(called + mapping)}{multi}</bpmn:callActivity>'


def children(city: City, root: str) -> list[dict[str, object]]:
    with city.store.read() as connection:
        return [case for case in reads.list_family(connection, root) if case["parent"] is not None]


def prepare(city: City, body: str) -> None:
    city.deploy({"child": CHILD + chain("begin", "answer", "answered"), "parent": body}, ANSWER)


def test_a_child_case_gets_its_inputs_and_gives_back_only_what_is_mapped(city: City) -> None:
    output = '<zeebe:output source="=reply" target="conclusion"/>'
    prepare(city, start() + call(output) + user_task("read_it") + end() + chain("begin", "ask", "read_it", "finished"))
    parent = city.engine.start_case("parent", {}, by=CLERK).id
    assert [(waiting.table, waiting.kind) for waiting in city.waiting(parent)] == [
        ("job", "start_child"), ("subscription", "child"),
    ]  # fmt: skip
    city.worker.drain()
    (child,) = children(city, parent)
    assert child["business_key"] == city.case(parent).business_key
    (task,) = city.tasks(parent)

    city.engine.complete_task(task.id, {"reply": "同意"}, by="pj_unit_lead.jiaoyu")
    city.worker.drain()

    assert city.variables(parent)["conclusion"] == "同意"
    assert "reply" not in city.variables(parent)
    assert [waiting.element for waiting in city.tasks(parent)] == ["read_it"]
    assert children(city, parent)[0]["outcome"] == "answered"
    told = [(link.kind, link.element) for link in city.history(parent) if link.kind.startswith("child.")]
    assert told == [("child.started", "ask"), ("child.ended", "ask")]  # so that the end is told with the name of its step


@pytest.mark.parametrize(("closed", "seen"), [("", True), ('<zeebe:property name="reads_up" value="false"/>', False)])
def test_who_takes_part_in_a_child_case_reads_what_called_it_unless_it_does_not_read_up(
    city: City, closed: str, seen: bool
) -> None:
    head = extensions(f'<zeebe:properties><zeebe:property name="searchable" value="reply"/>{closed}</zeebe:properties>')
    answer = user_task("answer", form="child.answer", groups="pj_unit_clerk@shuili")
    child = head + start() + answer + end("answered") + chain("begin", "answer", "answered")
    parent_body = start() + call() + end() + chain("begin", "ask", "finished")
    city.deploy({"child": child, "parent": parent_body}, ANSWER)
    parent = city.engine.start_case("parent", {}, by=CLERK).id
    city.worker.drain()
    (called,) = children(city, parent)
    with city.store.read() as connection:
        scope = scope_of(get_actor(connection, "pj_unit_clerk.shuili"), city.engine.machine.book)
        readable = [case["id"] for case in reads.list_family(connection, parent, scope=scope)]
    assert readable == ([parent, called["id"]] if seen else [called["id"]])


def test_separation_of_duty_reaches_into_child_cases(city: City) -> None:
    prepare(city, start() + call() + end() + chain("begin", "ask", "finished"))
    parent = city.engine.start_case("parent", {}, by=CLERK).id
    city.worker.drain()
    (task,) = city.tasks(parent)
    with city.store.read() as connection:
        assert reads.find_bar(connection, task.id, CLERK) == "R-SYS-01"


def test_each_instance_of_a_multi_instance_call_is_a_case_of_its_own(city: City) -> None:
    multi = (
        "<bpmn:multiInstanceLoopCharacteristics>"
        + extensions(
            '<zeebe:loopCharacteristics inputCollection="=[&quot;甲&quot;,&quot;乙&quot;,&quot;丙&quot;]" inputElement="topic" '
            'outputCollection="replies" outputElement="=conclusion"/>'
        )
        + "</bpmn:multiInstanceLoopCharacteristics>"
    )
    output = '<zeebe:output source="=topic + reply" target="conclusion"/>'
    body = start() + call(output, multi) + user_task("read_it") + end() + chain("begin", "ask", "read_it", "finished")
    prepare(city, body)
    parent = city.engine.start_case("parent", {}, by=CLERK).id
    city.worker.drain()
    tasks = city.tasks(parent)
    assert len(tasks) == len(children(city, parent)) == 3

    for number, task in enumerate(reversed(tasks)):
        city.engine.complete_task(task.id, {"reply": str(number)}, by="pj_unit_lead.jiaoyu")
    city.worker.drain()

    assert city.variables(parent)["replies"] == ["甲2", "乙1", "丙0"]


def test_an_interrupted_call_terminates_its_child(city: City) -> None:
    from datetime import timedelta

    timer = (
        '<bpmn:boundaryEvent id="too_long" name="超时" attachedToRef="ask"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P5D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    body = start() + call() + timer + user_task("hurry") + end() + end("late")
    prepare(city, body + chain("begin", "ask", "finished") + chain("too_long", "hurry", "late"))
    parent = city.engine.start_case("parent", {}, by=CLERK).id
    city.worker.drain()
    assert len(city.tasks(parent)) == 1

    city.clock.advance(timedelta(days=5, seconds=1))
    city.worker.drain()

    assert [case["status"] for case in children(city, parent)] == ["terminated"]
    assert [waiting.element for waiting in city.tasks(parent)] == ["hurry"]


def test_terminating_a_case_terminates_its_children(city: City) -> None:
    prepare(city, start() + call() + end() + chain("begin", "ask", "finished"))
    parent = city.engine.start_case("parent", {}, by=CLERK).id
    city.worker.drain()

    city.engine.terminate_case(parent, reason="申报单位撤回", by=MONITOR)
    city.worker.drain()

    assert city.case(parent).status == "terminated"
    assert [case["status"] for case in children(city, parent)] == ["terminated"]
    assert city.tasks(parent) == []
    assert city.waiting(parent) == []


@pytest.mark.parametrize("caught", [True, False])
def test_an_error_end_of_a_child_is_caught_at_the_call_or_becomes_an_incident(city: City, caught: bool) -> None:
    head = (
        '<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="urn:test">'
        '<bpmn:error id="refused_error" name="refused" errorCode="REFUSED"/>'
    )
    failing = (
        start()
        + '<bpmn:endEvent id="refused" name="refused"><bpmn:errorEventDefinition errorRef="refused_error"/></bpmn:endEvent>'
    )
    child = f'{head}<bpmn:process id="child" name="child" isExecutable="true">{failing}{chain("begin", "refused")}</bpmn:process></bpmn:definitions>'
    boundary = (
        '<bpmn:boundaryEvent id="was_refused" name="refused" attachedToRef="ask"><bpmn:errorEventDefinition errorRef="refused_error"/>'
        "</bpmn:boundaryEvent>" + end("sorry") + chain("was_refused", "sorry")
    )
    body = start() + call() + end() + chain("begin", "ask", "finished") + (boundary if caught else "")
    parent_xml = f'{head}<bpmn:process id="parent" name="parent" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    city.deploy({"child": child, "parent": parent_xml})
    parent = city.engine.start_case("parent", {}, by=CLERK).id

    city.worker.drain()

    if caught:
        assert city.case(parent).outcome == "sorry"
    else:
        assert city.case(parent).status == "running"
        with city.store.read() as connection:
            (job,) = reads.list_case_jobs(connection, [parent])
        assert job["kind"] == "child_ended"
        assert "REFUSED" in job["error"]
