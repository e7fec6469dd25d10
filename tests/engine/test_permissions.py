"""Who may see, who may act: checked in the command itself, whatever a page shows."""

from __future__ import annotations

import pytest
from city import PASSWORD, City
from drawing import chain, end, form, start, text_field, user_task

from service.access import actor_queues
from service.engine import reads
from service.engine.people import get_actor
from service.errors import Conflict, InvalidAnswers, NotAllowed, NotFound, SignatureRequired, TaskTaken
from service.store import reads as rows
from service.store.reads import TaskFilter

CLERK, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"
REVIEWER, SECOND = "pj_center_review.zhongxin", "pj_center_review.zhongxin.2"
AUDIT, MONITOR, FIRM, DESIGNER = "pj_audit.shenji", "monitor.zhongxin", "pj_third_party.yushen", "designer.zhongxin"


@pytest.fixture
def reviewing(city: City) -> str:
    """A case of the education office that waits for a reviewer of the Centre, then for a firm."""
    lanes = (
        '<bpmn:laneSet id="lanes"><bpmn:lane id="pj_unit_clerk" name="经办"><bpmn:flowNodeRef>begin</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="pj_center_review" name="审查"><bpmn:flowNodeRef>review</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="pj_third_party" name="第三方"><bpmn:flowNodeRef>inspect</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    review = user_task("review", groups="pj_center_review", form="seeing.review", sign="true", sod="submitter")
    body = lanes + start() + review + user_task("inspect", groups="pj_third_party", sod="review") + end()
    city.deploy(
        {"seeing": body + chain("begin", "review", "inspect", "finished")},
        {"seeing.review": form("seeing.review", text_field("opinion", required=True))},
    )
    return city.engine.start_case("seeing", {}, by=CLERK).id


def sees(city: City, account: str, case: str) -> bool:
    """Whether an account may read the case; the list and the single question must agree."""
    with city.store.read() as connection:
        actor = get_actor(connection, account)
        page = rows.list_cases(
            connection, reads.scope_of(actor, city.engine.machine.book), where=TaskFilter(), status=None, mine=False, roots=True,
            after=None, limit=50,
        )  # fmt: skip
        listed = case in {row["id"] for row in page.rows}
        try:
            reads.get_case(city.engine.machine, connection, case, actor)
        except NotFound:
            assert not listed
            return False
    assert listed
    return True


def inbox(city: City, account: str) -> list[str]:
    with city.store.read() as connection:
        queues = actor_queues(get_actor(connection, account), city.engine.machine.book)
        page = rows.list_todo(connection, account=account, queues=queues, where=TaskFilter(), sort="due", after=None, limit=50)
        assert rows.count_todo(connection, account=account, queues=queues) == len(page.rows)
    return [row["element"] for row in page.rows]


def sign_and_complete(city: City, task: str, account: str) -> None:
    city.engine.complete_task(task, {"opinion": "同意"}, by=account, signature=city.engine.sign(by=account, password=PASSWORD))


def test_a_case_is_read_by_its_unit_the_centre_and_audit_and_by_nobody_else(city: City, reviewing: str) -> None:
    readers = [CLERK, LEAD, REVIEWER, AUDIT, MONITOR]
    strangers = [OTHER, FIRM, DESIGNER]
    assert {account: sees(city, account, reviewing) for account in readers + strangers} == {
        **dict.fromkeys(readers, True), **dict.fromkeys(strangers, False),
    }  # fmt: skip


def test_a_firm_reads_a_case_from_the_moment_that_it_has_a_task_in_it(city: City, reviewing: str) -> None:
    (task,) = city.tasks(reviewing)
    sign_and_complete(city, task.id, REVIEWER)
    assert sees(city, FIRM, reviewing)
    (task,) = city.tasks(reviewing)
    city.engine.complete_task(task.id, {}, by=FIRM)
    assert sees(city, FIRM, reviewing)


@pytest.mark.parametrize("account", [LEAD, AUDIT, MONITOR])
def test_who_may_only_read_is_told_so(city: City, reviewing: str, account: str) -> None:
    (task,) = city.tasks(reviewing)
    with pytest.raises(NotAllowed):
        city.engine.claim_task(task.id, by=account)
    assert inbox(city, account) == []


def test_who_may_not_read_is_told_that_there_is_nothing(city: City, reviewing: str) -> None:
    (task,) = city.tasks(reviewing)
    for account in (OTHER, FIRM, DESIGNER):
        with pytest.raises(NotFound):
            city.engine.complete_task(task.id, {"opinion": "x"}, by=account)


def test_a_claimed_task_leaves_the_inboxes_of_the_others_until_it_is_released(city: City, reviewing: str) -> None:
    (task,) = city.tasks(reviewing)
    assert inbox(city, REVIEWER) == inbox(city, SECOND) == ["review"]
    city.engine.claim_task(task.id, by=REVIEWER)
    assert (inbox(city, REVIEWER), inbox(city, SECOND)) == (["review"], [])
    with pytest.raises(TaskTaken, match="已领取"):
        sign_and_complete(city, task.id, SECOND)
    city.engine.release_task(task.id, by=REVIEWER)
    assert inbox(city, SECOND) == ["review"]


def test_a_signing_step_needs_the_right_password_of_the_one_who_does_it(city: City, reviewing: str) -> None:
    (task,) = city.tasks(reviewing)
    with pytest.raises(SignatureRequired):
        city.engine.complete_task(task.id, {"opinion": "同意"}, by=REVIEWER)
    with pytest.raises(NotAllowed, match="密码不正确"):
        city.engine.sign(by=REVIEWER, password="not the password")
    others = city.engine.sign(by=SECOND, password=PASSWORD)
    with pytest.raises(SignatureRequired):
        city.engine.complete_task(task.id, {"opinion": "同意"}, by=REVIEWER, signature=others)

    sign_and_complete(city, task.id, REVIEWER)

    (line,) = [link for link in city.history(reviewing) if link.kind == "task.completed"]
    signature = line.payload["signature"]
    assert (signature["account"], signature["shown"]["answers"]) == (REVIEWER, [["opinion", "同意"]])
    assert len(signature["digest"]) == 64


def test_a_missing_field_is_found_before_a_signature_is_asked_for(city: City, reviewing: str) -> None:
    (task,) = city.tasks(reviewing)
    with pytest.raises(InvalidAnswers):
        city.engine.complete_task(task.id, {}, by=REVIEWER)


def test_the_starter_must_hold_the_role_of_the_start_lane(city: City, reviewing: str) -> None:
    with pytest.raises(NotAllowed):
        city.engine.start_case("seeing", {}, by=REVIEWER)


def test_a_suspended_case_stands_still_until_it_is_resumed(city: City, reviewing: str) -> None:
    (task,) = city.tasks(reviewing)
    with pytest.raises(NotAllowed):
        city.engine.suspend_case(reviewing, reason="核查", by=REVIEWER)
    city.engine.suspend_case(reviewing, reason="核查", by=MONITOR)
    with pytest.raises(Conflict, match="暂停"):
        sign_and_complete(city, task.id, REVIEWER)
    city.engine.resume_case(reviewing, reason="核查完毕", by=MONITOR)
    sign_and_complete(city, task.id, REVIEWER)


def test_a_disabled_account_can_do_nothing(city: City, reviewing: str) -> None:
    from sqlalchemy import update

    from service.store.tables import accounts

    with city.store.write() as connection:
        connection.execute(update(accounts).where(accounts.c.name == REVIEWER).values(active=False))
    (task,) = city.tasks(reviewing)
    with pytest.raises(NotAllowed, match="停用"):
        city.engine.claim_task(task.id, by=REVIEWER)
