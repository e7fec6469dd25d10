"""Work that is handed over: transferred, delegated, done by a deputy. Both who act and for whom they act answer for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, start, user_task

from service.access import actor_queues
from service.engine import reads
from service.engine.people import get_actor
from service.errors import InvalidAnswers, NotAllowed, NotFound, TaskTaken
from service.store import reads as rows
from service.store.history import list_links
from service.store.reads import TaskFilter

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD, OTHER_LEAD = "pj_unit_lead.jiaoyu", "pj_unit_lead.shuili"
AUDIT = "pj_audit.shenji"
TODAY = date(2026, 8, 20)


@pytest.fixture
def case(city: City) -> str:
    """A clerk writes, then the head signs off who has not written."""
    body = start() + user_task("write") + user_task("agree", groups="pj_unit_lead@jiaoyu", sod="write") + end()
    city.deploy({"letters": body + chain("begin", "write", "agree", "finished")})
    return city.engine.start_case("letters", {}, by=CLERK).id


def task(city: City, case: str) -> str:
    (found,) = city.tasks(case)
    return found.id


def inbox(city: City, account: str) -> list[str]:
    with city.store.read() as connection:
        actor = get_actor(connection, account, on=city.clock.now().date())
        queues, principals = actor_queues(actor, city.engine.machine.book), actor.principals
        page = rows.list_todo(
            connection, account=account, queues=queues, principals=principals, where=TaskFilter(), sort="due", after=None, limit=9
        )
        assert rows.count_todo(connection, account=account, queues=queues, principals=principals) == len(page.rows)
    return [row["id"] for row in page.rows]


def view(city: City, task_id: str, account: str) -> reads.TaskView:
    with city.store.read() as connection:
        actor = get_actor(connection, account, on=city.clock.now().date())
        return reads.view_task(city.engine.machine, connection, task_id, actor)


def name(city: City, **given: Any) -> str:
    known: dict[str, Any] = {
        "deputy": OTHER_LEAD, "role": "pj_unit_lead", "start": TODAY, "until": TODAY + timedelta(days=2), "reason": "休假", "by": LEAD,
    }  # fmt: skip
    return city.engine.name_deputy(**{**known, **given}).id


def kinds(city: City, case: str) -> list[str]:
    return [link.kind for link in city.history(case)]


def test_a_task_is_transferred_to_somebody_who_could_take_it(city: City, case: str) -> None:
    one = task(city, case)
    city.engine.transfer_task(one, to=COLLEAGUE, reason="她更熟悉", by=CLERK)

    assert (inbox(city, CLERK), inbox(city, COLLEAGUE)) == ([], [one])
    last = city.history(case)[-1]
    assert (last.kind, last.actor, last.element) == ("task.transferred", CLERK, "write")
    assert last.payload == {"task": one, "to": COLLEAGUE, "reason": "她更熟悉"}
    with pytest.raises(TaskTaken):
        city.engine.transfer_task(one, to=COLLEAGUE, reason="再转", by=CLERK)
    city.engine.complete_task(one, {}, by=COLLEAGUE)
    assert city.history(case)[-2].actor == COLLEAGUE


@pytest.mark.parametrize("act", ["transfer_task", "delegate_task"])
def test_work_is_handed_over_with_a_reason_to_somebody_else_who_may_do_it(city: City, case: str, act: str) -> None:
    one, hand = task(city, case), getattr(city.engine, act)
    for to, reason, field in [
        (COLLEAGUE, " ", "reason"),
        (COLLEAGUE, "字" * 401, "reason"),
        (CLERK, "给自己", "to"),
        ("nobody", "x", "to"),
    ]:
        with pytest.raises(InvalidAnswers) as invalid:
            hand(one, to=to, reason=reason, by=CLERK)
        assert [finding.field for finding in invalid.value.findings] == [field]
    with pytest.raises(NotAllowed):
        hand(one, to=LEAD, reason="x", by=CLERK)
    with pytest.raises(NotAllowed):  # reads the case, and has no part in it
        hand(one, to=COLLEAGUE, reason="x", by=AUDIT)
    with pytest.raises(NotFound):
        hand(one, to=COLLEAGUE, reason="x", by=OTHER)
    assert "task.transferred" not in kinds(city, case)
    assert "task.delegated" not in kinds(city, case)


def test_a_delegate_acts_in_the_name_of_who_delegated_and_both_answer_for_it(city: City, case: str) -> None:
    city.engine.complete_task(task(city, case), {}, by=CLERK)
    one = task(city, case)
    city.engine.delegate_task(one, to=OTHER_LEAD, reason="出差", by=LEAD)

    assert (inbox(city, LEAD), inbox(city, OTHER_LEAD)) == ([], [one])
    seen = view(city, one, OTHER_LEAD)
    assert (seen.principal, seen.actions) == (LEAD, ("release", "draft", "complete"))
    with pytest.raises(NotAllowed):  # what is done for somebody is not passed on
        city.engine.delegate_task(one, to=LEAD, reason="退回", by=OTHER_LEAD)
    city.engine.complete_task(one, {}, by=OTHER_LEAD)

    done = next(link for link in city.history(case) if link.kind == "task.completed" and link.element == "agree")
    assert (done.actor, done.payload["on_behalf_of"]) == (OTHER_LEAD, LEAD)
    with city.store.read() as connection:
        (row,) = [row for row in rows.list_case_tasks(connection, [case]) if row["element"] == "agree"]
    assert (row["closed_by"], row["on_behalf_of"]) == (OTHER_LEAD, LEAD)


def test_what_was_done_on_behalf_of_somebody_bars_both(city: City) -> None:
    body = (
        start()
        + user_task("review", groups="pj_center_review")
        + user_task("sign", groups="pj_center_review", sod="review")
        + end()
    )
    city.deploy({"papers": body + chain("begin", "review", "sign", "finished")})
    case = city.engine.start_case("papers", {}, by=CLERK).id
    first, second, third = ("pj_center_review.zhongxin", "pj_center_review.zhongxin.2", "pj_center_review.zhongxin.3")
    city.engine.delegate_task(task(city, case), to=second, reason="请假", by=first)
    city.engine.complete_task(task(city, case), {}, by=second)

    sign = task(city, case)
    with city.store.read() as connection:
        assert [rows.find_bar(connection, sign, name) for name in (first, second, third)] == ["SoD-2", "SoD-2", None]
    with pytest.raises(NotAllowed):  # neither of them, nor anybody for them
        city.engine.transfer_task(sign, to=first, reason="x", by=third)
    city.engine.claim_task(sign, by=third)
    name(city, deputy=second, role="pj_center_review", by=third)
    with pytest.raises(NotAllowed) as refused:
        city.engine.complete_task(sign, {}, by=second)
    assert refused.value.rule == "SoD-2"


def test_a_deputy_sees_and_does_the_tasks_of_whom_they_stand_in_for_on_the_days_agreed(city: City, case: str) -> None:
    city.engine.complete_task(task(city, case), {}, by=CLERK)
    one = task(city, case)
    assert inbox(city, OTHER_LEAD) == []
    name(city, start=TODAY + timedelta(days=1))
    assert inbox(city, OTHER_LEAD) == []
    with pytest.raises(NotFound):
        city.engine.claim_task(one, by=OTHER_LEAD)

    city.clock.set(city.clock.now() + timedelta(days=1))
    assert inbox(city, OTHER_LEAD) == [one]
    assert view(city, one, OTHER_LEAD).principal == LEAD
    city.engine.claim_task(one, by=OTHER_LEAD)
    assert city.history(case)[-1].payload == {"task": one, "on_behalf_of": LEAD}
    city.engine.release_task(one, by=OTHER_LEAD)
    city.engine.complete_task(one, {}, by=OTHER_LEAD)
    assert (
        next(link for link in city.history(case) if link.element == "agree" and link.kind == "task.completed").payload[
            "on_behalf_of"
        ]
        == LEAD
    )


def test_a_deputyship_ends_with_its_last_day_or_when_it_is_taken_back(city: City, case: str) -> None:
    city.engine.complete_task(task(city, case), {}, by=CLERK)
    named = name(city)
    assert len(inbox(city, OTHER_LEAD)) == 1
    with pytest.raises(NotFound):
        city.engine.end_deputy(named, reason="", by=OTHER_LEAD)
    city.engine.end_deputy(named, reason="已返岗", by=LEAD)
    assert inbox(city, OTHER_LEAD) == []
    with pytest.raises(NotFound):
        city.engine.end_deputy(named, reason="", by=LEAD)
    name(city)
    city.clock.set(city.clock.now() + timedelta(days=3))
    assert inbox(city, OTHER_LEAD) == []
    with city.store.read() as connection:
        told = [link for link in list_links(connection, f"day-{TODAY}") if link.kind.startswith("deputy.")]
    assert [link.kind for link in told] == ["deputy.named", "deputy.ended", "deputy.named"]
    assert (told[0].payload["deputy"], told[0].payload["reason"]) == (OTHER_LEAD, "休假")


def test_a_deputy_takes_over_what_was_claimed_and_nobody_else_does(city: City, case: str) -> None:
    one = task(city, case)
    city.engine.claim_task(one, by=CLERK)
    with pytest.raises(TaskTaken):
        city.engine.claim_task(one, by=COLLEAGUE)
    name(city, deputy=COLLEAGUE, role="pj_unit_clerk", by=CLERK)
    assert inbox(city, COLLEAGUE) == [one]
    city.engine.claim_task(one, by=COLLEAGUE)
    with city.store.read() as connection:
        (row,) = rows.list_case_tasks(connection, [case])
    assert (row["claimed_by"], row["on_behalf_of"]) == (COLLEAGUE, CLERK)
    assert view(city, one, CLERK).actions == ("claim", "draft", "complete")
    city.engine.claim_task(one, by=CLERK)  # one may take back what is done in one's name
    with city.store.read() as connection:
        (row,) = rows.list_case_tasks(connection, [case])
    assert (row["claimed_by"], row["on_behalf_of"]) == (CLERK, None)


def test_in_their_own_queue_a_deputy_acts_in_their_own_name(city: City, case: str) -> None:
    name(city, deputy=COLLEAGUE, role="pj_unit_clerk", by=CLERK)
    city.engine.complete_task(task(city, case), {}, by=COLLEAGUE)
    done = next(link for link in city.history(case) if link.kind == "task.completed")
    assert "on_behalf_of" not in done.payload


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"deputy": CLERK}, ["deputy"]), ({"deputy": LEAD}, ["deputy"]), ({"deputy": "nobody"}, ["deputy"]),
        ({"role": "pj_center_lead"}, ["role", "deputy"]), ({"role": "no_such"}, ["role", "deputy"]), ({"reason": ""}, ["reason"]),
        ({"start": TODAY + timedelta(days=3)}, ["until"]), ({"start": TODAY - timedelta(days=9), "until": TODAY - timedelta(days=1)}, ["until"]),
        ({"by": AUDIT, "role": "pj_audit", "deputy": "pj_audit.shenji"}, ["role", "deputy"]),
    ],
)  # fmt: skip
def test_a_deputy_holds_the_same_role_for_days_to_come(city: City, given: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(InvalidAnswers) as invalid:
        name(city, **given)
    assert [finding.field for finding in invalid.value.findings] == fields
