"""Messages between cases: whoever comes first, each is consumed once per process, in the order they were sent."""

from __future__ import annotations

import pytest
from city import BPMN, City
from drawing import chain, end, extensions, start, user_task

from service.errors import NotAllowed

CONNECTOR = "connector.zhongxin"
CLERK = "pj_unit_clerk.jiaoyu"


def receiver(name: str = "pj.decided", *, key: str = "=&quot;PJ-1&quot;") -> str:
    message = f'<bpmn:message id="decided_message" name="{name}">{extensions(f"<zeebe:subscription correlationKey=&#34;{key}&#34;/>")}</bpmn:message>'
    message = message.replace("&#34;", '"')
    catch = '<bpmn:intermediateCatchEvent id="decided" name="decided"><bpmn:messageEventDefinition messageRef="decided_message"/></bpmn:intermediateCatchEvent>'
    body = start() + catch + user_task("go_on") + end() + chain("begin", "decided", "go_on", "finished")
    return f'{BPMN}{message}<bpmn:process id="receiving" name="receiving" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'


def waits(city: City, case: str) -> bool:
    return [waiting.element for waiting in city.tasks(case)] != ["go_on"]


def test_a_message_reaches_a_case_that_waits(city: City) -> None:
    city.deploy({"receiving": receiver()})
    case = city.engine.start_case("receiving", {}, by=CLERK).id
    city.worker.drain()
    city.engine.publish_message("pj.decided", "PJ-2", {"result": "no"}, by=CONNECTOR)
    city.worker.drain()
    assert waits(city, case)

    city.engine.publish_message("pj.decided", "PJ-1", {"result": "通过"}, by=CONNECTOR)
    city.worker.drain()

    assert not waits(city, case)
    assert city.variables(case)["result"] == "通过"


def test_a_message_that_comes_first_is_kept_for_who_waits_later(city: City) -> None:
    city.deploy({"receiving": receiver()})
    city.engine.publish_message("pj.decided", "PJ-1", {"result": "one"}, by=CONNECTOR)
    city.engine.publish_message("pj.decided", "PJ-1", {"result": "two"}, by=CONNECTOR)
    city.worker.drain()
    first = city.engine.start_case("receiving", {}, by=CLERK).id
    city.worker.drain()
    second = city.engine.start_case("receiving", {}, by=CLERK).id
    city.worker.drain()
    third = city.engine.start_case("receiving", {}, by=CLERK).id
    city.worker.drain()
    assert (city.variables(first)["result"], city.variables(second)["result"]) == ("one", "two")
    assert waits(city, third)


def test_the_same_message_id_twice_has_no_effect(city: City) -> None:
    city.deploy({"receiving": receiver()})
    assert city.engine.publish_message("pj.decided", "PJ-1", {}, by=CONNECTOR, unique_id="m-1") is not None
    assert city.engine.publish_message("pj.decided", "PJ-1", {}, by=CONNECTOR, unique_id="m-1") is None
    first, second = (city.engine.start_case("receiving", {}, by=CLERK).id for _ in range(2))
    city.worker.drain()
    assert sorted([waits(city, first), waits(city, second)]) == [False, True]


def test_one_message_goes_to_one_case_of_each_process(city: City) -> None:
    other = receiver().replace("receiving", "also_receiving")
    city.deploy({"receiving": receiver(), "also_receiving": other})
    cases = [city.engine.start_case(name, {}, by=CLERK).id for name in ("receiving", "also_receiving", "receiving")]
    city.worker.drain()
    city.engine.publish_message("pj.decided", "PJ-1", {}, by=CONNECTOR)
    city.worker.drain()
    assert [waits(city, case) for case in cases] == [False, False, True]


def test_a_message_that_a_case_throws_starts_another_at_its_message_start(city: City) -> None:
    message = (
        '<bpmn:message id="created_message" name="pj.created">'
        + extensions('<zeebe:subscription correlationKey="=case.business_key"/>')
        + "</bpmn:message>"
    )
    payload = extensions(
        '<zeebe:ioMapping><zeebe:input source="=case.business_key" target="project"/><zeebe:input source="=case.unit" target="unit_id"/></zeebe:ioMapping>'
    )
    throw = f'<bpmn:intermediateThrowEvent id="created" name="created">{payload}<bpmn:messageEventDefinition messageRef="created_message"/></bpmn:intermediateThrowEvent>'
    sender = f'{BPMN}{message}<bpmn:process id="sending" name="sending" isExecutable="true">{start()}{throw}{end()}{chain("begin", "created", "finished")}</bpmn:process></bpmn:definitions>'
    began = '<bpmn:startEvent id="created" name="created"><bpmn:messageEventDefinition messageRef="created_message"/></bpmn:startEvent>'
    master = f'{BPMN}{message}<bpmn:process id="mastering" name="mastering" isExecutable="true">{began}{user_task("watch")}{end()}{chain("created", "watch", "finished")}</bpmn:process></bpmn:definitions>'
    city.deploy({"sending": sender, "mastering": master})
    sent = city.engine.start_case("sending", {}, by=CLERK)

    city.worker.drain()

    from service.store import reads

    with city.store.read() as connection:
        scope = reads.Scope(account=CLERK, everything=True, regulations=frozenset(), units=frozenset(), queues=frozenset())
        page = reads.list_cases(
            connection,
            scope,
            where=reads.TaskFilter(process="mastering"),
            status=None,
            mine=False,
            roots=False,
            after=None,
            limit=9,
        )
    (found,) = page.rows
    assert city.variables(found["id"])["project"] == sent.business_key
    assert found["unit"] == "jiaoyu"


@pytest.mark.parametrize(
    "account", [CLERK, "pj_center_lead.zhongxin", "pj_audit.shenji", "monitor.zhongxin", "designer.zhongxin"]
)
def test_nobody_but_administrators_and_other_systems_sends_messages(city: City, account: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        city.engine.publish_message("pj.decided", "PJ-1", {}, by=account)
    assert refused.value.rule == "message-sender"
    assert city.engine.publish_message("pj.decided", "PJ-1", {}, by="sysadmin.zhongxin") is not None


@pytest.mark.parametrize("account", ["pj_audit.shenji", "monitor.zhongxin", "sysadmin.zhongxin", CONNECTOR])
def test_who_takes_no_tasks_starts_nothing_either(city: City, account: str) -> None:
    city.deploy({"open_to_all": start() + user_task("go_on") + end() + chain("begin", "go_on", "finished")})
    with pytest.raises(NotAllowed):
        city.engine.start_case("open_to_all", {}, by=account)
