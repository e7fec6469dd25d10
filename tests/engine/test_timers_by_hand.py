"""An administrator gives a timer another date or lets it fire: periods of the law are not cut short, and what was set stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from city import City
from drawing import chain, end, flow, start, user_task
from drawing_more import timer

from service.clock import SHANGHAI, FrozenClock
from service.engine.publishing import store_calendar
from service.engine.reconcile import reconcile
from service.errors import Conflict, InvalidAnswers, NotAllowed, NotFound
from service.store import cases, jobs
from service.store.cases import JobRow

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"
BODY = start() + user_task("work") + end() + chain("begin", "work", "finished") + end("lapsed") + flow("late", "lapsed")


def begin(city: City, **drawn: str) -> tuple[str, JobRow]:
    city.deploy({"errands": BODY + timer("late", "work", **drawn)})  # type: ignore[arg-type]
    case = city.engine.start_case("errands", {}, by=CLERK).id
    return case, job_of(city, case)


def job_of(city: City, case: str) -> JobRow:
    job = next(row.id for row in city.waiting(case) if row.table == "job")
    with city.store.read() as connection:
        found = jobs.find_job(connection, job)
    assert found is not None
    return found


LAW = {"date": '=deadline("D-PJ-18a", today())'}


def test_a_timer_fires_on_its_new_date_and_not_on_the_old(city: City, clock: FrozenClock) -> None:
    case, job = begin(city, duration="P1D")
    later = clock.now() + timedelta(days=9)
    city.engine.reschedule_timer(job.id, due_at=later, reason="等待补充材料", by=MONITOR)
    link = city.history(case)[-1]
    assert (link.kind, link.element, link.actor) == ("timer.set", "late", MONITOR)
    assert link.payload == {"job": job.id, "before": job.due_at, "after": later, "reason": "等待补充材料"}
    clock.advance(timedelta(days=8))
    city.worker.drain()
    assert city.case(case).status == "running"
    clock.advance(timedelta(days=1))
    city.worker.drain()
    assert city.case(case).outcome == "lapsed"


def test_the_new_date_survives_a_repair_of_the_rows(city: City, clock: FrozenClock) -> None:
    case, job = begin(city, duration="P1D")
    later = clock.now() + timedelta(days=9)
    city.engine.reschedule_timer(job.id, due_at=later, reason="x", by=MONITOR)
    machine = city.engine.machine
    with city.store.write() as connection:
        cases.settle_jobs(connection, [job.id], state="cancelled")  # the row is lost
        row = cases.lock_case(connection, case)
        assert row is not None
        work = machine.load(connection, row, actor="system")
        reconcile(work, cases.waiting(connection, case), machine.book)
        work.finish()
    assert job_of(city, case).due_at == later


def test_a_date_of_the_law_that_is_moved_is_marked_and_no_longer_reckoned_anew(city: City, clock: FrozenClock) -> None:
    case, job = begin(city, **LAW)
    assert job.deadline == "D-PJ-18a"
    later = job.due_at + timedelta(days=30)
    city.engine.reschedule_timer(job.id, due_at=later, reason="不可抗力", by=MONITOR)
    link = city.history(case)[-1]
    assert link.payload["deadline"] == "D-PJ-18a"
    now = job_of(city, case)
    assert (now.due_at, now.deadline, now.trigger, now.notice_at) == (later, None, None, None)
    day = (job.due_at - timedelta(days=2)).date()
    holiday = [{"name": "虚构假日", "from": day, "to": day + timedelta(days=6)}]
    notice = {"year": day.year, "notice": {"title": "虚构的通知（仅供测试）"}, "working": [], "holidays": holiday}
    store_calendar(city.engine.machine, [notice], by="operator")
    city.worker.drain()
    assert job_of(city, case).due_at == later


def test_a_timer_fires_by_hand_at_once_and_the_history_says_who_let_it(city: City) -> None:
    case, job = begin(city, duration="P30D")
    city.engine.fire_timer(job.id, reason="设错了时长", by=MONITOR)
    assert city.case(case).outcome == "lapsed"
    link = next(link for link in city.history(case) if link.kind == "timer.fired")
    assert (link.actor, link.payload["reason"], link.payload["due"]) == (MONITOR, "设错了时长", job.due_at)
    with pytest.raises(Conflict):
        city.engine.fire_timer(job.id, reason="again", by=MONITOR)
    with pytest.raises(Conflict):
        city.engine.reschedule_timer(job.id, due_at=job.due_at + timedelta(days=1), reason="again", by=MONITOR)


def test_a_period_of_the_law_is_not_cut_short_but_fires_when_it_is_over(city: City, clock: FrozenClock) -> None:
    case, job = begin(city, **LAW)
    with pytest.raises(NotAllowed) as refused:
        city.engine.fire_timer(job.id, reason="着急", by=MONITOR)
    assert refused.value.rule == "statutory"
    assert city.case(case).status == "running"
    clock.advance(job.due_at - clock.now())
    city.engine.fire_timer(job.id, reason="定时器没有触发", by=MONITOR)
    assert city.case(case).outcome == "lapsed"


def test_a_timer_is_not_set_back_into_the_past(city: City, clock: FrozenClock) -> None:
    _, job = begin(city, duration="P30D")
    for wrong in (clock.now(), datetime(2026, 1, 1, tzinfo=SHANGHAI), (clock.now() + timedelta(days=1)).replace(tzinfo=None)):
        with pytest.raises(InvalidAnswers) as refused:
            city.engine.reschedule_timer(job.id, due_at=wrong, reason="x", by=MONITOR)
        assert [finding.field for finding in refused.value.findings] == ["due_at"]
    assert job_of(city, job.case_id or "") == job


def test_only_a_monitor_touches_timers_and_only_with_a_reason(city: City, clock: FrozenClock) -> None:
    case, job = begin(city, duration="P30D")
    later = clock.now() + timedelta(days=9)
    for account in (CLERK, "pj_audit.shenji"):
        with pytest.raises(NotAllowed):
            city.engine.reschedule_timer(job.id, due_at=later, reason="x", by=account)
        with pytest.raises(NotAllowed):
            city.engine.fire_timer(job.id, reason="x", by=account)
    with pytest.raises(InvalidAnswers):
        city.engine.fire_timer(job.id, reason="", by=MONITOR)
    with pytest.raises(NotFound):
        city.engine.fire_timer("nothing", reason="x", by=MONITOR)
    city.engine.suspend_case(case, reason="x", by=MONITOR)
    with pytest.raises(Conflict):
        city.engine.fire_timer(job.id, reason="x", by=MONITOR)
