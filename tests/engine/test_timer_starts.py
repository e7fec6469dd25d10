"""Cases that a date starts: each year on its day, once, also after a new version; the key of what a case is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from city import BPMN, City
from drawing import chain, end, extensions, properties, start, user_task

from service.clock import SHANGHAI, FrozenClock
from service.engine.machine import Rules
from service.engine.scheduling import reschedule
from service.engine.waiting import START
from service.errors import Invalid, InvalidAnswers
from service.store import jobs, parameters, reads


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


# --- days that a parameter gives

SYSADMIN = "sysadmin.zhongxin"


def by_parameter() -> str:
    return yearly_plan().replace('=yearly("07-01")', '=yearly(parameter("plan_opens"))')


def set_day(city: City, value: str, *start: int, applies: bool = False) -> None:
    day = date(*start) if start else city.clock.now().date()
    city.engine.set_parameter(
        "plan_opens", value, from_date=day, applies_to_open_cases=applies, reason="调整开启日期", by=SYSADMIN
    )


def waiting_for(city: City) -> list[date]:
    with city.store.read() as connection:
        return [row.due_at.astimezone(SHANGHAI).date() for row in jobs.list_waiting(connection, START)]


def test_a_start_waits_anew_when_the_parameter_that_gives_its_day_is_changed(city: City, clock: FrozenClock) -> None:
    city.deploy({"yearly_plan": by_parameter()})
    assert waiting_for(city) == [date(2027, 7, 1)]
    set_day(city, "09-01")
    assert waiting_for(city) == [date(2026, 9, 1)]
    city.deploy({"yearly_plan": by_parameter()})
    assert waiting_for(city) == [date(2026, 9, 1)]
    move(city, clock, 2026, 9, 1)
    assert [key for key, _, _ in started(city)] == ["AP-2027"]


def test_a_change_for_later_counts_from_its_day_on(city: City, clock: FrozenClock) -> None:
    city.deploy({"yearly_plan": by_parameter()})
    set_day(city, "09-01", 2027, 1, 1)
    assert waiting_for(city) == [date(2027, 9, 1)]  # and not 2026-09-01, when 07-01 is still in force
    set_day(city, "10-01", 2027, 9, 1)
    assert waiting_for(city) == [date(2027, 10, 1)]
    move(city, clock, 2027, 9, 30)
    assert started(city) == []
    move(city, clock, 2027, 10, 1)
    assert [key for key, _, _ in started(city)] == ["AP-2028"]
    assert waiting_for(city) == [date(2028, 10, 1)]


def test_a_day_that_is_moved_back_after_the_start_does_not_start_the_same_year_twice(city: City, clock: FrozenClock) -> None:
    city.deploy({"yearly_plan": by_parameter()})
    move(city, clock, 2027, 7, 2)
    set_day(city, "09-01")
    assert waiting_for(city) == [date(2028, 9, 1)]
    city.deploy({"yearly_plan": by_parameter().replace('name="collect"', 'name="gather"')})
    assert waiting_for(city) == [date(2028, 9, 1)]
    move(city, clock, 2028, 9, 1)
    assert [key for key, _, _ in started(city)] == ["AP-2028", "AP-2029"]


def test_a_start_that_was_put_off_without_word_to_this_process_waits_on(city: City, clock: FrozenClock) -> None:
    city.deploy({"yearly_plan": by_parameter()})
    with city.store.write() as connection:  # as a deployment of another process does before it has queued the starts anew
        now = clock.now()
        parameters.insert_change(
            connection, name="plan_opens", start=date(2027, 6, 1), value="12-01", applies_to_open_cases=False, reason="x",
            actor=SYSADMIN, at=now,
        )  # fmt: skip
        rules = Rules.read(connection)
    city.engine.machine.rules = rules
    assert waiting_for(city) == [date(2027, 7, 1)]
    move(city, clock, 2027, 7, 1)
    assert started(city) == []
    assert waiting_for(city) == [date(2027, 12, 1)]


def forget_that_it_is_a_day(city: City) -> None:
    """As in a regulation that does not say of the parameter that it is a day of the year."""
    machine = city.engine.machine
    versions = machine.rules.catalogue.parameters
    plain = {**versions, "plan_opens": tuple(replace(one, yearly=False) for one in versions["plan_opens"])}
    machine.rules = replace(machine.rules, catalogue=replace(machine.rules.catalogue, parameters=plain))


@pytest.mark.parametrize("wrong", ["13-45", "02-29", "七月一日"])
@pytest.mark.parametrize("start", [(), (2028, 1, 1)])
def test_what_the_law_calls_a_day_of_the_year_must_be_one(city: City, wrong: str, start: tuple[int, ...]) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        set_day(city, wrong, *start)
    assert [finding.field for finding in refused.value.findings] == ["value"]
    assert "应为每年都有的一天" in refused.value.findings[0].message
    assert city.engine.machine.find_parameter("plan_opens", date(2029, 1, 1)) == "07-01"


@pytest.mark.parametrize("wrong", ["13-45", "02-29", "七月一日"])
@pytest.mark.parametrize("start", [(), (2028, 1, 1)])
def test_a_day_that_no_year_has_is_refused_and_the_start_waits_on(city: City, wrong: str, start: tuple[int, ...]) -> None:
    city.deploy({"yearly_plan": by_parameter()})
    forget_that_it_is_a_day(city)
    with pytest.raises(InvalidAnswers) as refused:
        set_day(city, wrong, *start)
    assert [finding.field for finding in refused.value.findings] == ["value"]
    assert wrong in refused.value.findings[0].message
    assert "yearly_plan" in refused.value.findings[0].message
    assert waiting_for(city) == [date(2027, 7, 1)]
    assert city.engine.machine.find_parameter("plan_opens", date(2029, 1, 1)) == "07-01"


def test_what_a_timer_does_not_ask_for_may_be_any_text(city: City) -> None:
    city.deploy({"yearly_plan": yearly_plan()})
    forget_that_it_is_a_day(city)
    set_day(city, "13-45")
    assert waiting_for(city) == [date(2027, 7, 1)]


def test_a_regulation_with_a_wrong_day_stops_neither_a_start_that_is_due_nor_the_other_timers(
    city: City, clock: FrozenClock
) -> None:
    city.deploy({"yearly_plan": by_parameter()})
    machine = city.engine.machine
    versions = machine.rules.catalogue.parameters
    wrong = {**versions, "plan_opens": tuple(replace(one, value="13-45") for one in versions["plan_opens"])}
    machine.rules = replace(machine.rules, catalogue=replace(machine.rules.catalogue, parameters=wrong))
    move(city, clock, 2027, 7, 1)
    assert [key for key, _, _ in started(city)] == ["AP-2028"]
    assert waiting_for(city) == []

    other = yearly_plan().replace("yearly_plan", "a_plan").replace('"opened"', '"begun"').replace("opened_to", "begun_to")
    with machine.store.write() as connection:
        faults = reschedule(machine, connection, machine.rules.catalogue)
    assert [fault.message_en for fault in faults] == ["yearly_plan.opened: '13-45' is no day of every year."]
    machine.reload_rules()
    city.deploy({"a_plan": other})
    assert waiting_for(city) == [date(2028, 7, 1)] * 2
