"""Cases that a date starts: each year on its day, once, also after a new version; the key of what a case is about."""

from __future__ import annotations

from datetime import datetime

import pytest
from city import BPMN, City
from drawing import chain, end, extensions, properties, start, user_task

from service.clock import SHANGHAI, FrozenClock
from service.errors import Invalid
from service.store import reads


def yearly_plan(*, day: str = "07-01", key: str = "=&quot;AP-&quot; + string(date(scheduled_for).year + 1)") -> str:
    timer = f'<bpmn:timerEventDefinition><bpmn:timeDate xsi:type="bpmn:tFormalExpression">=yearly("{day}")</bpmn:timeDate></bpmn:timerEventDefinition>'
    settings = extensions(properties(business_key=key, unit="=&quot;zhongxin&quot;", title="=&quot;plan&quot;"))
    begin = f'<bpmn:startEvent id="opened" name="opened">{settings}{timer}</bpmn:startEvent>'
    body = begin + user_task("collect") + end() + chain("opened", "collect", "finished")
    return f'{BPMN}<bpmn:process id="yearly_plan" name="yearly_plan" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'


def started(city: City) -> list[tuple[str, str, str]]:
    with city.store.read() as connection:
        found = [reads.list_family(connection, row.id) for row in connection.exec_driver_sql("select id from cases order by id")]
    cases = [city.case(family[0]["id"]) for family in found]
    return [(case.business_key, case.unit, case.title) for case in cases]


def move(city: City, clock: FrozenClock, *day: int) -> None:
    clock.set(datetime(*day, tzinfo=SHANGHAI))  # type: ignore[misc, arg-type]
    city.worker.drain()


def test_a_date_starts_a_case_each_year(city: City, clock: FrozenClock) -> None:
    city.deploy({"yearly_plan": yearly_plan()})
    move(city, clock, 2027, 6, 30, 23, 59)
    assert started(city) == []
    move(city, clock, 2027, 7, 1)
    assert started(city) == [("AP-2028", "zhongxin", "plan")]
    move(city, clock, 2028, 7, 2)
    assert [key for key, _, _ in started(city)] == ["AP-2028", "AP-2029"]


def test_years_that_nobody_was_there_for_are_made_up_one_after_the_other(city: City, clock: FrozenClock) -> None:
    city.deploy({"yearly_plan": yearly_plan()})
    move(city, clock, 2029, 12, 31)
    assert [key for key, _, _ in started(city)] == ["AP-2028", "AP-2029", "AP-2030"]


def test_a_new_version_waits_for_its_own_day_and_the_same_version_changes_nothing(city: City, clock: FrozenClock) -> None:
    city.deploy({"yearly_plan": yearly_plan()})
    city.deploy({"yearly_plan": yearly_plan()})
    city.deploy({"yearly_plan": yearly_plan(day="09-01")})
    move(city, clock, 2026, 8, 31)
    assert started(city) == []
    move(city, clock, 2026, 9, 1)
    assert [key for key, _, _ in started(city)] == ["AP-2027"]


def test_a_business_key_that_gives_nothing_starts_no_case(city: City) -> None:
    begin = start().replace("/>", f">{extensions(properties(business_key='=project_id'))}</bpmn:startEvent>")
    body = begin + user_task("go_on") + end() + chain("begin", "go_on", "finished")
    process = f'<bpmn:process id="keyed" name="keyed" isExecutable="true">{body}</bpmn:process>'
    city.deploy({"keyed": f"{BPMN}{process}</bpmn:definitions>"})
    with pytest.raises(Invalid, match="业务编号"):
        city.engine.start_case("keyed", {}, by="pj_unit_clerk.jiaoyu")
    assert started(city) == []
