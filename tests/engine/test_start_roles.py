"""Who starts a case and for which unit, and what it is called: `starters`, keys of message starts, child cases of other units."""

from __future__ import annotations

import pytest
from city import BPMN, City
from drawing import chain, end, extensions, properties, start, user_task

from service.engine.people import get_actor
from service.engine.reads import view_start
from service.errors import NotAllowed
from service.store import reads

CLERK, LEAD, CENTRE, AUDIT = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_center_super.zhongxin", "pj_audit.shenji"
CONNECTOR = "connector.zhongxin"


def filed(*, starters: str) -> str:
    begin = start().replace("/>", f">{extensions(properties(starters=starters))}</bpmn:startEvent>")
    lane = '<bpmn:lane id="pj_unit_clerk" name="clerk"><bpmn:flowNodeRef>begin</bpmn:flowNodeRef><bpmn:flowNodeRef>look</bpmn:flowNodeRef></bpmn:lane>'
    body = f'<bpmn:laneSet id="lanes">{lane}</bpmn:laneSet>' + begin + user_task("look") + end()
    return body + chain("begin", "look", "finished")


def test_who_holds_one_of_the_starters_roles_starts_for_their_own_unit(city: City) -> None:
    city.deploy({"filed": filed(starters="pj_unit_lead, pj_center_super")})
    started = {by: city.engine.start_case("filed", {}, by=by).id for by in (CLERK, LEAD, CENTRE)}
    assert {by: city.case(case).unit for by, case in started.items()} == {CLERK: "jiaoyu", LEAD: "jiaoyu", CENTRE: "zhongxin"}


@pytest.mark.parametrize("starters", ["", "pj_unit_lead", "pj_audit", "nobody_like_this"])
def test_who_holds_none_or_does_not_act_may_not_start(city: City, starters: str) -> None:
    city.deploy({"filed": filed(starters=starters)})
    for by in (AUDIT, CENTRE):
        with pytest.raises(NotAllowed) as refused:
            city.engine.start_case("filed", {}, by=by)
        assert refused.value.rule == "start-role"
        with city.store.read() as connection, pytest.raises(NotAllowed):
            view_start(city.engine.machine, connection, "filed", get_actor(connection, by))


def heard(key: str) -> str:
    message = f'<bpmn:message id="opened_message" name="pj.opened">{extensions("")}</bpmn:message>'
    settings = extensions(properties(business_key=key, title="=project_name"))
    event = '<bpmn:messageEventDefinition messageRef="opened_message"/>'
    begin = f'<bpmn:startEvent id="opened" name="opened">{settings}{event}</bpmn:startEvent>'
    body = begin + user_task("look") + end() + chain("opened", "look", "finished")
    return f'{BPMN}{message}<bpmn:process id="heard" name="heard" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'


def cases_of(city: City) -> list[tuple[str, str, str]]:
    with city.store.read() as connection:
        ids = [row.id for row in connection.exec_driver_sql("SELECT id FROM cases ORDER BY id")]
    return [(case.business_key, case.unit, case.title) for case in map(city.case, ids)]


def test_the_key_of_a_case_that_a_message_starts_comes_from_its_payload(city: City) -> None:
    city.deploy({"heard": heard("=project_id")})
    payload = {"project_id": "PJ-2026-0042", "project_name": "云平台", "unit_id": "shuili"}
    city.engine.publish_message("pj.opened", "PJ-2026-0042", payload, by=CONNECTOR)
    city.worker.drain()
    assert cases_of(city) == [("PJ-2026-0042", "shuili", "云平台")]


def test_a_message_that_gives_no_key_starts_nothing(city: City) -> None:
    city.deploy({"heard": heard("=project_id")})
    city.engine.publish_message("pj.opened", "PJ-2026-0042", {"project_name": "云平台"}, by=CONNECTOR)
    city.worker.drain()
    assert cases_of(city) == []


@pytest.mark.parametrize(("source", "unit"), [("=&quot;shuili&quot;", "shuili"), ("=nobody", "jiaoyu")])
def test_a_child_case_belongs_to_the_unit_that_its_input_names(city: City, source: str, unit: str) -> None:
    called = '<zeebe:calledElement processId="child" propagateAllChildVariables="false"/>'
    inputs = f'<zeebe:ioMapping><zeebe:input source="{source}" target="unit_id"/></zeebe:ioMapping>'
    call = f'<bpmn:callActivity id="ask" name="ask">{extensions(called + inputs)}</bpmn:callActivity>'
    child = (
        start()
        + user_task("answer", groups="=&quot;pj_unit_clerk@&quot; + case.unit")
        + end()
        + chain("begin", "answer", "finished")
    )
    city.deploy({"child": child, "parent": start() + call + end() + chain("begin", "ask", "finished")})
    parent = city.engine.start_case("parent", {}, by=CLERK).id
    city.worker.drain()

    with city.store.read() as connection:
        (row,) = [case for case in reads.list_family(connection, parent) if case["parent"] is not None]
    assert (city.case(parent).unit, row["unit"]) == ("jiaoyu", unit)
    (task,) = city.tasks(parent)
    with city.store.read() as connection:
        found = connection.exec_driver_sql("SELECT unit, queue FROM tasks").one()
    assert tuple(found) == (unit, f"pj_unit_clerk@{unit}")
    city.engine.complete_task(task.id, {}, by=f"pj_unit_clerk.{unit}")
