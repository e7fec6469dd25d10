"""Why a case waits: each cause is brought about, and the sentence that tells it is read in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from city import BPMN, City
from drawing import chain, end, extensions, flow, service_task, start, user_task

from service.clock import SHANGHAI
from service.engine.people import get_actor
from service.engine.waiting_for import Cause, Solver, WaitingFor, list_waiting_for
from service.sdk import HANDLERS, Context, Registered
from service.store import cases, demo_clock

CLERK, SECOND, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu"
MONITOR = "monitor.zhongxin"


@pytest.fixture
def handlers() -> Iterator[dict[str, Registered]]:
    """Handlers of one test; gone afterwards."""
    before = dict(HANDLERS)
    yield HANDLERS
    HANDLERS.clear()
    HANDLERS.update(before)


def why(city: City, case: str, *, by: str = CLERK) -> tuple[WaitingFor, ...]:
    with city.store.read() as connection:
        row = cases.find_case(connection, case)
        assert row is not None
        return list_waiting_for(city.engine.machine, connection, row, get_actor(connection, by))


def told(city: City, case: str, *, by: str = CLERK) -> list[tuple[Cause, str, str]]:
    return [(one.cause, one.said.zh, one.said.en) for one in why(city, case, by=by)]


def one_task(city: City, task: str) -> str:
    city.deploy({"asking": start() + task + end() + chain("begin", "decide", "finished")})
    return city.engine.start_case("asking", {}, by=CLERK).id


def catch(id: str, name: str, definition: str) -> str:
    return f'<bpmn:intermediateCatchEvent id="{id}" name="{name}">{definition}</bpmn:intermediateCatchEvent>'


def waits_until(city: City, kind: str, text: str) -> str:
    timer = f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    city.deploy({"asking": start() + catch("wait", "公示", timer) + end() + chain("begin", "wait", "finished")})
    return city.engine.start_case("asking", {}, by=CLERK).id


def test_a_task_that_somebody_holds_is_told_with_since_when_and_until_when(city: City) -> None:
    schedule = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18b&quot;, today())"/>'
    task = user_task("decide").replace("</bpmn:extensionElements>", f"{schedule}</bpmn:extensionElements>")
    case = one_task(city, task)
    city.clock.advance(timedelta(hours=1))
    city.engine.claim_task(city.tasks(case)[0].id, by=SECOND)

    (one,) = why(city, case)

    assert one.said == (
        "“decide”由赵一鸣自 2026-08-20 10:00 起办理中，期限 2026-09-17；由其办结，或转办、交回。",
        "赵一鸣 has held “decide” since 2026-08-20 10:00, due 2026-09-17; they complete it, hand it over or give it back.",
    )
    assert (one.cause, one.solver, one.who) == (Cause.HELD, Solver.PEOPLE, (SECOND,))
    assert one.why[0].zh.startswith("受理")

    city.clock.advance(timedelta(days=30))
    assert "期限 2026-09-17，已逾期" in told(city, case)[0][1]
    assert "overdue since 2026-09-17" in told(city, case)[0][2]


def test_a_task_that_is_offered_is_told_with_the_role_and_who_can_do_it(city: City) -> None:
    case = one_task(city, user_task("decide"))
    (one,) = why(city, case)
    assert one.said == (
        "“decide”等待需求单位经办人（市教育局）办理，王敏、赵一鸣可以办理。",
        "“decide” is offered to Clerk of the demanding unit (市教育局): 王敏, 赵一鸣 can do it.",
    )
    assert one.who == (CLERK, SECOND)
    assert (one.cause, one.since) == (Cause.OFFERED, datetime(2026, 8, 20, 9, tzinfo=SHANGHAI))


def test_of_many_people_five_are_named_and_all_are_counted(city: City) -> None:
    case = one_task(city, user_task("decide", groups="pj_unit_clerk"))
    ((_, zh, en),) = told(city, case)
    count = len(why(city, case)[0].who)
    assert count > 5
    assert zh.count("、") == 4
    assert f"等 {count} 人可以办理。" in zh
    assert en.endswith(f"and {count - 5} more can do it.")


def test_a_role_that_nobody_holds_waits_for_the_administrator(city: City) -> None:
    case = one_task(city, user_task("decide", groups="pj_unit_lead@nowhere"))
    (one,) = why(city, case)
    assert one.said == (
        "“decide”等待需求单位负责人（nowhere）办理，但目前没有可以办理的人；须由管理员任命人员。",
        "“decide” is offered to Head of the demanding unit (nowhere), but nobody there can act; an administrator must appoint somebody.",
    )
    assert (one.cause, one.solver) == (Cause.NOBODY, Solver.ADMINISTRATOR)


def test_when_separation_of_duty_bars_everybody_the_rule_is_named(city: City) -> None:
    body = (
        start()
        + user_task("ask", groups="pj_unit_lead@jiaoyu")
        + user_task("decide", groups="pj_unit_lead@jiaoyu", sod="ask")
        + end()
    )
    city.deploy({"asking": body + chain("begin", "ask", "decide", "finished")})
    case = city.engine.start_case("asking", {}, by=CLERK).id
    city.engine.complete_task(city.tasks(case)[0].id, {}, by=LEAD)
    (one,) = why(city, case)
    assert one.said == (
        "“decide”等待需求单位负责人（市教育局）办理，但其全部人员都因职责分离或回避不得办理：刘建国办理过“ask”（规则 SoD-2）；须由管理员另行任命人员。",
        "“decide” is offered to Head of the demanding unit (市教育局), but separation of duty bars everybody there: "
        "刘建国 did “ask” (rule SoD-2); an administrator must appoint somebody else.",
    )
    assert (one.cause, one.solver) == (Cause.BARRED, Solver.ADMINISTRATOR)


def test_who_is_barred_is_not_among_those_who_can_do_it(city: City) -> None:
    case = one_task(city, user_task("decide", sod="submitter"))
    assert why(city, case)[0].who == (SECOND,)


def test_a_task_that_added_signers_decide_first_names_them(city: City) -> None:
    case = one_task(city, user_task("decide"))
    main = city.tasks(case)[0].id
    city.engine.claim_task(main, by=CLERK)
    city.engine.add_signers(main, [LEAD], way="before", reason="请先看", by=CLERK)
    (one,) = [one for one in why(city, case) if one.task == main]
    assert one.said == (
        "“decide”等待加签人刘建国办理，之后继续。", "“decide” waits for the added signers 刘建国 and then goes on.",
    )  # fmt: skip
    assert (one.cause, one.solver, one.who) == (Cause.SIGNERS, Solver.PEOPLE, (LEAD,))


def test_a_timer_is_told_with_its_end_and_how_it_was_reckoned(city: City) -> None:
    case = waits_until(city, "timeDate", "=deadline(&quot;D-PJ-18a&quot;, date(&quot;2026-08-20&quot;))")
    (one,) = why(city, case)
    assert one.due_at is not None
    last = (one.due_at - timedelta(days=1)).strftime("%Y-%m-%d")
    assert one.said == (
        f"“公示”等到 {last} 24:00，届时自动继续，无需办理。",
        f"“公示” waits until {last} 24:00 and then goes on by itself.",
    )
    assert any("2026-08-20" in sentence.zh for sentence in one.why)
    assert any("2026-08-20" in sentence.en for sentence in one.why)
    assert (one.cause, one.solver) == (Cause.TIMER, Solver.TIME)


def test_a_timer_by_duration_names_the_minute_and_needs_no_derivation(city: City) -> None:
    case = waits_until(city, "timeDuration", "PT90M")
    (one,) = why(city, case)
    assert (one.said.zh, one.why) == ("“公示”等到 2026-08-20 10:30，届时自动继续，无需办理。", ())


def test_a_timer_beside_a_task_is_no_reason_of_its_own(city: City) -> None:
    late = (
        '<bpmn:boundaryEvent id="late" name="late" attachedToRef="decide"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    city.deploy(
        {"asking": start() + user_task("decide") + late + end() + chain("begin", "decide", "finished") + flow("late", "finished")}
    )
    case = city.engine.start_case("asking", {}, by=CLERK).id
    assert [one.cause for one in why(city, case)] == [Cause.OFFERED]


MESSAGE = (
    f'{BPMN}<bpmn:message id="m" name="pj.decided">' + extensions('<zeebe:subscription correlationKey="=&quot;PJ-1&quot;"/>')
    + "</bpmn:message>"
)  # fmt: skip
EVENT = '<bpmn:messageEventDefinition messageRef="m"/>'


def waits_for_message(city: City) -> str:
    body = start() + catch("wait", "批复", EVENT) + end() + chain("begin", "wait", "finished")
    city.deploy(
        {
            "asking": f'<?xml version="1.0"?>{MESSAGE.partition("?>")[2]}<bpmn:process id="asking" name="asking" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
        }
    )
    case = city.engine.start_case("asking", {}, by=CLERK).id
    city.worker.drain()
    return case


def test_a_message_that_no_diagram_sends_comes_from_elsewhere(city: City) -> None:
    assert told(city, waits_for_message(city)) == [
        (
            Cause.MESSAGE,
            "“批复”等待外部系统或人员送来消息“pj.decided”（对应“PJ-1”）。",
            "“批复” waits for the message “pj.decided” (for “PJ-1”) from another system or a person.",
        )
    ]


def test_a_message_is_told_with_the_process_and_the_step_that_send_it(city: City) -> None:
    throw = f'<bpmn:intermediateThrowEvent id="send" name="送达批复">{EVENT}</bpmn:intermediateThrowEvent>'
    body = start() + user_task("decide") + throw + end() + chain("begin", "decide", "send", "finished")
    city.deploy(
        {
            "deciding": f'{MESSAGE}<bpmn:process id="deciding" name="审批" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
        }
    )
    ((cause, zh, en),) = told(city, waits_for_message(city))
    assert cause is Cause.MESSAGE
    assert zh == "“批复”等待“审批”的“送达批复”发来消息“pj.decided”（对应“PJ-1”）。"
    assert en == "“批复” waits for the message “pj.decided” (for “PJ-1”) sent by “送达批复” of “审批”."


def failing(city: City, handlers: dict[str, Registered], attempts: int) -> str:
    def run(context: Context) -> dict[str, Any]:
        raise OSError("the bank does not answer")

    handlers["call_bank"] = Registered(name="call_bank", run=run, inline=False, source=__file__)
    body = start() + service_task("call_bank", retries=3) + end() + chain("begin", "call_bank", "finished")
    city.deploy({"banking": body})
    case = city.engine.start_case("banking", {}, by=CLERK).id
    for _ in range(attempts):
        city.worker.drain()
        city.clock.advance(timedelta(minutes=1))
    return case


def test_an_automatic_step_that_was_not_tried_yet_is_about_to_be_done(city: City, handlers: dict[str, Registered]) -> None:
    case = failing(city, handlers, 0)
    assert told(city, case) == [
        (Cause.AUTOMATIC, "“call_bank”由系统自动办理，稍候即可。", "The system is about to do “call_bank”; it takes a moment.")
    ]


def test_a_step_that_failed_once_tells_when_it_is_tried_again(city: City, handlers: dict[str, Registered]) -> None:
    case = failing(city, handlers, 1)
    (one,) = why(city, case)
    assert one.due_at is not None
    again = one.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    assert one.said == (
        f"“call_bank”第 1 次自动办理未成功，将于 {again} 自动再试（最多 3 次）。",
        f"“call_bank” failed at attempt 1 of 3 and is tried again at {again}.",
    )
    assert (one.cause, one.solver) == (Cause.BACK_OFF, Solver.SYSTEM)


def test_a_step_that_failed_for_good_waits_for_the_administrator_who_alone_sees_the_error(
    city: City, handlers: dict[str, Registered]
) -> None:
    case = failing(city, handlers, 3)
    (one,) = why(city, case)
    assert one.said == (
        "“call_bank”自动办理 3 次都未成功，已停下；须由运维监控人员查看原因后重试。",
        "“call_bank” failed 3 times and has stopped; an administrator must look at the error and retry it.",
    )
    assert (one.cause, one.solver, one.error) == (Cause.PARKED, Solver.ADMINISTRATOR, None)
    (seen,) = why(city, case, by=MONITOR)
    assert "the bank does not answer" in (seen.error or "")


def parent(city: City) -> str:
    call = f'<bpmn:callActivity id="ask" name="征求意见">{extensions("<zeebe:calledElement processId=&quot;child&quot;/>".replace("&quot;", chr(34)))}</bpmn:callActivity>'
    child = start() + user_task("answer", groups="pj_unit_lead@jiaoyu") + end() + chain("begin", "answer", "finished")
    city.deploy({"child": child, "parent": start() + call + end() + chain("begin", "ask", "finished")})
    case = city.engine.start_case("parent", {}, by=CLERK).id
    city.worker.drain()
    return case


def test_a_child_case_is_told_with_what_that_one_waits_for(city: City) -> None:
    case = parent(city)
    number = city.case(case).business_key
    (one,) = why(city, case)
    assert one.said == (
        f"“征求意见”等待案件“child”（{number}）办结。", f"“征求意见” waits for the end of the case “child” ({number}).",
    )  # fmt: skip
    assert (one.cause, one.solver) == (Cause.CHILD, Solver.OTHERS)
    assert one.child is not None
    assert [inner.said.zh for inner in one.inner] == ["“answer”等待需求单位负责人（市教育局）办理，刘建国可以办理。"]


def test_a_child_case_that_one_may_not_read_is_not_named(city: City) -> None:
    case = parent(city)
    (one,) = why(city, case, by="pj_unit_clerk.shuili")
    assert one.said.zh == "“征求意见”等待另一件您无权查看的案件办结。"
    assert one.said.en == "“征求意见” waits for the end of another case that is not yours to see."
    assert (one.child, one.inner) == (None, ())


def forked(city: City, kind: str) -> str:
    default = ' default="fork_to_design"' if kind == "inclusive" else ""
    gateway = f'<bpmn:{kind}Gateway id="fork"{default}/><bpmn:{kind}Gateway id="meet" name="汇总"/>'
    body = start() + gateway + user_task("money") + user_task("safety") + user_task("design") + end()
    flows = flow("begin", "fork") + flow("meet", "finished")
    for branch in ("money", "safety", "design"):
        flows += flow("fork", branch, "=true" if default and branch != "design" else None) + flow(branch, "meet")
    city.deploy({"forking": body + flows})
    case = city.engine.start_case("forking", {}, by=CLERK).id
    city.engine.complete_task(next(one.id for one in city.tasks(case) if one.element == "money"), {}, by=CLERK)
    return case


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_a_join_names_the_branches_that_are_still_open(city: City, kind: str) -> None:
    case = forked(city, kind)
    (one,) = [one for one in why(city, case) if one.cause is Cause.JOIN]
    rest = ["safety", "design"] if kind == "parallel" else ["safety"]
    assert one.said == (
        f"“汇总”已到 1 路，还在等：{'、'.join(f'“{name}”' for name in rest)}。",
        f"“汇总” has 1 of its branches and waits for {', '.join(f'“{name}”' for name in rest)}.",
    )
    city.engine.complete_task(next(one.id for one in city.tasks(case) if one.element == "safety"), {}, by=CLERK)
    left = [one.said.zh for one in why(city, case) if one.cause is Cause.JOIN]
    assert left == (["“汇总”已到 2 路，还在等：“design”。"] if kind == "parallel" else [])


def test_a_suspended_case_waits_for_nothing_but_its_resumption(city: City) -> None:
    case = one_task(city, user_task("decide"))
    city.engine.suspend_case(case, reason="等待审计", by=MONITOR)
    (one,) = why(city, case)
    name = one.said.en.partition(" suspended")[0]
    assert one.said == (
        f"案件自 2026-08-20 09:00 起由{name}暂停办理，原因：等待审计；由运维监控人员恢复办理后继续。",
        f"{name} suspended the case at 2026-08-20 09:00: 等待审计. An administrator must resume it.",
    )
    assert name
    assert name != MONITOR
    assert (one.cause, one.solver) == (Cause.SUSPENDED, Solver.ADMINISTRATOR)


def test_while_the_clock_is_moved_this_is_told_first(city: City) -> None:
    case = one_task(city, user_task("decide"))
    with city.store.write() as connection:
        demo_clock.write(connection, offset=timedelta(), target=datetime(2026, 9, 1, 8, tzinfo=SHANGHAI))
    first, second = told(city, case)
    assert first == (
        Cause.CLOCK,
        "演示时钟正拨往 2026-09-01 08:00，到达之前期限和自动步骤还在逐一处理。",
        "The demonstration's clock is on its way to 2026-09-01 08:00; deadlines and automatic steps follow one by one.",
    )
    assert second[0] is Cause.OFFERED


def test_an_open_case_that_nothing_will_move_says_so(city: City) -> None:
    case = one_task(city, user_task("decide"))
    with city.store.write() as connection:
        cases.cancel_tasks(connection, [one.id for one in city.tasks(case)], at=city.clock.now())
    assert told(city, case) == [
        (
            Cause.STALLED,
            "停滞：没有人、期限、消息或自动步骤会使本案继续；须由管理员处理。",
            "Stalled: no person, deadline, message or automatic step will move this case; an administrator must act.",
        )
    ]


def test_a_join_does_not_hide_that_nothing_is_left_that_could_reach_it(city: City) -> None:
    case = forked(city, "parallel")
    with city.store.write() as connection:
        cases.cancel_tasks(connection, [one.id for one in city.tasks(case)], at=city.clock.now())
    assert [one.cause for one in why(city, case)] == [Cause.JOIN, Cause.STALLED]


def test_an_ended_case_waits_for_nothing(city: City) -> None:
    case = one_task(city, user_task("decide"))
    city.engine.complete_task(city.tasks(case)[0].id, {}, by=CLERK)
    assert why(city, case) == ()
