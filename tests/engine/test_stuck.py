"""The monitor: each way in which a case can stand still is found by one sweep, with its sentence, and goes when it is solved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, extensions, flow, service_task, start, user_task
from drawing_more import call, gate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from service.clock import SHANGHAI
from service.engine import batches, stuck
from service.engine.stuck import Cause, Trouble
from service.sdk import Context, handler
from service.store import new_id
from service.store import tables as t
from service.store.stuck import StuckFilter

CLERK, COLLEAGUE, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu"
MONITOR = "monitor.zhongxin"
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)  # a Thursday
DUE = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'
CREDIT = {"down": True}


@handler("credit_for_the_monitor")
def ask_for_credit(context: Context) -> None:
    """The credit connector, which is down until it is up."""
    if CREDIT["down"]:
        raise RuntimeError("征信接口返回 500")


@pytest.fixture
def city(city_on: Callable[..., City]) -> City:
    CREDIT["down"] = True
    return city_on("sqlite", NOON)


def begin(city: City, body: str, **more: str) -> str:
    city.deploy({"watched": body, **more})
    case = city.engine.start_case("watched", {}, by=CLERK).id
    city.worker.drain()
    return case


def step(**given: Any) -> str:
    return start() + user_task("work", **given) + end() + chain("begin", "work", "finished")


def look(city: City, cause: Cause | None = None) -> list[Trouble]:
    stuck.sweep(city.engine.machine, whole=True)
    with city.store.read() as connection:
        found, after = stuck.list_troubles(connection, StuckFilter(cause=cause), after=None, limit=200)
    assert after is None
    return list(found)


def one(city: City, cause: Cause) -> Trouble:
    (found,) = look(city, cause)
    return found


def task(city: City, case: str) -> str:
    return city.tasks(case)[0].id


def execute(city: City, statement: Any, *rows: Any) -> None:
    with city.store.write() as connection:
        connection.execute(statement, *rows)


def test_a_case_that_moves_is_not_listed(city: City) -> None:
    begin(city, step())
    assert look(city) == []


def test_an_overdue_task(city: City) -> None:
    body = step().replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + DUE, 1)
    case = begin(city, body)
    city.engine.claim_task(task(city, case), by=CLERK)
    city.clock.set(NOON + timedelta(days=30))
    found = one(city, Cause.OVERDUE)
    assert found.zh == "“work”应于 2026-08-27 前办结，已逾期，由王敏办理中。"
    assert (found.case_id, found.who, found.remedy.act) == (case, (CLERK,), "urge")
    assert found.legal_due == found.since
    city.engine.complete_task(task(city, case), {}, by=CLERK)
    assert look(city) == []


def test_a_task_for_a_role_that_nobody_holds(city: City) -> None:
    case = begin(city, step(groups="pj_unit_clerk@jiaoyu"))
    execute(city, delete(t.memberships).where(t.memberships.c.role == "pj_unit_clerk", t.memberships.c.unit == "jiaoyu"))
    found = one(city, Cause.NOBODY)
    assert "没有可以办理的人" in found.zh
    assert "nobody there can act" in found.en
    assert found.remedy.act == "appoint"
    execute(city, insert(t.memberships), {"account": CLERK, "role": "pj_unit_clerk", "unit": "jiaoyu"})
    assert look(city) == []
    city.engine.complete_task(task(city, case), {}, by=CLERK)


def test_a_task_of_a_unit_that_is_closed(city: City) -> None:
    begin(city, step())
    execute(city, update(t.units).where(t.units.c.id == "jiaoyu").values(closed_on=NOON.date()))
    assert "没有可以办理的人" in one(city, Cause.NOBODY).zh


def test_the_only_people_are_on_leave(city: City) -> None:
    case = begin(city, step(groups="pj_unit_lead@jiaoyu"))
    with city.store.read() as connection:
        leads = connection.execute(
            select(t.memberships.c.account).where(t.memberships.c.role == "pj_unit_lead", t.memberships.c.unit == "jiaoyu")
        ).scalars().all()  # fmt: skip
    for account in leads:
        row = {
            "account": account,
            "start": NOON.date(),
            "until": NOON.date() + timedelta(days=9),
            "reason": "休假",
            "created_at": NOON,
        }
        execute(city, insert(t.absences), {"id": new_id(), **row})
    found = one(city, Cause.ABSENT)
    assert "休假（至 2026-08-29）" in found.zh
    assert set(found.who) == set(leads)
    city.clock.set(NOON + timedelta(days=10))
    assert [trouble.cause for trouble in look(city)] == [Cause.UNTAKEN]
    city.engine.complete_task(task(city, case), {}, by=LEAD)


def test_who_holds_a_task_can_no_longer_act(city: City) -> None:
    case = begin(city, step())
    city.engine.claim_task(task(city, case), by=CLERK)
    execute(city, update(t.accounts).where(t.accounts.c.name == CLERK).values(active=False))
    assert "该账号已不能办理" in one(city, Cause.ABSENT).zh


def test_separation_of_duty_bars_everybody(city: City) -> None:
    body = start() + user_task("first") + user_task("second", sod="first") + end() + chain("begin", "first", "second", "finished")
    case = begin(city, body)
    execute(city, delete(t.memberships).where(t.memberships.c.role == "pj_unit_clerk", t.memberships.c.account != CLERK))
    city.engine.complete_task(task(city, case), {}, by=CLERK)
    found = one(city, Cause.BARRED)
    assert "职责分离或回避" in found.zh
    assert "王敏" in found.zh
    execute(city, insert(t.memberships), {"account": COLLEAGUE, "role": "pj_unit_clerk", "unit": "jiaoyu"})
    assert look(city) == []


def test_nobody_has_taken_a_task_for_two_working_days(city: City) -> None:
    case = begin(city, step())
    city.clock.set(NOON + timedelta(days=3))  # a Sunday: one working day has gone by
    assert look(city) == []
    city.clock.set(NOON + timedelta(days=4, minutes=1))
    found = one(city, Cause.UNTAKEN)
    assert "2 个工作日无人领取" in found.zh
    assert CLERK in found.who
    batches.act(city.engine.machine, "reassign_task", task(city, case), arguments={"to": CLERK}, reason="指定办理", by=MONITOR)
    assert look(city) == []


def test_after_how_long_nobody_has_taken_a_task_is_a_parameter(city: City) -> None:
    begin(city, step())
    day = NOON.date()
    city.engine.set_parameter(
        "untaken_days", 1, from_date=day, applies_to_open_cases=False, reason="试行", by="sysadmin.zhongxin"
    )
    city.clock.set(NOON + timedelta(days=1, minutes=1))
    assert "1 个工作日无人领取" in one(city, Cause.UNTAKEN).zh


def test_an_automatic_step_has_failed_for_good(city: City) -> None:
    body = start() + service_task("credit", type="credit_for_the_monitor", retries=1) + end()
    case = begin(city, body + chain("begin", "credit", "finished"))
    found = one(city, Cause.PARKED)
    assert "自动办理 1 次都未成功" in found.zh
    assert "征信接口返回 500" in found.zh
    assert found.facts["attempts"] == 1
    assert found.remedy.act == "retry_job"
    CREDIT["down"] = False
    batches.act(city.engine.machine, "retry_job", str(found.job_id), arguments={}, reason="接口已恢复", by=MONITOR)
    city.worker.drain()
    assert city.case(case).status == "completed"
    assert look(city) == []


@pytest.mark.parametrize("below", [False, True], ids=["in the case", "in a case below"])
def test_the_next_deadline_of_the_case_is_at_risk(city: City, *, below: bool) -> None:
    credit = service_task("credit", type="credit_for_the_monitor", retries=1)
    body = start() + gate("fork") + user_task("work") + (call("ask", "asked") if below else credit) + gate("join") + end()
    form = '<zeebe:formDefinition formId="plain.work"/>'
    assert form in body
    body = body.replace(form, form + DUE) + chain("begin", "fork", "work", "join", "finished")
    body += chain("fork", "ask" if below else "credit", "join")
    case = begin(city, body, asked=start() + credit + end() + chain("begin", "credit", "finished"))
    found = one(city, Cause.PARKED)
    with city.store.read() as connection:
        (due,) = connection.execute(select(t.tasks.c.due_at).where(t.tasks.c.case_id == case)).scalars()
    assert due is not None
    assert found.legal_due == due
    assert (found.case_id != case) is below
    if below:
        assert one(city, Cause.CHILD).legal_due == due
    later = due + timedelta(days=1)
    execute(city, update(t.tasks).where(t.tasks.c.case_id == case).values(due_at=later))
    assert one(city, Cause.PARKED).legal_due == later


def slow_step(city: City) -> str:
    body = (
        start() + service_task("credit", type="credit_for_the_monitor", retries=3) + end() + chain("begin", "credit", "finished")
    )
    city.deploy({"watched": body})
    return city.engine.start_case("watched", {}, by=CLERK).id


def test_whoever_did_a_step_is_gone(city: City) -> None:
    slow_step(city)
    lost = {"state": "doing", "lease": "x", "lease_until": city.clock.machine() - timedelta(minutes=1)}
    execute(city, update(t.jobs).where(t.jobs.c.kind == "service").values(**lost))
    found = one(city, Cause.LEASE)
    assert "后台进程可能已中断" in found.zh


def test_a_timer_was_due_and_has_not_run(city: City) -> None:
    timer = '<bpmn:intermediateCatchEvent id="pause" name="公示期"><bpmn:timerEventDefinition><bpmn:timeDuration '
    timer += 'xsi:type="bpmn:tFormalExpression">P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
    case = begin(city, start() + timer + end() + chain("begin", "pause", "finished"))
    assert look(city) == []
    city.clock.set(NOON + timedelta(days=1, minutes=10))
    found = one(city, Cause.LATE)
    assert found.zh == "“公示期”应在 2026-08-21 12:00 自动进行而没有进行；请检查后台进程是否在运行。"
    city.worker.drain()
    assert city.case(case).status == "completed"
    assert look(city) == []


MESSAGE = (
    '<bpmn:message id="m" name="decided"><bpmn:extensionElements><zeebe:subscription correlationKey="=case.id"/>'
    "</bpmn:extensionElements></bpmn:message>"
)


def with_message(key: str, body: str, correlation: str) -> str:
    from city import BPMN

    message = MESSAGE.replace("=case.id", correlation.replace('"', "&quot;"))
    return f'{BPMN}{message}<bpmn:process id="{key}" isExecutable="true" name="{key}">{body}</bpmn:process></bpmn:definitions>'


def test_no_open_case_will_send_the_message(city: City) -> None:
    catch = '<bpmn:intermediateCatchEvent id="hear" name="等待决定"><bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
    throw = '<bpmn:intermediateThrowEvent id="tell" name="告知决定"><bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateThrowEvent>'
    waits = with_message("watched", start() + catch + end() + chain("begin", "hear", "finished"), '="X-1"')
    sends = with_message(
        "deciding", start() + user_task("decide") + throw + end() + chain("begin", "decide", "tell", "finished"), '="X-1"'
    )
    city.deploy({"deciding": sends, "watched": waits})
    case = city.engine.start_case("watched", {}, by=CLERK).id
    city.worker.drain()
    found = one(city, Cause.MESSAGE)
    assert "没有办理中的案件会发出它（应由“deciding”的“告知决定”发出）" in found.zh
    city.engine.publish_message("decided", "X-1", {}, by="connector.zhongxin")
    city.worker.drain()
    assert city.case(case).status == "completed"
    assert look(city) == []


def test_a_message_from_outside_is_waited_for_without_alarm(city: City) -> None:
    catch = '<bpmn:intermediateCatchEvent id="hear" name="等待决定"><bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
    city.deploy({"watched": with_message("watched", start() + catch + end() + chain("begin", "hear", "finished"), '="X-1"')})
    city.engine.start_case("watched", {}, by=CLERK)
    assert look(city) == []


def test_a_child_case_stands_still(city: City) -> None:
    below = (
        start() + service_task("credit", type="credit_for_the_monitor", retries=1) + end() + chain("begin", "credit", "finished")
    )
    call = (
        '<bpmn:callActivity id="ask" name="查询信用">'
        + extensions('<zeebe:calledElement processId="below"/>')
        + "</bpmn:callActivity>"
    )
    city.deploy({"below": below})
    case = begin(city, start() + call + end() + chain("begin", "ask", "finished"))
    found = one(city, Cause.CHILD)
    assert found.case_id == case
    assert found.zh.startswith("“查询信用”等待的下级案件")
    assert "征信接口返回 500" in found.zh
    CREDIT["down"] = False
    parked = one(city, Cause.PARKED)
    batches.act(city.engine.machine, "retry_job", str(parked.job_id), arguments={}, reason="接口已恢复", by=MONITOR)
    city.worker.drain()
    assert look(city) == []


def test_a_waiting_row_is_gone(city: City) -> None:
    case = begin(city, step())
    execute(city, delete(t.tasks).where(t.tasks.c.case_id == case))
    found = one(city, Cause.INCOMPLETE)
    assert found.zh.startswith("案件缺少 1 项")
    assert found.remedy.act == "repair_case"
    batches.act(city.engine.machine, "repair_case", case, arguments={}, reason="补齐", by=MONITOR)
    assert look(city) == []
    city.engine.complete_task(task(city, case), {}, by=CLERK)
    assert [link.kind for link in city.history(case)].count("case.repaired") == 1


def test_of_two_branches_one_has_lost_its_row(city: City) -> None:
    gates = '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="met" name="汇总"/>'
    body = start() + gates + user_task("left") + user_task("right") + end()
    case = begin(city, body + chain("begin", "split", "left", "met", "finished") + flow("split", "right") + flow("right", "met"))
    execute(city, delete(t.tasks).where(t.tasks.c.case_id == case, t.tasks.c.element == "right"))
    assert one(city, Cause.INCOMPLETE).case_id == case


def test_a_case_is_slower_than_its_kind(city: City) -> None:
    city.deploy({"watched": step()})
    for _ in range(stuck.finding.LEAST_ENDED):
        case = city.engine.start_case("watched", {}, by=CLERK).id
        city.clock.set(city.clock.now() + timedelta(hours=1))
        city.engine.complete_task(task(city, case), {}, by=CLERK)
    slow = city.engine.start_case("watched", {}, by=CLERK).id
    city.engine.claim_task(task(city, slow), by=CLERK)
    assert look(city) == []
    city.clock.set(city.clock.now() + timedelta(hours=5))
    found = one(city, Cause.SLOW)
    assert found.case_id == slow
    assert "比 95% 的同类案件都慢" in found.zh


def test_what_is_solved_is_not_shown_even_before_the_next_sweep(city: City) -> None:
    case = begin(city, step())
    city.clock.set(NOON + timedelta(days=5))
    assert one(city, Cause.UNTAKEN).case_id == case
    city.engine.complete_task(task(city, case), {}, by=CLERK)
    with city.store.read() as connection:
        assert stuck.list_troubles(connection, StuckFilter(), after=None, limit=50)[0] == ()


def test_a_trouble_keeps_its_row_and_one_worker_sweeps_at_a_time(city: City) -> None:
    begin(city, step())
    city.clock.set(NOON + timedelta(days=5))
    assert stuck.sweep(city.engine.machine) > 0
    assert stuck.sweep(city.engine.machine) == 0  # within fifteen seconds nobody looks again
    with city.store.read() as connection:
        found_at = connection.execute(select(t.stuck.c.found_at)).scalar_one()
    city.clock.set(NOON + timedelta(days=5, hours=1))
    assert stuck.sweep(city.engine.machine, whole=True) == 0
    with city.store.read() as connection:
        assert connection.execute(select(t.stuck.c.found_at)).scalar_one() == found_at


FAULTS = st.sampled_from(["job", "lease", "member", "subscription", "task", "nothing"])
WILD = (
    start() + '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="met"/>' + user_task("write")
    + service_task("credit", type="credit_for_the_monitor", retries=1)
    + '<bpmn:callActivity id="call" name="call">' + extensions('<zeebe:calledElement processId="inner"/>') + "</bpmn:callActivity>"
    + user_task("sign", groups="pj_unit_lead@jiaoyu") + end()
    + chain("begin", "split", "write", "met", "sign", "finished") + chain("split", "credit", "met") + chain("split", "call", "met")
)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_no_fault_leaves_a_case_that_neither_moves_nor_is_listed(city: City, data: st.DataObject) -> None:
    city.clock.set(NOON)
    CREDIT["down"] = data.draw(st.booleans())
    city.deploy({"inner": step(), "watched": WILD})
    case = city.engine.start_case("watched", {}, by=CLERK).id
    city.worker.drain()
    try:
        for fault in data.draw(st.lists(FAULTS, min_size=1, max_size=3)):
            break_(city, fault)
        city.clock.set(NOON + timedelta(days=6))
        city.worker.drain()
        listed = {trouble.case_id for trouble in look(city)}
        with city.store.read() as connection:
            family = connection.execute(select(t.cases.c.id, t.cases.c.status).where(t.cases.c.root == case)).all()
        for member, status in family:
            assert status in ("completed", "terminated") or member in listed, member
    finally:
        execute(
            city, insert(t.memberships).prefix_with("OR IGNORE"), {"account": CLERK, "role": "pj_unit_clerk", "unit": "jiaoyu"}
        )


def break_(city: City, fault: str) -> None:
    with city.store.write() as connection:
        if fault == "job":
            connection.execute(delete(t.jobs).where(t.jobs.c.state.in_(("todo", "parked")), t.jobs.c.case_id.is_not(None)))
        elif fault == "lease":
            gone = {"state": "doing", "lease": "x", "lease_until": city.clock.machine() - timedelta(hours=1)}
            parked = select(t.jobs.c.id).where(t.jobs.c.state == "parked").limit(1)
            connection.execute(update(t.jobs).where(t.jobs.c.id.in_(parked)).values(**gone))
        elif fault == "member":
            connection.execute(delete(t.memberships).where(t.memberships.c.account == CLERK))
        elif fault == "subscription":
            connection.execute(delete(t.subscriptions))
        elif fault == "task":
            connection.execute(delete(t.tasks).where(t.tasks.c.status == "open"))


def test_the_task_of_an_added_signer_is_named_in_english(city: City) -> None:
    case = begin(city, step())
    main = task(city, case)
    city.engine.claim_task(main, by=CLERK)
    city.engine.add_signers(main, [LEAD], way="parallel", reason="请会签", by=CLERK)
    execute(city, update(t.accounts).where(t.accounts.c.name == LEAD).values(active=False))
    found = [trouble for trouble in look(city, Cause.NOBODY) if "加签" in trouble.zh]
    assert [trouble.en.split("”")[0] for trouble in found] == ["“Added signature: work"]


def test_a_join_that_waits_for_a_branch_that_ended_elsewhere(city: City) -> None:
    body = (
        start() + user_task("prepare") + gate("fork") + user_task("one") + user_task("two")
        + '<bpmn:exclusiveGateway id="which" default="to_join"/>' + gate("join") + end() + end("given_up")
        + flow("begin", "prepare") + flow("prepare", "fork") + flow("fork", "one") + flow("fork", "two")
        + flow("one", "join") + flow("two", "which")
        + flow("which", "given_up", "=true") + flow("which", "join", id="to_join") + flow("join", "finished")
    )  # fmt: skip
    case = begin(city, body)
    city.engine.complete_task(task(city, case), {}, by=CLERK)
    for waiting in sorted(city.tasks(case), key=lambda one: one.element, reverse=True):
        city.engine.complete_task(waiting.id, {}, by=CLERK)
    found = one(city, Cause.JOIN)
    assert (found.case_id, found.remedy.act) == (case, "move_token")
    assert "已到 1 路，其余各路都已不再进行" in found.zh
    assert "an administrator must act" in found.en
    city.engine.move_token(case, from_="join", to="prepare", reason="另一路已放弃，重新开始", by=MONITOR)
    assert look(city) == []
    assert [one.element for one in city.tasks(case)] == ["prepare"]
