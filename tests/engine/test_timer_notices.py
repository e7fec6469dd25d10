"""Timers by a deadline that stands on no task remind whom the period names; who is told depends on unit, firm and claim."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy
from city import City
from drawing import chain, end, start, user_task

from service.clock import SHANGHAI, OffsetClock
from service.engine.people import as_actor
from service.engine.publishing import store_calendar
from service.engine.reads import scope_of
from service.store import notices, people
from service.store.demo_clock import StoredOffset
from service.store.notices import NoticeFilter
from service.store.tables import jobs

CLERK, UNIT_LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu"
INTAKE, LEAD = "pj_center_intake.zhongxin", "pj_center_lead.zhongxin"
SCHEDULE = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'


def told(city: City, account: str) -> list[tuple[str, str]]:
    """What an account was told: (kind, day and time), the oldest first."""
    with city.store.read() as connection:
        row = people.find_account(connection, account)
        assert row is not None
        scope = scope_of(as_actor(row), city.engine.machine.book)
        page = notices.list_notices(connection, scope, where=NoticeFilter(), after=None, limit=50)
    return [(one["kind"], one["at"].strftime("%m-%d %H:%M")) for one in reversed(page.rows)]


def given(city: City, case: str) -> list[tuple[str, str]]:
    return [
        (link.kind.removeprefix("deadline."), link.at.strftime("%m-%d %H:%M"))
        for link in city.history(case)
        if link.kind.startswith("deadline.")
    ]


def timer(deadline: str) -> str:
    return (
        '<bpmn:boundaryEvent id="passed" name="passed" attachedToRef="work" cancelActivity="false"><bpmn:timerEventDefinition>'
        f"<bpmn:timeDate>=deadline(&quot;{deadline}&quot;, today())</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def deploy(city: City, *, deadline: str = "D-PJ-18a", due: bool = False) -> None:
    task = user_task("work").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + (SCHEDULE if due else ""))
    body = start() + task + timer(deadline) + end() + end("noted")
    city.deploy({"waiting": body + chain("begin", "work", "finished") + chain("passed", "noted")})


def pass_hours(city: City, hours: int) -> None:
    for _ in range(hours):
        city.clock.advance(timedelta(hours=1))
        city.worker.drain()


def test_a_timer_reminds_who_has_to_act_and_on_its_day_those_above(city: City) -> None:
    deploy(city)
    case = city.engine.start_case("waiting", {}, by=CLERK).id

    pass_hours(city, 10 * 24)

    assert given(city, case) == [("reminded", "08-24 09:00"), ("reminded", "08-26 09:00"), ("due", "08-27 09:00")]
    assert told(city, INTAKE) == [("reminded", "08-24 09:00"), ("reminded", "08-26 09:00"), ("due", "08-27 09:00")]
    assert told(city, LEAD) == [("escalated", "08-27 09:00")]
    assert told(city, CLERK) == []
    (last,) = [link for link in city.history(case) if link.kind == "deadline.due"]
    assert last.payload["queues"] == ["pj_center_intake"]
    assert last.payload["escalated_to"] == ["pj_center_lead"]
    assert "job" in last.payload


def test_the_timer_of_a_task_is_silent_because_the_task_speaks(city: City) -> None:
    deploy(city, due=True)
    case = city.engine.start_case("waiting", {}, by=CLERK).id

    pass_hours(city, 10 * 24)

    assert [kind for kind, _ in given(city, case)] == ["reminded", "reminded", "due", "overdue"]
    assert [kind for kind, _ in told(city, CLERK)] == ["reminded", "reminded", "due", "overdue"]
    assert told(city, INTAKE) == []
    assert told(city, LEAD) == [("escalated", "08-28 00:00")]


def test_notices_missed_while_nothing_ran_come_once_before_the_timer_fires(city: City) -> None:
    deploy(city)
    cases = [city.engine.start_case("waiting", {}, by=CLERK).id for _ in range(3)]
    city.clock.advance(timedelta(days=30))
    from service.engine import running
    from service.store import jobs as queue

    with city.store.read() as connection:
        due = queue.list_due(connection, now=city.clock.now(), machine=city.clock.machine(), limit=50)
    running.run(
        city.engine.machine, next(job for job in due if job.case_id == cases[0])
    )  # a worker that was quicker than notices
    city.worker.drain()
    city.worker.drain()

    for case in cases:
        kinds = [link.kind for link in city.history(case) if link.kind.startswith(("deadline.", "timer."))]
        assert kinds == ["deadline.reminded", "deadline.reminded", "deadline.due", "timer.fired"]
    assert len(told(city, INTAKE)) == 9


def test_a_timer_that_is_no_longer_needed_says_nothing(city: City) -> None:
    deploy(city)
    case = city.engine.start_case("waiting", {}, by=CLERK).id
    city.engine.complete_task(city.tasks(case)[0].id, {}, by=CLERK)
    pass_hours(city, 10 * 24)
    assert given(city, case) == []
    assert told(city, INTAKE) == []


def test_who_has_claimed_a_task_is_told_alone(city: City) -> None:
    deploy(city, due=True)
    case = city.engine.start_case("waiting", {}, by=CLERK).id
    city.engine.claim_task(city.tasks(case)[0].id, by=CLERK)
    pass_hours(city, 5 * 24)
    (first,) = [link for link in city.history(case) if link.kind == "deadline.reminded"]
    assert first.payload["queues"] == [f"@{CLERK}"]
    assert told(city, CLERK) == [("reminded", "08-24 09:00")]
    assert told(city, "pj_unit_clerk.jiaoyu.2") == []


@pytest.mark.parametrize(("firm", "queue"), [('"zhongxin"', "pj_contractor@zhongxin"), ("null", "pj_unit_clerk@jiaoyu")])
def test_a_firm_is_told_in_its_own_unit_and_the_clerk_while_there_is_none(city: City, firm: str, queue: str) -> None:
    script = (
        f'<bpmn:scriptTask id="hire" name="hire"><bpmn:extensionElements><zeebe:script expression="={firm.replace(chr(34), "&quot;")}" '
        'resultVariable="contractor_unit"/></bpmn:extensionElements></bpmn:scriptTask>'
    )
    body = start() + script + user_task("work") + timer("D-PJ-03") + end() + end("noted")
    city.deploy({"building": body + chain("begin", "hire", "work", "finished") + chain("passed", "noted")})
    case = city.engine.start_case("building", {}, by=CLERK).id

    city.clock.set(datetime(2028, 3, 1, 12, tzinfo=SHANGHAI))
    city.worker.drain()

    (reminder,) = [link for link in city.history(case) if link.kind == "deadline.reminded"]
    assert reminder.payload["labels"] == ["T-6M"]
    assert reminder.payload["queues"] == [queue]
    assert reminder.at.strftime("%Y-%m-%d") == "2028-02-18"  # the 20th is a Sunday of a year without a notice


def test_a_period_may_remind_more_than_who_has_to_act(city: City) -> None:
    deploy(city, deadline="D-PJ-01")  # by 31 August of the year before the plan year
    city.clock.set(datetime(2027, 1, 4, 9, tzinfo=SHANGHAI))
    # today() is a day of plan year 2027, whose list was due in 2026: the timer of 2028 is what is wanted
    body = (
        start()
        + user_task("work")
        + timer("D-PJ-01").replace("today()", "today() + duration(&quot;P1Y&quot;)")
        + end()
        + end("noted")
    )
    city.deploy({"waiting": body + chain("begin", "work", "finished") + chain("passed", "noted")})
    city.engine.start_case("waiting", {}, by=CLERK)

    city.clock.set(datetime(2027, 8, 31, 10, tzinfo=SHANGHAI))
    city.worker.drain()

    days = [("reminded", "07-30 09:00"), ("reminded", "08-20 09:00"), ("reminded", "08-27 09:00"), ("reminded", "08-30 09:00")]
    assert told(city, CLERK) == [*days, ("due", "08-31 09:00")]
    assert told(city, UNIT_LEAD) == [*days, ("due", "08-31 09:00")]
    assert told(city, "pj_unit_lead.shuili") == []
    assert told(city, LEAD) == [("escalated", "08-31 09:00")]


def test_a_holiday_notice_moves_the_reminders_of_a_timer(city: City) -> None:
    city.clock.set(datetime(2027, 1, 6, 9, tzinfo=SHANGHAI))
    deploy(city)
    case = city.engine.start_case("waiting", {}, by=CLERK).id
    store_calendar(city.engine.machine, [HOLIDAY], by="operator")
    city.worker.drain()

    pass_hours(city, 16 * 24)

    lines = [one for one in given(city, case) if one[0] != "moved"]
    # five working days from 6 January with the second week free end on the 20th, not on the 13th
    assert lines == [("reminded", "01-08 09:00"), ("reminded", "01-19 09:00"), ("due", "01-20 09:00")]


HOLIDAY: dict[str, Any] = {
    "year": 2027,
    "notice": {"title": "虚构的通知（仅供测试）"},
    "holidays": [{"name": "虚构假日", "from": datetime(2027, 1, 11).date(), "to": datetime(2027, 1, 17).date()}],  # noqa: DTZ001
    "working": [],
}


def test_the_demonstration_stops_at_every_reminder_of_a_timer(city_at: Callable[..., City]) -> None:
    begin = datetime(2030, 1, 7, 9, tzinfo=SHANGHAI)
    city = city_at(begin)
    offset = StoredOffset(city.store)
    city.engine.machine.clock = OffsetClock(offset)
    city.engine.machine.clock_changed = offset.forget
    city.engine.set_clock(begin, by=CLERK)
    city.worker.drain()
    deploy(city)
    case = city.engine.start_case("waiting", {}, by=CLERK).id

    city.engine.set_clock(begin + timedelta(days=30), by=CLERK)
    city.worker.drain()

    kinds = [(link.kind, link.at.strftime("%m-%d")) for link in city.history(case) if link.kind.startswith(("deadline", "timer"))]
    assert kinds == [
        ("deadline.reminded", "01-09"), ("deadline.reminded", "01-11"), ("deadline.due", "01-14"), ("timer.fired", "01-15"),
    ]  # fmt: skip


def test_a_reminder_that_is_cut_off_comes_once(city: City) -> None:
    deploy(city)
    case = city.engine.start_case("waiting", {}, by=CLERK).id
    city.clock.set(datetime(2026, 8, 24, 9, tzinfo=SHANGHAI))

    def die(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE jobs SET notice_at"):
            raise KeyboardInterrupt

    sqlalchemy.event.listen(city.store.engine, "before_cursor_execute", die)
    with pytest.raises(KeyboardInterrupt):
        city.worker.drain()
    sqlalchemy.event.remove(city.store.engine, "before_cursor_execute", die)
    assert given(city, case) == []
    assert told(city, INTAKE) == []

    city.worker.drain()
    city.worker.drain()

    assert given(city, case) == [("reminded", "08-24 09:00")]
    assert told(city, INTAKE) == [("reminded", "08-24 09:00")]


def test_the_history_of_a_reminded_case_stays_whole(city: City) -> None:
    from service.store.history import first_broken_link

    deploy(city)
    case = city.engine.start_case("waiting", {}, by=CLERK).id
    city.clock.advance(timedelta(days=30))
    city.worker.drain()
    with city.store.read() as connection:
        assert first_broken_link(connection, case, city.case(case).history_head) is None
        waiting = connection.execute(sqlalchemy.select(jobs.c.notice_at).where(jobs.c.case_id == case, jobs.c.state == "todo"))
        assert waiting.all() == []
