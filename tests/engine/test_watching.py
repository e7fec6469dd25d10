"""Copies (抄送), which let their reader read one case, and following (关注), which tells of milestones and of the end."""

from __future__ import annotations

import pytest
from city import City
from drawing import chain, end, extensions, start, user_task

from service.engine import reads
from service.engine.people import get_actor
from service.errors import InvalidAnswers, NotAllowed, NotFound
from service.store import reads as rows
from service.store import watches
from service.store.notices import NoticeFilter, list_notices

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD, AUDIT, FIRM = "pj_unit_lead.jiaoyu", "pj_audit.shenji", "pj_contractor.chengjiana"


@pytest.fixture
def family(city: City) -> tuple[str, str]:
    """A case that calls another, in which a step with a milestone waits; (parent, child)."""
    below = start() + user_task("write", milestone="written") + user_task("send") + end()
    call = '<bpmn:callActivity id="call">' + extensions('<zeebe:calledElement processId="below"/>') + "</bpmn:callActivity>"
    city.deploy({"below": below + chain("begin", "write", "send", "finished")})
    city.deploy({"above": start() + call + end() + chain("begin", "call", "finished")})
    parent = city.engine.start_case("above", {}, by=CLERK).id
    city.worker.drain()
    with city.store.read() as connection:
        child = next(one for one in reads.family_ids(connection, parent) if one != parent)
    return parent, child


def reads_it(city: City, account: str, case: str) -> bool:
    with city.store.read() as connection:
        actor = get_actor(connection, account)
        found = reads.may_read_case(connection, city.engine.machine.book, actor, city.case(case))
        listed = rows.list_family(connection, city.case(case).root, scope=reads.scope_of(actor, city.engine.machine.book))
    assert found == (case in [row["id"] for row in listed])
    return found


def told(city: City, account: str) -> list[tuple[str, str]]:
    with city.store.read() as connection:
        scope = reads.scope_of(get_actor(connection, account), city.engine.machine.book)
        page = list_notices(connection, scope, where=NoticeFilter(), after=None, limit=9)
    return [(row["kind"], row["zh"]) for row in page.rows]


def test_a_copy_lets_its_reader_read_that_case_and_no_other(city: City, family: tuple[str, str]) -> None:
    parent, child = family
    assert not reads_it(city, OTHER, child)
    with pytest.raises(NotFound):
        city.engine.copy_case(child, [COLLEAGUE], words="给", by=OTHER)
    assert city.engine.copy_case(child, [OTHER, OTHER], words="请知悉", by=CLERK) == (OTHER,)
    assert (reads_it(city, OTHER, child), reads_it(city, OTHER, parent)) == (True, False)
    assert told(city, OTHER) == [("copied", "王敏抄送给您：请知悉")]
    line = city.history(child)[-1]
    assert (line.kind, line.actor, line.payload) == ("case.copied", CLERK, {"to": [OTHER], "words": "请知悉"})
    city.engine.copy_case(child, [OTHER], words="再看一眼", by=COLLEAGUE)
    assert len(told(city, OTHER)) == 2
    with pytest.raises(NotAllowed):  # a copy is to read, not to do
        city.engine.claim_task(city.tasks(parent)[0].id, by=OTHER)


def test_to_whom_and_by_whom_no_copy_is_given(city: City, family: tuple[str, str]) -> None:
    _, child = family
    for to, words, field in [
        ([], "x", "to"), (["nobody"], "x", "to"), ([CLERK], "x", "to"), ([OTHER], " ", "words"), ([OTHER], "字" * 401, "words"),
    ]:  # fmt: skip
        with pytest.raises(InvalidAnswers) as invalid:
            city.engine.copy_case(child, to, words=words, by=CLERK)
        assert [finding.field for finding in invalid.value.findings] == [field]
    city.engine.copy_case(child, [AUDIT], words="x", by=CLERK)
    with pytest.raises(NotAllowed):  # who only looks does not pass on
        city.engine.copy_case(child, [OTHER], words="x", by=AUDIT)
    assert not reads_it(city, OTHER, child)


def test_who_follows_hears_of_milestones_and_of_the_end(city: City, family: tuple[str, str]) -> None:
    parent, child = family
    with pytest.raises(NotFound):
        city.engine.follow_case(child, by=FIRM)
    for account in (COLLEAGUE, LEAD):
        city.engine.follow_case(child, by=account)
        city.engine.follow_case(child, by=account)
    city.engine.unfollow_case(child, by=LEAD)
    with city.store.read() as connection:
        assert [watches.is_followed(connection, child, one) for one in (COLLEAGUE, LEAD)] == [True, False]

    city.engine.complete_task(city.tasks(parent)[0].id, {}, by=CLERK)
    assert told(city, COLLEAGUE) == [("followed", "您关注的案件：“write”已完成。")]
    city.engine.complete_task(city.tasks(parent)[0].id, {}, by=CLERK)
    assert told(city, COLLEAGUE)[0] == ("followed", "您关注的案件：案件已办结。")
    assert told(city, LEAD) == []
