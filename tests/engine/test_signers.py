"""People who are added to a task (加签): what waits for whom, on every kind of step, and whatever happens to the task meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, extensions, flow, form, start, text_field, user_task

from service.engine import reads
from service.engine.completing import Signature
from service.engine.people import get_actor
from service.errors import Conflict, InvalidAnswers, Level, NotAllowed, NotFound, SignatureRequired, TaskTaken
from service.sdk import Context, handler
from service.store import reads as rows
from service.store import signers as signer_rows
from service.store.cases import Waiting, find_task
from service.store.notices import NoticeFilter, list_notices
from service.store.reads import TaskFilter

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD, OTHER_LEAD = "pj_unit_lead.jiaoyu", "pj_unit_lead.shuili"
AUDIT, MONITOR = "pj_audit.shenji", "monitor.zhongxin"
YES, NO = {"decision": "同意", "opinion": "可以"}, {"decision": "不同意", "opinion": "金额有误"}
WAYS = ("before", "parallel", "after")

PLACES = {
    "single": user_task("work") + chain("begin", "work", "after"),
    "branch": '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>' + user_task("work") + user_task("beside")
    + chain("begin", "split", "work", "join", "after") + flow("split", "beside") + flow("beside", "join"),
    "members": user_task(
        "work",
        inner='<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics '
        'inputCollection="=[&quot;a&quot;,&quot;b&quot;]" inputElement="item"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics>",
    ) + chain("begin", "work", "after"),
    "part": '<bpmn:subProcess id="part">' + start("part_begins") + user_task("work") + end("part_ends")
    + chain("part_begins", "work", "part_ends") + "</bpmn:subProcess>" + chain("begin", "part", "after"),
    "child": '<bpmn:callActivity id="call">' + extensions('<zeebe:calledElement processId="below"/>') + "</bpmn:callActivity>"
    + chain("begin", "call", "after"),
}  # fmt: skip


def begin(city: City, place: str) -> tuple[str, Waiting]:
    """A case whose step `work` is open at some place of the diagram, before `after`; the case and that task."""
    below = start() + user_task("work") + end() + chain("begin", "work", "finished")
    body = start() + PLACES[place] + user_task("after", groups="pj_unit_lead@jiaoyu") + end() + flow("after", "finished")
    city.deploy({"below": below} if place == "child" else {})
    city.deploy({"above": body})
    case = city.engine.start_case("above", {}, by=CLERK).id
    city.worker.drain()
    return case, at(city, case, "work")[0]


def at(city: City, case: str, element: str) -> list[Waiting]:
    """The open tasks of an element, without those of signers."""
    return [task for task in city.tasks(case) if task.element == element and "/" not in (task.token or "")]


def theirs(city: City, case: str) -> list[Waiting]:
    """The open tasks of signers."""
    return [task for task in city.tasks(case) if "/" in (task.token or "")]


def finish(city: City, case: str) -> None:
    """Do what is left of the step, and the one after it; the whole family has ended then."""
    for element in ("work", "beside"):
        for task in at(city, case, element):
            city.engine.complete_task(task.id, {"note": "其余"}, by=CLERK)
    city.worker.drain()
    (task,) = city.tasks(case)
    assert task.element == "after"
    city.engine.complete_task(task.id, {"note": "完"}, by=LEAD)
    assert city.case(case).status == "completed"
    with city.store.read() as connection:
        tasks = rows.list_case_tasks(connection, reads.family_ids(connection, case))
    assert {row["status"] for row in tasks} <= {"done", "cancelled"}


def status(city: City, task: str) -> str:
    with city.store.read() as connection:
        found = find_task(connection, task)
    assert found is not None
    return found.status


def states(city: City, main: str) -> list[tuple[str, str]]:
    with city.store.read() as connection:
        return [(one.account, one.state) for one in signer_rows.list_signers(connection, main)]


def inbox(city: City, account: str) -> list[str]:
    from service.access import actor_queues

    with city.store.read() as connection:
        actor = get_actor(connection, account, on=city.clock.now().date())
        queues = actor_queues(actor, city.engine.machine.book)
        page = rows.list_todo(connection, account=account, queues=queues, where=TaskFilter(), sort="due", after=None, limit=20)
    return [row["id"] for row in page.rows]


def told(city: City, account: str) -> list[str]:
    with city.store.read() as connection:
        scope = reads.scope_of(get_actor(connection, account), city.engine.machine.book)
        page = list_notices(connection, scope, where=NoticeFilter(), after=None, limit=20)
    return [row["zh"] for row in page.rows]


def add(city: City, main: str, *accounts: str, way: str, by: str = CLERK) -> list[str]:
    return [one.id for one in city.engine.add_signers(main, accounts, way=way, reason="请一并审看", by=by)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("way", WAYS)
def test_a_step_goes_on_when_its_signers_have_decided(city: City, place: str, way: str) -> None:
    case, main = begin(city, place)
    add(city, main.id, COLLEAGUE, OTHER, way=way)
    if way == "before":
        with pytest.raises(NotAllowed, match="请等待前加签人") as refused:
            city.engine.complete_task(main.id, {"note": "早了"}, by=CLERK)
        assert refused.value.rule == "signers-before"
        first, second = theirs(city, case)
        city.engine.complete_task(second.id, YES, by=OTHER)
        with pytest.raises(NotAllowed):
            city.engine.complete_task(main.id, {"note": "早了"}, by=CLERK)
        city.engine.complete_task(first.id, YES, by=COLLEAGUE)
        city.engine.complete_task(main.id, {"note": "好"}, by=CLERK)
    else:
        assert len(theirs(city, case)) == (2 if way == "parallel" else 0)
        city.engine.complete_task(main.id, {"note": "好"}, by=CLERK)
        assert status(city, main.id) == "claimed"
        assert at(city, case, "after") == []
        assert main.id not in inbox(city, CLERK)
        with pytest.raises(Conflict, match="等待加签人"):
            city.engine.complete_task(main.id, {"note": "再来"}, by=CLERK)
        for account in (COLLEAGUE, OTHER):
            waiting = theirs(city, case)
            assert len(waiting) == (1 if way == "after" or account == OTHER else 2)
            assert inbox(city, account)[-1] in {task.id for task in waiting}
            city.engine.complete_task(inbox(city, account)[-1], YES, by=account)
    assert status(city, main.id) == "done"
    assert theirs(city, case) == []
    with city.store.read() as connection:
        row = find_task(connection, main.id)
    assert row is not None
    assert row.closed_by == CLERK
    assert states(city, main.id) == [(COLLEAGUE, "agreed"), (OTHER, "agreed")]
    done = [link for link in city.history(row.case_id) if link.kind == "task.completed"]
    assert [(link.actor, link.payload["answers"]) for link in done] == [(CLERK, {"note": "好"})]
    finish(city, case)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("held", [False, True])
def test_signers_end_with_the_task_when_a_timer_takes_it_away(city: City, way: str, held: bool) -> None:
    timer = (
        '<bpmn:boundaryEvent id="late" attachedToRef="work"><bpmn:timerEventDefinition>'
        '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P2D</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    body = start() + user_task("work") + timer + user_task("instead", groups="pj_unit_lead@jiaoyu") + end() + end("other_end")
    city.deploy({"timed": body + chain("begin", "work", "finished") + chain("late", "instead", "other_end")})
    case = city.engine.start_case("timed", {}, by=CLERK).id
    (main,) = city.tasks(case)
    add(city, main.id, COLLEAGUE, OTHER, way=way)
    if held and way != "before":
        city.engine.complete_task(main.id, {"note": "好"}, by=CLERK)
    signing = theirs(city, case)
    city.clock.set(city.clock.now() + timedelta(days=3))
    city.worker.drain()

    assert [task.element for task in city.tasks(case)] == ["instead"]
    assert {state for _, state in states(city, main.id)} == {"dropped"}
    with city.store.read() as connection:
        assert signer_rows.find_held(connection, main.id) is None
    for task in signing:
        with pytest.raises(TaskTaken):
            city.engine.complete_task(task.id, YES, by=COLLEAGUE if task == signing[0] else OTHER)
    city.engine.complete_task(city.tasks(case)[0].id, {}, by=LEAD)
    assert city.case(case).status == "completed"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("act", ["transfer_task", "delegate_task"])
def test_signers_stay_when_the_task_changes_hands(city: City, way: str, act: str) -> None:
    case, main = begin(city, "single")
    add(city, main.id, COLLEAGUE, way=way)
    heir = {"transfer_task": COLLEAGUE, "delegate_task": OTHER}[act]
    if act == "transfer_task":
        city.engine.drop_signer(main.id, signer_id(city, main.id), reason="换人", by=CLERK)
        add(city, main.id, OTHER, way=way)
    getattr(city.engine, act)(main.id, to=heir, reason="出差", by=CLERK)
    signer = OTHER if act == "transfer_task" else COLLEAGUE
    if way == "before":
        with pytest.raises(NotAllowed):
            city.engine.complete_task(main.id, {"note": "早"}, by=heir)
        city.engine.complete_task(theirs(city, case)[0].id, YES, by=signer)
    city.engine.complete_task(main.id, {"note": "好"}, by=heir)
    if way != "before":
        with pytest.raises(Conflict):
            city.engine.transfer_task(main.id, to=COLLEAGUE, reason="x", by=heir)
        city.engine.complete_task(theirs(city, case)[0].id, YES, by=signer)
    done = next(link for link in city.history(case) if link.kind == "task.completed")
    assert (done.actor, done.payload.get("on_behalf_of")) == (heir, CLERK if act == "delegate_task" else None)
    finish(city, case)


def signer_id(city: City, main: str) -> str:
    with city.store.read() as connection:
        return signer_rows.list_signers(connection, main)[-1].id


@pytest.mark.parametrize("way", ["parallel", "after"])
def test_a_refusal_after_the_completion_gives_the_task_back_with_the_answers(city: City, way: str) -> None:
    case, main = begin(city, "single")
    add(city, main.id, COLLEAGUE, OTHER, way=way)
    city.engine.complete_task(main.id, {"note": "初稿"}, by=CLERK)
    first = theirs(city, case)[0]
    with pytest.raises(InvalidAnswers) as invalid:
        city.engine.complete_task(first.id, {"decision": "不同意"}, by=COLLEAGUE)
    assert [finding.field for finding in invalid.value.findings] == ["opinion"]
    if way == "after":
        city.engine.complete_task(first.id, YES, by=COLLEAGUE)
        city.engine.complete_task(theirs(city, case)[0].id, NO, by=OTHER)
    else:
        city.engine.complete_task(first.id, NO, by=COLLEAGUE)

    assert main.id in inbox(city, CLERK)
    assert any("退回" in words for words in told(city, CLERK))
    with city.store.read() as connection:
        seen = reads.view_task(city.engine.machine, connection, main.id, get_actor(connection, CLERK))
    assert (seen.draft, "complete" in seen.actions) == ({"note": "初稿"}, True)
    city.engine.complete_task(main.id, {"note": "二稿"}, by=CLERK)
    if way == "after":  # what has changed since is put before all of them again
        city.engine.complete_task(theirs(city, case)[0].id, YES, by=COLLEAGUE)
    city.engine.complete_task(theirs(city, case)[0].id, YES, by=OTHER)
    (done,) = [link for link in city.history(case) if link.kind == "task.completed"]
    assert done.payload["answers"] == {"note": "二稿"}
    finish(city, case)


@pytest.mark.parametrize("way", ["before", "parallel"])
def test_a_refusal_before_the_completion_is_for_the_holder_to_weigh(city: City, way: str) -> None:
    case, main = begin(city, "single")
    city.engine.claim_task(main.id, by=CLERK)
    add(city, main.id, COLLEAGUE, way=way)
    city.engine.complete_task(theirs(city, case)[0].id, NO, by=COLLEAGUE)
    assert any("不同意" in words for words in told(city, CLERK))
    decided = city.history(case)[-1]
    assert (decided.kind, decided.actor, decided.payload["opinion"]) == ("signer.decided", COLLEAGUE, "金额有误")
    city.engine.complete_task(main.id, {"note": "仍办"}, by=CLERK)
    assert status(city, main.id) == "done"


def test_the_ways_can_be_mixed_on_one_task(city: City) -> None:
    case, main = begin(city, "single")
    add(city, main.id, COLLEAGUE, way="before")
    add(city, main.id, OTHER, way="parallel")
    add(city, main.id, LEAD, OTHER_LEAD, way="after")
    city.engine.complete_task(inbox(city, COLLEAGUE)[-1], YES, by=COLLEAGUE)
    city.engine.complete_task(main.id, {"note": "好"}, by=CLERK)
    assert [task.holder for task in theirs(city, case)] == [None]  # those who sign afterwards wait for who signs beside
    city.engine.complete_task(theirs(city, case)[0].id, YES, by=OTHER)
    city.engine.complete_task(theirs(city, case)[0].id, YES, by=LEAD)
    city.engine.complete_task(theirs(city, case)[0].id, YES, by=OTHER_LEAD)
    finish(city, case)


def test_dropping_the_last_signer_lets_the_case_go_on(city: City) -> None:
    case, main = begin(city, "single")
    first, second = add(city, main.id, COLLEAGUE, OTHER, way="after")
    city.engine.complete_task(main.id, {"note": "好"}, by=CLERK)
    with pytest.raises(NotAllowed):  # reads the case, and neither asked nor holds the task
        city.engine.drop_signer(main.id, first, reason="x", by=LEAD)
    with pytest.raises(NotFound):
        city.engine.drop_signer(main.id, first, reason="x", by="pj_contractor.chengjiana")
    with pytest.raises(InvalidAnswers):
        city.engine.drop_signer(main.id, first, reason=" ", by=CLERK)
    assert city.engine.drop_signer(main.id, first, reason="他休假", by=CLERK) is None
    assert [task.token for task in theirs(city, case)] == [f"{main.token}/s2"]
    assert any("取消了您对" in words for words in told(city, COLLEAGUE))
    done = city.engine.drop_signer(main.id, second, reason="不需要了", by=CLERK)
    assert done is not None
    assert done.task == main.id
    with pytest.raises(Conflict):
        city.engine.drop_signer(main.id, second, reason="再来", by=CLERK)
    finish(city, case)


def test_who_may_be_added_and_by_whom(city: City) -> None:
    case, main = begin(city, "single")
    for accounts, reason, way, field in [
        ((), "x", "before", "to"), ((CLERK,), "x", "before", "to"), (("nobody",), "x", "before", "to"),
        ((AUDIT,), "x", "before", "to"), ((COLLEAGUE,), " ", "before", "reason"), ((COLLEAGUE,), "字" * 401, "before", "reason"),
        ((COLLEAGUE,), "x", "during", "way"),
    ]:  # fmt: skip
        with pytest.raises(InvalidAnswers) as invalid:
            city.engine.add_signers(main.id, accounts, way=way, reason=reason, by=CLERK)
        assert {finding.field for finding in invalid.value.findings} == {field}
    with pytest.raises(NotAllowed):
        add(city, main.id, COLLEAGUE, way="before", by=AUDIT)
    add(city, main.id, OTHER, way="before")
    with pytest.raises(InvalidAnswers):  # once is enough
        add(city, main.id, OTHER, way="after")
    (mine,) = theirs(city, case)
    with pytest.raises(NotAllowed):
        add(city, mine.id, COLLEAGUE, way="before", by=OTHER)
    with pytest.raises(NotAllowed):
        city.engine.complete_task(mine.id, YES, by=CLERK)
    last = city.history(case)[-2]
    assert (last.kind, last.payload["to"], last.payload["way"]) == ("signer.added", [OTHER], "before")


def test_separation_of_duty_keeps_signers_out_as_it_does_from_the_step(city: City) -> None:
    body = start() + user_task("write") + user_task("check", groups="pj_unit_lead@jiaoyu", sod="write")
    body += user_task("seal", groups="pj_unit_lead", sod="check") + end()
    city.deploy({"strict": body + chain("begin", "write", "check", "seal", "finished")})
    case = city.engine.start_case("strict", {}, by=CLERK).id
    city.engine.complete_task(city.tasks(case)[0].id, {}, by=CLERK)
    check = city.tasks(case)[0].id
    with pytest.raises(InvalidAnswers) as refused:
        add(city, check, CLERK, way="before", by=LEAD)
    assert "职责分离" in refused.value.findings[0].message
    add(city, check, OTHER_LEAD, way="before", by=LEAD)
    city.engine.complete_task(theirs(city, case)[0].id, YES, by=OTHER_LEAD)
    city.engine.complete_task(check, {}, by=LEAD)
    with pytest.raises(NotAllowed):  # whoever signed the check has done the check
        city.engine.claim_task(city.tasks(case)[0].id, by=OTHER_LEAD)


def test_a_signer_reads_the_case_and_sees_a_form_of_their_own(city: City) -> None:
    case, main = begin(city, "single")
    with city.store.read() as connection:
        other = get_actor(connection, OTHER)
        assert not reads.may_read_case(connection, city.engine.machine.book, other, city.case(case))
    add(city, main.id, OTHER, way="before")
    (mine,) = theirs(city, case)
    with city.store.read() as connection:
        assert reads.may_read_case(connection, city.engine.machine.book, other, city.case(case))
        seen = reads.view_task(city.engine.machine, connection, mine.id, other)
    assert seen.form is not None
    assert (seen.form.keys, seen.signs, seen.task.name) == (("decision", "opinion"), False, "加签：work")
    with pytest.raises(InvalidAnswers):
        city.engine.complete_task(mine.id, {"decision": "也许"}, by=OTHER)
    city.engine.save_draft(f"task:{mine.id}", {"decision": "同意"}, by=OTHER)
    city.engine.complete_task(mine.id, YES, by=OTHER)
    with city.store.read() as connection:
        assert reads.may_read_case(connection, city.engine.machine.book, other, city.case(case))


def test_what_was_signed_stays_signed_while_it_waits(city: City) -> None:
    body = start() + user_task("work", sign="true", form="signed.work") + user_task("after", groups="pj_unit_lead@jiaoyu") + end()
    forms = {"signed.work": form("signed.work", text_field("note", required=True))}
    city.deploy({"signed": body + chain("begin", "work", "after", "finished")}, forms)
    case = city.engine.start_case("signed", {}, by=CLERK).id
    (main,) = city.tasks(case)
    add(city, main.id, OTHER, way="after")
    with pytest.raises(SignatureRequired):
        city.engine.complete_task(main.id, {"note": "签"}, by=CLERK)
    signed_at = city.clock.now()
    with pytest.raises(InvalidAnswers):  # what is wrong is said at once, not when the last has signed
        city.engine.complete_task(main.id, {}, by=CLERK, signature=Signature(account=CLERK, at=signed_at))
    city.engine.complete_task(main.id, {"note": "签"}, by=CLERK, signature=Signature(account=CLERK, at=signed_at))
    city.clock.set(signed_at + timedelta(days=1))
    city.engine.complete_task(theirs(city, case)[0].id, YES, by=OTHER)

    (done,) = [link for link in city.history(case) if link.kind == "task.completed"]
    assert (done.actor, done.at, done.payload["submitted_at"]) == (CLERK, city.clock.now(), signed_at)
    assert (done.payload["signature"]["account"], done.payload["signature"]["at"]) == (CLERK, signed_at)
    with city.store.read() as connection:
        row = find_task(connection, main.id)
    assert row is not None
    assert (row.closed_by, row.closed_at) == (CLERK, signed_at)
    assert city.variables(case)["note"] == "签"


_CLOSED: set[str] = set()


@handler("refuse_when_closed", inline=True)
def refuse_when_closed(context: Context) -> None:
    if _CLOSED:
        context.find("R-PJ-98", "账目已关闭", "The books are closed", level=Level.BLOCK)


def test_what_a_rule_refuses_in_the_end_goes_back_to_who_completed_it(city: City) -> None:
    rule = '<bpmn:serviceTask id="rule" name="rule">' + extensions('<zeebe:taskDefinition type="refuse_when_closed"/>')
    body = start() + user_task("work") + rule + "</bpmn:serviceTask>" + user_task("after", groups="pj_unit_lead@jiaoyu") + end()
    city.deploy({"ruled": body + chain("begin", "work", "rule", "after", "finished")})
    case = city.engine.start_case("ruled", {}, by=CLERK).id
    (main,) = city.tasks(case)
    add(city, main.id, OTHER, way="after")
    city.engine.complete_task(main.id, {"note": "好"}, by=CLERK)
    _CLOSED.add("now")
    try:
        city.engine.complete_task(theirs(city, case)[0].id, YES, by=OTHER)
    finally:
        _CLOSED.clear()
    assert states(city, main.id) == [(OTHER, "agreed"), (OTHER, "asked")]
    assert main.id in inbox(city, CLERK)
    assert any("退回" in words for words in told(city, CLERK))
    assert [link.kind for link in city.history(case)][-2:] == ["signer.decided", "task.given_back"]
    city.engine.complete_task(main.id, {"note": "改好"}, by=CLERK)
    city.engine.complete_task(theirs(city, case)[0].id, YES, by=OTHER)
    finish(city, case)


@pytest.mark.parametrize("way", WAYS)
def test_signers_end_with_a_case_that_is_terminated(city: City, way: str) -> None:
    case, main = begin(city, "single")
    add(city, main.id, COLLEAGUE, way=way)
    city.engine.terminate_case(case, reason="撤项", by=MONITOR)
    assert city.tasks(case) == []
    assert states(city, main.id) == [(COLLEAGUE, "dropped")]


def test_reconciling_again_changes_nothing(city: City) -> None:
    from service.engine.ending import settle
    from service.store import cases

    case, main = begin(city, "single")
    add(city, main.id, COLLEAGUE, way="parallel")
    before: Any = [(task.id, task.token) for task in city.tasks(case)]
    with city.store.write() as connection:
        row = cases.lock_case(connection, case)
        assert row is not None
        settle(city.engine.machine.begin(connection, row, actor=CLERK), city.engine.machine.book)
    assert [(task.id, task.token) for task in city.tasks(case)] == before
