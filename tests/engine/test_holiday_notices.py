"""A holiday notice that comes later reckons open provisional dates anew, each with a line of history, and may be interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, start, user_task

from service.clock import SHANGHAI
from service.engine import recomputing
from service.engine.calendar_notices import Foresight, foresee, load_notice
from service.engine.people import get_actor
from service.engine.publishing import store_calendar
from service.errors import Conflict, InvalidAnswers, NotAllowed
from service.store import reads

CLERK = "pj_unit_clerk.jiaoyu"
#: Made up: in 2027 the whole second week of January is free.
NOTICE: Mapping[str, Any] = {
    "year": 2027,
    "notice": {"title": "虚构的通知（仅供测试）"},
    "holidays": [{"name": "虚构假日", "from": datetime(2027, 1, 11).date(), "to": datetime(2027, 1, 17).date()}],  # noqa: DTZ001
    "working": [],
}


@pytest.fixture
def cases(city: City) -> list[str]:
    """Three cases filed on 6 January 2027, before any notice for 2027, with a due task and a timer for the same deadline."""
    city.clock.set(datetime(2027, 1, 6, 9, tzinfo=SHANGHAI))
    schedule = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'
    task = user_task("work").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + schedule)
    timer = (
        '<bpmn:boundaryEvent id="overdue" name="overdue" attachedToRef="work" cancelActivity="false"><bpmn:timerEventDefinition>'
        "<bpmn:timeDate>=deadline(&quot;D-PJ-18a&quot;, today())</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    body = start() + task + timer + end() + end("noted") + chain("begin", "work", "finished") + chain("overdue", "noted")
    city.deploy({"waiting": body})
    return [city.engine.start_case("waiting", {}, by=CLERK).id for _ in range(3)]


def dates(city: City, case: str) -> tuple[datetime, datetime]:
    """When the task is overdue, and when the timer fires."""
    with city.store.read() as connection:
        (task,) = [row for row in reads.list_case_tasks(connection, [case]) if row["status"] == "open"]
        (timer,) = [job for job in reads.list_case_jobs(connection, [case]) if job["kind"] == "timer"]
    return task["due_at"], timer["due_at"]


def test_open_dates_move_and_the_timer_fires_by_the_new_one(city: City, cases: list[str]) -> None:
    before = datetime(2027, 1, 14, tzinfo=SHANGHAI)
    assert dates(city, cases[0]) == (before, before)

    assert store_calendar(city.engine.machine, [NOTICE], by="operator") == (2027,)
    city.worker.drain()

    after = datetime(2027, 1, 21, tzinfo=SHANGHAI)
    assert [dates(city, case) for case in cases] == [(after, after)] * 3
    for case in cases:
        moved = [link for link in city.history(case) if link.kind == "deadline.moved"]
        assert {link.payload["what"] for link in moved} == {"task", "job"}
        assert {str(link.payload["after"]) for link in moved} == {"2027-01-20"}
    city.clock.advance(timedelta(days=10))
    city.worker.drain()
    assert not any(link.kind == "timer.fired" for link in city.history(cases[0]))
    city.clock.advance(timedelta(days=5))
    city.worker.drain()
    assert any(link.kind == "timer.fired" for link in city.history(cases[0]))


def test_interrupted_work_goes_on_where_it_stood(city: City, cases: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    store_calendar(city.engine.machine, [NOTICE], by="operator")
    done: list[str] = []
    honest = recomputing._recompute_case

    def die_after_one(*arguments: Any) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(arguments[2])
        return honest(*arguments)

    with monkeypatch.context() as dying:
        dying.setattr(recomputing, "_recompute_case", die_after_one)
        with pytest.raises(KeyboardInterrupt):
            city.worker.drain()
    city.clock.advance(timedelta(minutes=6))
    from service.worker.housekeeping import keep_house

    keep_house(city.engine.machine, "test")
    city.worker.drain()

    for case in cases:
        assert len([link for link in city.history(case) if link.kind == "deadline.moved"]) == 2


def test_a_notice_that_changes_nothing_leaves_no_line(city: City, cases: list[str]) -> None:
    quiet = {**NOTICE, "year": 2028, "holidays": []}
    quiet["notice"] = {"title": "虚构的通知（2028，仅供测试）"}
    store_calendar(city.engine.machine, [quiet], by="operator")
    city.worker.drain()
    assert not any(link.kind == "deadline.moved" for link in city.history(cases[0]))


def test_a_date_that_an_administrator_has_set_stays(city: City, cases: list[str]) -> None:
    from sqlalchemy import update

    from service.store.tables import tasks

    own = datetime(2027, 1, 15, tzinfo=SHANGHAI)
    with city.store.write() as connection:
        connection.execute(update(tasks).where(tasks.c.case_id == cases[0]).values(due_at=own, deadline=None))
    store_calendar(city.engine.machine, [NOTICE], by="operator")
    city.worker.drain()
    assert dates(city, cases[0])[0] == own


MONITOR, SYSADMIN = "monitor.zhongxin", "sysadmin.zhongxin"


def foreseen(city: City, document: Mapping[str, Any], *, by: str = MONITOR) -> Foresight:
    machine = city.engine.machine
    with machine.store.read() as connection:
        return foresee(machine, connection, document, by=get_actor(connection, by))


def test_what_is_foreseen_is_what_then_moves(city: City, cases: list[str]) -> None:
    before = [dates(city, case) for case in cases]
    told = foreseen(city, NOTICE)
    assert (told.replaces, told.same, told.looked, told.moved, told.settled, told.complete) == (False, False, 6, 6, 0, True)
    assert {(one.before, one.after.isoformat(), one.certain) for one in told.told} == {("2027-01-13", "2027-01-20", True)}
    assert [dates(city, case) for case in cases] == before, "looking changes nothing"

    assert load_notice(city.engine.machine, NOTICE, reason="国务院通知", by=SYSADMIN) == 2027
    city.worker.drain()
    moved = [link for case in cases for link in city.history(case) if link.kind == "deadline.moved"]
    assert {(str(link.payload["before"])[:10], str(link.payload["after"])[:10]) for link in moved} <= {
        ("2027-01-13", "2027-01-20"), ("2027-01-14", "2027-01-20"),
    }  # fmt: skip
    assert len(moved) == told.moved
    again = foreseen(city, NOTICE)
    assert (again.same, again.replaces, again.moved, again.settled) == (True, True, 0, 0)


def test_a_notice_without_change_of_days_makes_dates_certain(city: City, cases: list[str]) -> None:
    quiet = {**NOTICE, "holidays": [{"name": "虚构假日", "from": "2027-06-01", "to": "2027-06-01"}]}
    told = foreseen(city, quiet)
    assert (told.moved, told.settled) == (0, 6)


def test_only_a_system_administrator_loads_a_notice_and_says_why(city: City) -> None:
    for by in (MONITOR, CLERK):
        with pytest.raises(NotAllowed):
            load_notice(city.engine.machine, NOTICE, reason="x", by=by)
    with pytest.raises(NotAllowed):
        foreseen(city, NOTICE, by=CLERK)
    with pytest.raises(InvalidAnswers):
        load_notice(city.engine.machine, NOTICE, reason=" ", by=SYSADMIN)
    assert 2027 not in city.engine.machine.rules.calendar.years
    load_notice(city.engine.machine, NOTICE, reason="国务院通知", by=SYSADMIN)
    with pytest.raises(Conflict):
        load_notice(city.engine.machine, NOTICE, reason="再来一次", by=SYSADMIN)
