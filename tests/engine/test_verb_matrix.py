"""Every approval verb at every kind of step: what it does to the case, what survives it, and that a refused one changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from approvals import CLERK, COLLEAGUE, LEAD, NOON, OUTSIDER, PLACES, SIGNER, Case, make_approvals
from city import City
from sqlalchemy import select

from service.errors import ChengxuError, Conflict, InvalidAnswers, NotAllowed, NotFound, TaskTaken
from service.store import people
from service.store import tables as t
from service.store.cases import TaskRow


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    made = make_approvals(tmp_path_factory.mktemp("city"))
    yield made
    made.store.close()


@pytest.fixture(params=PLACES)
def case(city: City, request: pytest.FixtureRequest) -> Case:
    return Case(city, request.param)


def same_deadline(before: TaskRow, after: TaskRow) -> bool:
    names = ("due_at", "due", "opened_at", "token", "status_of_deadline")
    return all(getattr(before, name, None) == getattr(after, name, None) for name in names)


def with_draft(case: Case, who: str) -> None:
    case.city.engine.save_draft(f"task:{case.work.id}", {"note": "half"}, by=who)


def draft_of(case: Case, task_id: str, who: str) -> Any:
    return case.draft(task_id, who)


def notice_of(case: Case, task_id: str) -> tuple[Any, ...]:
    columns = (t.tasks.c.due_at, t.tasks.c.deadline, t.tasks.c.trigger, t.tasks.c.notice_at)
    with case.city.store.read() as connection:
        found = connection.execute(select(*columns).where(t.tasks.c.id == task_id)).one()
    assert found.due_at is not None
    assert found.notice_at is not None
    return tuple(found)


# --- who holds the task ------------------------------------------------------------------------------------------------
def claim(case: Case) -> None:
    if case.work.claimed_by is None:
        case.city.engine.claim_task(case.work.id, by=case.holder)


def test_claim_and_release(case: Case) -> None:
    with_draft(case, case.holder)
    task, due = case.work.id, notice_of(case, case.work.id)
    claim(case)
    assert case.row(task).claimed_by == case.holder
    case.city.engine.release_task(task, by=case.holder)
    assert case.row(task).claimed_by is None
    assert (notice_of(case, task), draft_of(case, task, case.holder)) == (due, {"note": "half"})
    assert len([link for link in case.lines("task.released") if link.payload["task"] == task]) == 1
    case.finish()


@pytest.mark.parametrize("verb", ["transfer", "delegate"])
def test_a_task_changes_hands(case: Case, verb: str) -> None:
    claim(case)
    with_draft(case, case.holder)
    task, due = case.work.id, notice_of(case, case.work.id)
    if (case.place, verb) == ("after_a_delegation", "delegate"):  # who acts for somebody hands the task over, and not on
        before = case.rows()
        with pytest.raises(NotAllowed, match="不能再委派"):
            case.city.engine.delegate_task(task, to=case.other, reason="工作调整", by=case.holder)
        assert case.rows() == before
        case.finish()
        return
    if verb == "transfer":
        case.city.engine.transfer_task(task, to=case.other, reason="工作调整", by=case.holder)
    else:
        case.city.engine.delegate_task(task, to=case.other, reason="工作调整", by=case.holder)
    row = case.row(task)
    assert row.claimed_by == case.other
    assert notice_of(case, task) == due
    assert draft_of(case, task, case.holder) == {"note": "half"}
    kind = "task.transferred" if verb == "transfer" else "task.delegated"
    (line,) = [link for link in case.lines(kind) if link.payload["task"] == task and link.payload["to"] == case.other]
    assert line.payload["reason"] == "工作调整"
    case.ensure_whole()
    case.finish()


def test_a_deputy_does_the_task_in_the_name_of_whom_they_stand_in_for(city: City, case: Case) -> None:
    if case.place == "after_a_delegation":
        city.engine.transfer_task(case.work.id, to=CLERK, reason="收回", by=COLLEAGUE)
    claim_by = CLERK
    if case.work.claimed_by is None:
        city.engine.claim_task(case.work.id, by=claim_by)
    days = {"start": NOON.date(), "until": NOON.date() + timedelta(days=2)}
    named = city.engine.name_deputy(deputy=COLLEAGUE, role="pj_unit_clerk", reason="休假", by=CLERK, **days)
    try:
        task = case.work.id
        city.engine.complete_task(task, {"note": "代"}, by=COLLEAGUE)
        (line,) = [link for link in case.lines("task.completed") if link.payload["task"] == task]
        assert (line.actor, line.payload["on_behalf_of"]) == (COLLEAGUE, CLERK)
        case.ensure_whole()
        case.finish()
    finally:
        city.engine.end_deputy(named.id, reason="回来", by=CLERK)


# --- signers -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["before", "parallel", "after"])
def test_a_signer_is_added_and_signs(case: Case, way: str) -> None:
    claim(case)
    task, due = case.work.id, notice_of(case, case.work.id)
    case.city.engine.add_signers(task, [SIGNER], way=way, reason="请会签", by=case.holder)
    assert notice_of(case, task) == due
    if way != "before":
        case.city.engine.complete_task(task, {"note": "mine"}, by=case.holder)
        assert case.row(task).status != "done"
    case.city.engine.complete_task(case.signers_task(), {"decision": "同意", "opinion": "可以"}, by=SIGNER)
    if way == "before":
        case.city.engine.complete_task(task, {"note": "mine"}, by=case.holder)
    assert case.row(task).status == "done"
    (line,) = [link for link in case.lines("task.completed") if link.payload["task"] == task]
    assert line.payload["answers"] == {"note": "mine"}
    assert len(case.lines("signer.added")) == len(case.lines("signer.decided")) == 1
    case.ensure_whole()
    case.finish()


@pytest.mark.parametrize("way", ["before", "parallel", "after"])
def test_a_signer_is_dropped(case: Case, way: str) -> None:
    claim(case)
    (added,) = case.city.engine.add_signers(case.work.id, [SIGNER], way=way, reason="请会签", by=case.holder)
    case.city.engine.drop_signer(case.work.id, added.id, reason="不需要", by=case.holder)
    assert len(case.lines("signer.dropped")) == 1
    assert [one for one in case.city.tasks(case.id) if "/" in (one.token or "")] == []
    case.ensure_whole()
    case.finish()


# --- back --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("straight", [True, False], ids=["straight", "step_by_step"])
@pytest.mark.parametrize("to", ["last", "chosen", "applicant"])
def test_a_task_is_sent_back(case: Case, to: str, straight: bool) -> None:
    claim(case)
    if case.place == "child" and to == "last":  # the step before is one of another case, and has to be chosen
        before = case.rows()
        with pytest.raises(InvalidAnswers):
            case.city.engine.send_back_task(case.work.id, to=to, straight=straight, reason="请补正", by=case.holder)
        assert case.rows() == before
        return
    with_draft(case, case.holder)
    sent = case.work.id
    key = {"last": "last", "applicant": "applicant", "chosen": f"{case.id}:write" if case.place == "child" else "write"}[to]
    case.city.engine.send_back_task(sent, to=key, straight=straight, reason="请补正", by=case.holder)
    case.city.worker.drain()
    assert case.steps() == ["write"]
    again = case.at("write").id
    assert draft_of(case, again, CLERK) == {"note": "first"}
    assert draft_of(case, sent, case.holder) == {"note": "half"}
    assert len(case.lines("task.sent_back")) == 1 + (case.place == "child")
    case.ensure_whole()
    case.city.engine.complete_task(again, {"note": "second"}, by=CLERK)
    case.city.worker.drain()
    assert "work" in case.steps()
    assert notice_of(case, case.work.id)
    case.finish()


def test_a_step_is_taken_back_while_nobody_has_touched_what_followed(case: Case) -> None:
    done = next(link.payload["task"] for link in case.lines("task.completed") if link.element == "write")
    before = case.rows()
    if case.place in ("after_a_timer", "after_a_delegation"):
        with pytest.raises(ChengxuError) as refused:
            case.city.engine.take_back_task(done, reason="填错了", by=CLERK)
        assert refused.value.rule == "take-back"
        assert case.rows() == before
    else:
        case.city.engine.take_back_task(done, reason="填错了", by=CLERK)
        case.city.worker.drain()
        assert case.steps() == ["write"]
        assert draft_of(case, case.at("write").id, CLERK) == {"note": "first"}
        assert len(case.lines("task.taken_back")) == 1
        case.ensure_whole()
    case.finish()


# --- beside the case ---------------------------------------------------------------------------------------------------
def test_urge_copy_follow_and_comment_leave_the_step_alone(case: Case) -> None:
    task, due, tasks = case.work.id, notice_of(case, case.work.id), case.rows()["tasks"]
    engine, inner = case.city.engine, case.work.case_id
    engine.urge_task(task, reason="请尽快", by=LEAD)
    engine.copy_case(inner, [SIGNER], words="请知悉", by=CLERK)
    engine.follow_case(inner, by=LEAD)
    engine.comment(inner, "请看第三页", by=LEAD)
    engine.comment(inner, "好的", by=SIGNER)  # whoever has a copy reads the case
    assert (case.rows()["tasks"], notice_of(case, task)) == (tasks, due)
    assert [len(case.lines(kind)) for kind in ("task.urged", "case.copied")] == [1, 1]
    case.ensure_whole()
    case.finish()


# --- refused -----------------------------------------------------------------------------------------------------------
#: What people do beside the steps, whether or not the case can move.
BESIDE = ("urge", "copy", "comment")


def verbs(case: Case) -> dict[str, Callable[[str], Any]]:
    engine, task = case.city.engine, case.work.id
    return {
        "claim": lambda by: engine.claim_task(task, by=by),
        "release": lambda by: engine.release_task(task, by=by),
        "complete": lambda by: engine.complete_task(task, {"note": "x"}, by=by),
        "transfer": lambda by: engine.transfer_task(task, to=COLLEAGUE, reason="x", by=by),
        "delegate": lambda by: engine.delegate_task(task, to=COLLEAGUE, reason="x", by=by),
        "add a signer": lambda by: engine.add_signers(task, [SIGNER], way="before", reason="x", by=by),
        "send back": lambda by: engine.send_back_task(task, to="applicant", straight=False, reason="x", by=by),
        "urge": lambda by: engine.urge_task(task, reason="x", by=by),
        "copy": lambda by: engine.copy_case(case.id, [SIGNER], words="x", by=by),
        "comment": lambda by: engine.comment(case.id, "x", by=by),
    }


def refused(case: Case, act: Callable[[str], Any], who: str, error: type[ChengxuError], words: str | None) -> Any:
    """Try a verb that must be refused with an error and words, and see that nothing changed."""
    before = case.rows()
    with pytest.raises(error, match=words) as found:
        act(who)
    assert case.rows() == before
    return found.value


def test_an_outsider_does_nothing_and_learns_nothing(case: Case) -> None:
    for act in verbs(case).values():
        refused(case, act, OUTSIDER, NotFound, "^没有这")


def test_who_reads_the_case_and_does_not_do_the_step_decides_nothing(case: Case) -> None:
    claim(case)
    for verb, act in verbs(case).items():
        if verb not in BESIDE:
            for reader in (LEAD, "monitor.zhongxin"):
                assert refused(case, act, reader, NotAllowed, "不在您的职责范围内").rule == "task-role", verb


def test_nobody_else_touches_a_task_that_somebody_holds_and_what_they_typed_is_kept(case: Case) -> None:
    claim(case)
    # Who delegated a task, and the holder of the others, may have it back: nobody is left to be refused.
    if case.place == "after_a_delegation":
        case.city.engine.claim_task(case.work.id, by=CLERK)
        case.holder, case.other = CLERK, COLLEAGUE
    for verb, act in verbs(case).items():
        if verb not in BESIDE:
            assert refused(case, act, case.other, TaskTaken, "已领取该待办").facts["by"] == case.holder
    assert draft_of(case, case.work.id, case.other) == {"note": "x"}
    case.finish()


def test_a_suspended_case_takes_no_verb_that_moves_it(case: Case) -> None:
    claim(case)
    case.city.engine.suspend_case(case.work.case_id, reason="核查", by="monitor.zhongxin")
    for verb, act in verbs(case).items():
        if verb == "urge":
            refused(case, act, LEAD, Conflict, "不能催办")
        elif verb not in BESIDE:
            refused(case, act, case.holder, Conflict, "已暂停办理")
    case.city.engine.resume_case(case.work.case_id, reason="核查完毕", by="monitor.zhongxin")
    case.finish()


def test_a_case_that_is_over_takes_no_verb_that_moves_it(case: Case) -> None:
    acts, done = verbs(case), next(link.payload["task"] for link in case.lines("task.completed") if link.element == "write")
    case.finish()
    for verb, act in acts.items():
        if verb == "urge":
            refused(case, act, LEAD, Conflict, "不能催办")
        elif verb not in BESIDE:
            refused(case, act, CLERK, TaskTaken, "已于|不需要办理")
    refused(case, lambda by: case.city.engine.take_back_task(done, reason="x", by=by), CLERK, Conflict, "已办结")


@pytest.mark.parametrize("reason", ["", " ", "长" * 401], ids=["none", "blank", "long"])
def test_a_verb_with_a_reason_asks_for_one(case: Case, reason: str) -> None:
    engine, task, one = case.city.engine, case.work.id, case.holder
    asked: list[Callable[[str], Any]] = [
        lambda by: engine.transfer_task(task, to=case.other, reason=reason, by=by),
        lambda by: engine.add_signers(task, [SIGNER], way="before", reason=reason, by=by),
        lambda by: engine.send_back_task(task, to="applicant", straight=False, reason=reason, by=by),
    ]
    for act in asked:
        error = refused(case, act, one, InvalidAnswers, None)
        assert [finding.field for finding in error.findings] == ["reason"]


def test_a_task_is_urged_once_a_day_and_never_by_who_does_it(case: Case) -> None:
    claim(case)
    act = verbs(case)["urge"]
    assert refused(case, act, case.holder, NotAllowed, "由您办理").rule == "urging"
    act(LEAD)
    refused(case, act, LEAD, Conflict, "已催办过")
    case.city.clock.advance(timedelta(days=1))
    act(LEAD)
    assert len(case.lines("task.urged")) == 2


# --- a completion that waits -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["parallel", "after"])
def test_a_completion_that_waits_for_signers_is_taken_back_until_one_has_decided(case: Case, way: str) -> None:
    claim(case)
    engine, task, due = case.city.engine, case.work.id, notice_of(case, case.work.id)
    engine.add_signers(task, [SIGNER, LEAD], way=way, reason="请会签", by=case.holder)
    engine.complete_task(task, {"note": "mine"}, by=case.holder)
    refused(case, verbs(case)["complete"], case.holder, Conflict, "等待加签人")
    engine.take_back_task(task, reason="填错了", by=case.holder)
    (line,) = case.lines("task.taken_back")
    assert (line.payload["task"], line.payload["reason"], case.held()) == (task, "填错了", {})
    assert (draft_of(case, task, case.holder), notice_of(case, task)) == ({"note": "mine"}, due)
    assert len([one for one in case.city.tasks(case.id) if "/" in (one.token or "")]) == (2 if way == "parallel" else 0)
    case.ensure_whole()
    engine.complete_task(task, {"note": "better"}, by=case.holder)
    engine.complete_task(case.signers_task(), {"decision": "同意"}, by=SIGNER)
    again = lambda by: engine.take_back_task(task, reason="又错了", by=by)  # noqa: E731 - one of the verbs
    assert refused(case, again, case.holder, NotAllowed, "不能撤回：加签人.*已办理").rule == "take-back"
    engine.complete_task(case.signers_task(), {"decision": "同意"}, by=LEAD)
    (line,) = [link for link in case.lines("task.completed") if link.payload["task"] == task]
    assert line.payload["answers"] == {"note": "better"}
    case.finish()


# --- who has changed their post ----------------------------------------------------------------------------------------
def test_who_has_left_their_post_takes_nothing_back(case: Case) -> None:
    done = next(link.payload["task"] for link in case.lines("task.completed") if link.element == "write")
    moved, back = ("pj_unit_clerk", "shuili"), ("pj_unit_clerk", "jiaoyu")
    with case.city.store.write() as connection:
        account = people.find_account(connection, CLERK)
        assert account is not None
        people.change_account(connection, CLERK, display_name=account.display_name, roles=[moved])
    try:
        take = lambda by: case.city.engine.take_back_task(done, reason="填错了", by=by)  # noqa: E731 - one of the verbs
        assert refused(case, take, CLERK, NotAllowed, "不在您的职责范围内").rule == "task-role"
    finally:
        with case.city.store.write() as connection:
            roles = account.memberships or [back]
            people.change_account(connection, CLERK, display_name=account.display_name, roles=roles)


def test_what_is_transferred_to_a_deputy_is_done_in_the_name_of_whom_they_stand_in_for(case: Case) -> None:
    engine, task = case.city.engine, case.work.id
    days = {"start": NOON.date(), "until": NOON.date() + timedelta(days=2)}
    named = engine.name_deputy(deputy=OUTSIDER, role="pj_unit_clerk", reason="休假", by=CLERK, **days)
    try:
        engine.transfer_task(task, to=OUTSIDER, reason="请代办", by=case.holder)
        (line,) = [link for link in case.lines("task.transferred") if link.payload["to"] == OUTSIDER]
        assert (case.row(task).claimed_by, line.payload["on_behalf_of"]) == (OUTSIDER, CLERK)
    finally:
        engine.end_deputy(named.id, reason="回来", by=CLERK)
    refused(case, verbs(case)["complete"], OUTSIDER, NotAllowed, "不在您的职责范围内")
    engine.complete_task(task, {"note": "自己办"}, by=CLERK)  # it is not lost with the deputyship
    case.finish()


def test_who_delegated_a_task_may_drop_a_signer_whom_the_delegate_added(case: Case) -> None:
    if case.place != "after_a_delegation":
        claim(case)
        case.city.engine.delegate_task(case.work.id, to=COLLEAGUE, reason="出差", by=CLERK)
    (added,) = case.city.engine.add_signers(case.work.id, [SIGNER], way="before", reason="请会签", by=COLLEAGUE)
    drop = lambda by: case.city.engine.drop_signer(case.work.id, added.id, reason="不需要", by=by)  # noqa: E731
    assert refused(case, drop, LEAD, NotAllowed, "可以减签").rule == "signers"
    drop(CLERK)
    assert len(case.lines("signer.dropped")) == 1
    case.finish()


def test_a_refusal_reaches_who_asked_when_nobody_holds_the_task(case: Case) -> None:
    if case.work.claimed_by is not None:
        case.city.engine.release_task(case.work.id, by=case.holder)
    case.city.engine.add_signers(case.work.id, [SIGNER], way="before", reason="请会签", by=CLERK)
    before = case.rows()["notices"]
    case.city.engine.complete_task(case.signers_task(), {"decision": "不同意", "opinion": "缺附件"}, by=SIGNER)
    (told,) = [row for row in case.rows()["notices"] if row not in before]
    assert any("不同意，请您决定" in str(cell) for cell in told)
    case.finish()
