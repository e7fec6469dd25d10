"""退回 and 撤回: a case goes back to an earlier step, and nothing that was typed, filed or decided is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from city import City, make_city
from drawing import chain, end, extensions, flow, service_task, start, user_task
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.clock import SHANGHAI, FrozenClock
from service.engine import kernel, reads, sending_back, taking_back
from service.engine.people import get_actor
from service.engine.sending_back import Target
from service.errors import ChengxuError, InvalidAnswers, NotAllowed, NotFound
from service.sdk import Context, handler
from service.store import cases, entries, people

CLERK, COLLEAGUE = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2"
LEAD, OTHER_LEAD = "pj_unit_lead.jiaoyu", "pj_unit_lead.shuili"
LEADS = {"groups": "pj_unit_lead@jiaoyu"}


@handler("slow_before_returning")
def do_slowly(context: Context) -> None:
    """A job that the worker has not come to."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """One city for all: each test publishes its own diagram."""
    folder = tmp_path_factory.mktemp("city")
    made = make_city(f"sqlite:///{folder}/city.db", folder, FrozenClock(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI)))
    yield made
    made.store.close()


@pytest.fixture
def either(city_at: Callable[..., City]) -> City:
    """A city on SQLite and on PostgreSQL."""
    return city_at(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI))


def gate(id: str) -> str:
    return f'<bpmn:parallelGateway id="{id}"/>'


def several(id: str, *, sequential: bool = False, **given: Any) -> str:
    loop = (
        f"<bpmn:multiInstanceLoopCharacteristics{' isSequential=' + chr(34) + 'true' + chr(34) if sequential else ''}>"
        + extensions('<zeebe:loopCharacteristics inputCollection="=[1,2]" inputElement="one"/>')
        + "</bpmn:multiInstanceLoopCharacteristics>"
    )
    return user_task(id, inner=loop, **given)


def inside(id: str, body: str) -> str:
    return f'<bpmn:subProcess id="{id}" name="{id}">{body}</bpmn:subProcess>'


def timer(id: str, on: str, *, interrupting: bool = True, duration: str = "P1D") -> str:
    more = "" if interrupting else ' cancelActivity="false"'
    body = f'<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{duration}</bpmn:timeDuration>'
    return f'<bpmn:boundaryEvent id="{id}" attachedToRef="{on}"{more}>{body}</bpmn:timerEventDefinition></bpmn:boundaryEvent>'


LINE = start() + user_task("write") + user_task("check", **LEADS) + user_task("sign", **LEADS) + end()
LINE += chain("begin", "write", "check", "sign", "finished")


def deploy(city: City, body: str = LINE) -> str:
    city.deploy({"letters": body})
    return city.engine.start_case("letters", {}, by=CLERK).id


def task(city: City, case: str, element: str, nth: int = 0) -> str:
    return [one.id for one in city.tasks(case) if one.element == element][nth]


def do(city: City, case: str, *steps: str, by: str = "", note: str = "") -> None:
    for step in steps:
        who = by or (LEAD if queue(city, task(city, case, step)).startswith("pj_unit_lead") else CLERK)
        city.engine.complete_task(task(city, case, step), {"note": note or step}, by=who)


def queue(city: City, task_id: str) -> str:
    with city.store.read() as connection:
        row = cases.find_task(connection, task_id)
    assert row is not None
    return row.queue


def back(city: City, case: str, step: str, to: str, *, straight: bool = False, by: str = LEAD) -> None:
    city.engine.send_back_task(task(city, case, step), to=to, straight=straight, reason="请补正", by=by)


def take(city: City, case: str, step: str, *, by: str = CLERK) -> None:
    done = [link.payload["task"] for link in city.history(case) if link.kind == "task.completed" and link.element == step]
    city.engine.take_back_task(done[-1], reason="填错了", by=by)


def waits(city: City, case: str) -> list[str]:
    return sorted(one.element or "" for one in city.tasks(case))


def draft(city: City, task_id: str, account: str) -> Any:
    with city.store.read() as connection:
        found = entries.find_draft(connection, account=account, subject=f"task:{task_id}")
    return None if found is None else found[0]


def targets(city: City, case: str, step: str, account: str = LEAD) -> tuple[Target, ...]:
    machine = city.engine.machine
    with city.store.read() as connection:
        actor = get_actor(connection, account)
        view = reads.view_task(machine, connection, task(city, case, step), actor)
        return sending_back.list_targets(machine, connection, view, actor)


def may_take(city: City, case: str, step: str, account: str = CLERK) -> bool:
    done = [link.payload["task"] for link in city.history(case) if link.kind == "task.completed" and link.element == step]
    with city.store.read() as connection:
        return taking_back.may_take_back(city.engine.machine, connection, done[-1], account)


def test_a_task_goes_back_to_who_did_the_step_with_their_answers_as_a_draft(either: City) -> None:
    city = either
    case = deploy(city)
    do(city, case, "write", by=COLLEAGUE, note="初稿")
    back(city, case, "check", "write")

    again = task(city, case, "write")
    assert waits(city, case) == ["write"]
    assert queue(city, again) == f"@{COLLEAGUE}"
    assert draft(city, again, COLLEAGUE) == {"note": "初稿"}
    assert city.variables(case)["note"] == "初稿"
    kinds = [(link.kind, link.actor, link.element) for link in city.history(case)][-3:]
    assert kinds == [("task.sent_back", LEAD, "check"), ("task.cancelled", LEAD, "check"), ("task.opened", LEAD, "write")]
    with pytest.raises(ChengxuError):
        city.engine.complete_task(again, {"note": "别人"}, by=CLERK)
    do(city, case, "write", by=COLLEAGUE, note="改稿")
    assert waits(city, case) == ["check"]
    do(city, case, "check", "sign")
    assert city.case(case).status == "completed"


def test_a_step_opens_for_its_role_when_who_did_it_has_left(city: City) -> None:
    case = deploy(city)
    do(city, case, "write", by=COLLEAGUE)
    with city.store.write() as connection:
        connection.exec_driver_sql(f"UPDATE accounts SET active = false WHERE name = '{COLLEAGUE}'")
    back(city, case, "check", "write")
    with city.store.write() as connection:
        connection.exec_driver_sql(f"UPDATE accounts SET active = true WHERE name = '{COLLEAGUE}'")
    assert queue(city, task(city, case, "write")) == "pj_unit_clerk@jiaoyu"


@pytest.mark.parametrize(("straight", "then"), [(True, "sign"), (False, "check")])
def test_what_was_sent_back_goes_straight_back_to_its_sender_or_walks(city: City, straight: bool, then: str) -> None:
    case = deploy(city)
    do(city, case, "write", "check")
    city.engine.save_draft(f"task:{task(city, case, 'sign')}", {"note": "半句"}, by=LEAD)
    back(city, case, "sign", "write", straight=straight)
    do(city, case, "write", by=CLERK, note="改稿")
    assert waits(city, case) == [then]
    if straight:
        assert queue(city, task(city, case, "sign")) == f"@{LEAD}"
        assert draft(city, task(city, case, "sign"), LEAD) == {"note": "半句"}
    do(city, case, *["check", "sign"][straight:], by=LEAD)
    assert city.case(case).status == "completed"


def test_the_list_names_the_last_step_and_the_applicant_and_keeps_what_designers_forbid(city: City) -> None:
    body = start() + user_task("write", groups="pj_unit_clerk@jiaoyu") + user_task("mid", returnable="false", **LEADS)
    body += user_task("check", **LEADS) + user_task("sign", send_back="false", **LEADS) + end()
    case = deploy(city, body + chain("begin", "write", "mid", "check", "sign", "finished"))
    do(city, case, "write", "mid")
    (only,) = targets(city, case, "check")
    assert (only.element, only.account, only.last, only.applicant) == ("write", CLERK, True, True)
    for to in ("mid", "sign", "begin", "nowhere"):
        with pytest.raises(InvalidAnswers):
            back(city, case, "check", to)
    back(city, case, "check", "applicant")
    do(city, case, "write", by=CLERK)
    do(city, case, "mid", "check")
    assert targets(city, case, "sign") == ()
    with pytest.raises(NotAllowed):
        back(city, case, "sign", "last")


def test_the_applicant_gets_the_form_of_the_start_again(city: City) -> None:
    filed = '<bpmn:startEvent id="begin" name="begin">' + extensions('<zeebe:formDefinition formId="plain.begin"/>')
    body = filed + "</bpmn:startEvent>" + user_task("check", **LEADS) + end() + chain("begin", "check", "finished")
    city.deploy({"letters": body})
    case = city.engine.start_case("letters", {"note": "申请"}, by=CLERK).id
    back(city, case, "check", "applicant")
    again = task(city, case, "begin")
    assert (queue(city, again), draft(city, again, CLERK)) == (f"@{CLERK}", {"note": "申请"})
    city.engine.complete_task(again, {"note": "改后的申请"}, by=CLERK)
    assert (waits(city, case), city.variables(case)["note"]) == (["check"], "改后的申请")


BLOCK = start() + user_task("write") + gate("split") + user_task("one", **LEADS) + user_task("two", **LEADS) + gate("met")
BLOCK += user_task("sign", **LEADS) + end() + chain("begin", "write", "split", "one", "met", "sign", "finished")
BLOCK += chain("split", "two", "met")


def test_sending_back_out_of_a_parallel_block_takes_all_of_it_along(city: City) -> None:
    case = deploy(city, BLOCK)
    do(city, case, "write", "one")
    assert [one.element for one in targets(city, case, "two")] == ["write"]
    back(city, case, "two", "write")
    assert waits(city, case) == ["write"]
    do(city, case, "write", by=CLERK)
    assert waits(city, case) == ["one", "two"]
    do(city, case, "one", "two", "sign")
    assert city.case(case).status == "completed"


def test_sending_back_into_a_branch_leaves_the_other_branch_done(city: City) -> None:
    case = deploy(city, BLOCK)
    do(city, case, "write", "one", "two")
    back(city, case, "sign", "one")
    assert waits(city, case) == ["one"]
    do(city, case, "one", by=LEAD)
    assert waits(city, case) == ["sign"]


@pytest.mark.parametrize("sequential", [True, False])
def test_sending_back_out_of_a_countersigned_step_takes_all_of_it_along_and_lets_everybody_sign_again(
    city: City, sequential: bool
) -> None:
    body = start() + user_task("write") + several("agree", sequential=sequential, sod="self", groups="pj_unit_clerk@jiaoyu")
    case = deploy(city, body + end() + chain("begin", "write", "agree", "finished"))
    do(city, case, "write")
    do(city, case, "agree", by=CLERK, note="同意")
    with pytest.raises(NotAllowed):
        do(city, case, "agree", by=CLERK)
    back(city, case, "agree", "write", by=COLLEAGUE)
    assert waits(city, case) == ["write"]
    assert [link.payload["answers"] for link in city.history(case) if link.element == "agree" and link.kind == "task.completed"]
    do(city, case, "write", by=CLERK)
    do(city, case, "agree", by=CLERK, note="仍同意")
    with pytest.raises(NotAllowed):
        do(city, case, "agree", by=CLERK)
    do(city, case, "agree", by=COLLEAGUE)
    assert city.case(case).status == "completed"


def test_a_countersigned_step_is_opened_whole_and_not_straight(city: City) -> None:
    body = start() + several("agree", groups="pj_unit_clerk@jiaoyu") + user_task("sign", **LEADS) + end()
    case = deploy(city, body + chain("begin", "agree", "sign", "finished"))
    do(city, case, "agree", "agree", by=CLERK)
    with pytest.raises(InvalidAnswers):
        back(city, case, "sign", "agree", straight=True)
    back(city, case, "sign", "agree")
    assert waits(city, case) == ["agree", "agree"]


SUB = start() + user_task("write")
SUB += inside(
    "part", start("in") + user_task("p1", **LEADS) + user_task("p2", **LEADS) + end("out") + chain("in", "p1", "p2", "out")
)
SUB += user_task("sign", **LEADS) + end() + chain("begin", "write", "part", "sign", "finished")


@pytest.mark.parametrize(("to", "straight", "then"), [("p1", False, "p2"), ("write", False, "p1"), ("write", True, "p1")])
def test_sending_back_within_and_out_of_a_sub_process(city: City, to: str, straight: bool, then: str) -> None:
    case = deploy(city, SUB)
    do(city, case, "write", "p1")
    assert [one.element for one in targets(city, case, "p2")] == ["p1", "write"]
    back(city, case, "p2", to, straight=straight)
    assert waits(city, case) == [to]
    do(city, case, to, by=LEAD if to == "p1" else CLERK)
    assert waits(city, case) == [then]


CALLS = (
    '<bpmn:callActivity id="ask" name="ask">' + extensions('<zeebe:calledElement processId="answer"/>') + "</bpmn:callActivity>"
)
PARENT = (
    start() + user_task("write") + CALLS + user_task("sign", **LEADS) + end() + chain("begin", "write", "ask", "sign", "finished")
)
CHILD = start() + user_task("look", **LEADS) + user_task("tell", **LEADS) + end() + chain("begin", "look", "tell", "finished")


def test_a_task_of_a_child_case_goes_back_to_a_step_of_the_case_that_called_it(city: City) -> None:
    city.deploy({"letters": PARENT, "answer": CHILD})
    case = city.engine.start_case("letters", {}, by=CLERK).id
    do(city, case, "write")
    city.worker.drain()
    do(city, case, "look")
    look, write = targets(city, case, "tell")
    assert (look.element, look.last, write.element, write.key, write.applicant) == ("look", True, "write", f"{case}:write", True)
    back(city, case, "tell", write.key, straight=True)
    city.worker.drain()
    assert waits(city, case) == ["write"]
    ended = next(link for link in city.history(case) if link.kind == "child.started").payload["case"]
    assert city.case(ended).status == "terminated"
    assert "请补正" in [(link.payload or {}).get("reason") for link in city.history(ended)]
    do(city, case, "write", by=CLERK)
    city.worker.drain()
    do(city, case, "look", "tell")
    city.worker.drain()
    do(city, case, "sign")
    assert city.case(case).status == "completed"


def test_after_a_timer_has_fired_the_case_goes_back_and_its_timer_counts_anew(city: City) -> None:
    body = (
        start() + user_task("write") + user_task("check", **LEADS) + timer("late", "check") + user_task("hurry", **LEADS) + end()
    )
    case = deploy(city, body + chain("begin", "write", "check", "finished") + chain("late", "hurry", "finished"))
    do(city, case, "write")
    city.clock.advance(timedelta(days=2))
    city.worker.drain()
    assert waits(city, case) == ["hurry"]
    back(city, case, "hurry", "write")
    do(city, case, "write", by=CLERK)
    (again,) = [row for row in city.waiting(case) if row.kind == "timer"]
    assert (waits(city, case), again.element) == (["check"], "late")
    city.clock.advance(timedelta(days=2))
    city.worker.drain()
    assert waits(city, case) == ["hurry"]


def test_what_a_reminder_has_set_off_goes_on(city: City) -> None:
    body = start() + user_task("write") + user_task("check", **LEADS) + timer("late", "check", interrupting=False)
    body += (
        user_task("told", **LEADS)
        + end()
        + end("done")
        + chain("begin", "write", "check", "finished")
        + chain("late", "told", "done")
    )
    case = deploy(city, body)
    do(city, case, "write")
    city.clock.advance(timedelta(days=2))
    city.worker.drain()
    assert waits(city, case) == ["check", "told"]
    assert targets(city, case, "told") == ()
    back(city, case, "check", "write")
    assert waits(city, case) == ["told", "write"]


def test_a_delegate_sends_back_and_who_did_a_step_for_somebody_gets_it_again(city: City) -> None:
    case = deploy(city)
    city.engine.delegate_task(task(city, case, "write"), to=COLLEAGUE, reason="出差", by=CLERK)
    do(city, case, "write", by=COLLEAGUE, note="代写")
    back(city, case, "check", "write")
    assert draft(city, task(city, case, "write"), COLLEAGUE) == {"note": "代写"}


def test_separation_of_duty_lets_people_redo_their_own_step_and_still_bars_others(city: City) -> None:
    body = start() + user_task("write", sod="check") + user_task("check", sod="write") + end()
    case = deploy(city, body + chain("begin", "write", "check", "finished"))
    do(city, case, "write", by=CLERK)
    do_not = task(city, case, "check")
    with pytest.raises(NotAllowed):
        city.engine.send_back_task(do_not, to="write", straight=False, reason="自己退", by=CLERK)
    back(city, case, "check", "write", by=COLLEAGUE)
    do(city, case, "write", by=CLERK)
    with pytest.raises(NotAllowed):
        do(city, case, "check", by=CLERK)
    do(city, case, "check", by=COLLEAGUE)
    assert city.case(case).status == "completed"


@pytest.mark.parametrize("reason", ["", "  ", "长" * 401])
def test_a_reason_is_asked_for(city: City, reason: str) -> None:
    case = deploy(city)
    do(city, case, "write")
    with pytest.raises(InvalidAnswers):
        city.engine.send_back_task(task(city, case, "check"), to="write", straight=False, reason=reason, by=LEAD)
    with pytest.raises(InvalidAnswers):
        city.engine.take_back_task(city.history(case)[1].payload["task"], reason=reason, by=CLERK)


def test_who_may_not_do_a_task_may_not_send_it_back(city: City) -> None:
    case = deploy(city)
    do(city, case, "write")
    with pytest.raises(NotAllowed):
        back(city, case, "check", "write", by=CLERK)
    with pytest.raises(NotFound):
        back(city, case, "check", "write", by=OTHER_LEAD)


def test_a_task_is_taken_back_while_nobody_has_touched_what_followed(city: City) -> None:
    case = deploy(city)
    do(city, case, "write", note="初稿")
    assert may_take(city, case, "write")
    assert not may_take(city, case, "write", COLLEAGUE)
    take(city, case, "write")
    again = task(city, case, "write")
    assert (waits(city, case), queue(city, again), draft(city, again, CLERK)) == (["write"], f"@{CLERK}", {"note": "初稿"})
    do(city, case, "write", by=CLERK)
    assert waits(city, case) == ["check"]


@pytest.mark.parametrize(("happens", "told"), [("claim", "已领取"), ("draft", "已开始"), ("complete", "已办理")])
def test_taking_back_says_who_has_done_what_meanwhile(city: City, happens: str, told: str) -> None:
    case = deploy(city)
    do(city, case, "write")
    city.clock.advance(timedelta(minutes=1))
    following = task(city, case, "check")
    if happens == "claim":
        city.engine.claim_task(following, by=LEAD)
    elif happens == "draft":
        city.engine.save_draft(f"task:{following}", {"note": "我看"}, by=LEAD)
    else:
        do(city, case, "check")
    assert not may_take(city, case, "write")
    with pytest.raises(NotAllowed) as refused:
        take(city, case, "write")
    with city.store.read() as connection:
        assert people.display_names(connection, [LEAD])[LEAD] in refused.value.message
    assert told in refused.value.message
    assert "check" in refused.value.message
    with pytest.raises(NotFound):
        take(city, case, "write", by=COLLEAGUE)


def test_nothing_is_taken_back_once_a_job_has_run_or_an_automatic_step_wrote_or_the_time_came(city: City) -> None:
    body = (
        start() + user_task("write") + user_task("check", **LEADS) + timer("late", "check") + user_task("hurry", **LEADS) + end()
    )
    case = deploy(city, body + chain("begin", "write", "check", "finished") + chain("late", "hurry", "finished"))
    do(city, case, "write")
    city.clock.advance(timedelta(days=2))
    city.worker.drain()
    with pytest.raises(NotAllowed, match="期限已到"):
        take(city, case, "write")
    thrown = '<bpmn:endEvent id="sent"><bpmn:messageEventDefinition messageRef="m1"/></bpmn:endEvent>'
    body = start() + user_task("write") + gate("split") + user_task("check", **LEADS) + end() + thrown
    body += chain("begin", "write", "split", "check", "finished") + flow("split", "sent")
    whole = '<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    whole += 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t"><bpmn:message id="m1" name="told"/>'
    city.deploy({"calls": f'{whole}<bpmn:process id="calls" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'})
    case = city.engine.start_case("calls", {}, by=CLERK).id
    do(city, case, "write")
    with pytest.raises(NotAllowed, match="已向其他事项发出通知"):
        take(city, case, "write")


def test_a_step_is_taken_back_from_a_job_that_has_not_run_and_from_a_child_case_that_nobody_touched(city: City) -> None:
    body = start() + user_task("write") + service_task("slow", type="slow_before_returning") + end()
    case = deploy(city, body + chain("begin", "write", "slow", "finished"))
    do(city, case, "write")
    take(city, case, "write")
    assert [row.kind for row in city.waiting(case) if row.table == "job"] == []
    city.deploy({"letters": PARENT, "answer": CHILD})
    case = city.engine.start_case("letters", {}, by=CLERK).id
    do(city, case, "write")
    city.worker.drain()
    assert waits(city, case) == ["look"]
    take(city, case, "write")
    city.worker.drain()
    assert waits(city, case) == ["write"]
    do(city, case, "write", by=CLERK)
    city.worker.drain()
    do(city, case, "look")
    with pytest.raises(NotAllowed, match="look"):
        take(city, case, "write")


@pytest.mark.parametrize("both", [True, False])
def test_a_branch_is_taken_back_before_and_after_the_branches_have_met(city: City, both: bool) -> None:
    case = deploy(city, BLOCK)
    do(city, case, "write", "one", *["two"][: int(both)])
    last = "two" if both else "one"
    take(city, case, last, by=LEAD)
    assert waits(city, case) == (["two"] if both else ["one", "two"])
    do(city, case, *waits(city, case), by=LEAD)
    assert waits(city, case) == ["sign"]


def test_the_last_step_of_a_sub_process_is_taken_back_and_an_opinion_of_several_is_not(city: City) -> None:
    case = deploy(city, SUB)
    do(city, case, "write", "p1", "p2")
    take(city, case, "p2", by=LEAD)
    assert waits(city, case) == ["p2"]
    body = start() + several("agree", groups="pj_unit_clerk@jiaoyu") + end()
    city.deploy({"votes": body + chain("begin", "agree", "finished")})
    case = city.engine.start_case("votes", {}, by=CLERK).id
    do(city, case, "agree", by=CLERK)
    with pytest.raises(NotAllowed, match="不能单独撤回"):
        take(city, case, "agree")


def test_a_straight_return_survives_being_taken_back(either: City) -> None:
    city = either
    case = deploy(city)
    do(city, case, "write", "check")
    back(city, case, "sign", "write", straight=True)
    do(city, case, "write", by=CLERK)
    take(city, case, "write")
    do(city, case, "write", by=CLERK)
    assert waits(city, case) == ["sign"]


def test_attachments_stay_with_the_case(city: City) -> None:
    case = deploy(city)
    with city.store.write() as connection:
        filed = entries.insert_attachment(
            connection, account=CLERK, name="图.pdf", size=3, sha256="0" * 64, media_type="application/pdf", at=city.clock.now()
        )
        entries.file_attachments(connection, [filed.id], case_id=case)
    do(city, case, "write")
    back(city, case, "check", "write")
    with city.store.read() as connection:
        assert [row.id for row in entries.list_case_attachments(connection, [case])] == [filed.id]


WILD = start() + user_task("write") + gate("split") + user_task("a1") + user_task("a2") + several("agree") + gate("met")
WILD += inside("part", start("in") + user_task("p1") + user_task("p2") + end("out") + chain("in", "p1", "p2", "out"))
WILD += user_task("sign") + end() + chain("begin", "write", "split", "a1", "a2", "met", "part", "sign", "finished")
WILD += chain("split", "agree", "met")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_people_do_a_case_can_be_finished_and_keeps_every_answer(city: City, data: st.DataObject) -> None:
    case = deploy(city, WILD)
    kept: dict[str, Any] = {}
    for turn in range(data.draw(st.integers(min_value=1, max_value=12))):
        open_ = city.tasks(case)
        if not open_:
            break
        one = data.draw(st.sampled_from(open_))
        who = data.draw(st.sampled_from([CLERK, COLLEAGUE]))
        verb = data.draw(st.sampled_from(["complete", "complete", "back", "take", "claim", "transfer"]))
        done = [link for link in city.history(case) if link.kind == "task.completed"]
        try:
            if verb == "complete":
                city.engine.complete_task(one.id, {"note": f"{turn}"}, by=who)
                kept = {"note": f"{turn}"} if one.element != "agree" else kept
            elif verb == "back":
                places = targets_of(city, one.id, who)
                to = data.draw(st.sampled_from([*places, "nowhere"]))
                city.engine.send_back_task(one.id, to=to, straight=data.draw(st.booleans()), reason="改", by=who)
            elif verb == "take" and done:
                city.engine.take_back_task(done[-1].payload["task"], reason="改", by=done[-1].actor)
            elif verb == "claim":
                city.engine.claim_task(one.id, by=who)
            elif verb == "transfer":
                city.engine.transfer_task(one.id, to=COLLEAGUE if who == CLERK else CLERK, reason="转", by=who)
        except ChengxuError:
            pass
        seen = city.variables(case)
        assert {name: seen.get(name) for name in kept} == kept
    for _ in range(40):
        open_ = city.tasks(case)
        if not open_:
            break
        with city.store.read() as connection:
            row = cases.find_task(connection, open_[0].id)
        assert row is not None
        holder = row.claimed_by or (row.queue[1:] if row.queue.startswith("@") else CLERK)
        city.engine.complete_task(row.id, {"note": "完"}, by=holder)
    assert city.case(case).status == "completed"


def targets_of(city: City, task_id: str, account: str) -> list[str]:
    machine = city.engine.machine
    with city.store.read() as connection:
        actor = get_actor(connection, account)
        view = reads.view_task(machine, connection, task_id, actor)
        return [one.key for one in sending_back.list_targets(machine, connection, view, actor)]


def test_the_kernel_tells_what_can_follow(city: City) -> None:
    deploy(city)
    with city.store.read() as connection:
        process = city.engine.machine.library.latest(connection, "letters").process
    assert kernel.following(process, "write") == {"check", "sign", "finished"}
