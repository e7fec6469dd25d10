"""Talking about a case (讨论): by who reads it, to those who read it, with only a digest in the history."""

from __future__ import annotations

import hashlib

import pytest
from city import City
from drawing import chain, end, start, user_task

from service.engine import reads
from service.engine.commenting import list_people
from service.engine.people import get_actor
from service.errors import InvalidAnswers, NotFound
from service.store import comments
from service.store.notices import NoticeFilter, list_notices

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD, AUDIT, FIRM = "pj_unit_lead.jiaoyu", "pj_audit.shenji", "pj_contractor.chengjiana"


@pytest.fixture
def case(city: City) -> str:
    city.deploy({"letters": start() + user_task("write") + end() + chain("begin", "write", "finished")})
    return city.engine.start_case("letters", {}, by=CLERK).id


def told(city: City, account: str) -> list[str]:
    with city.store.read() as connection:
        scope = reads.scope_of(get_actor(connection, account), city.engine.machine.book)
        return [row["kind"] for row in list_notices(connection, scope, where=NoticeFilter(), after=None, limit=9).rows]


def test_what_is_said_is_kept_and_who_is_mentioned_is_told(city: City, case: str) -> None:
    made = city.engine.comment(case, "  请补一页预算  ", mentions=[COLLEAGUE, CLERK], by=CLERK)
    city.engine.comment(case, "好的", by=COLLEAGUE)
    with city.store.read() as connection:
        listed = comments.list_comments(connection, case)
        assert comments.list_comments(connection, case, after=made.id) == listed[1:]
    assert [(one.author, one.body, one.mentions) for one in listed] == [
        (CLERK, "请补一页预算", (COLLEAGUE, CLERK)), (COLLEAGUE, "好的", ()),
    ]  # fmt: skip
    assert (told(city, COLLEAGUE), told(city, CLERK)) == (["mentioned"], [])


def test_history_tells_that_something_was_said_and_not_what(city: City, case: str) -> None:
    made = city.engine.comment(case, "请补一页预算", by=CLERK)
    line = city.history(case)[-1]
    digest = hashlib.sha256("请补一页预算".encode()).hexdigest()
    assert (line.kind, line.actor) == ("case.commented", CLERK)
    assert line.payload == {"comment": made.id, "length": 6, "digest": digest, "mentions": []}


def test_a_case_that_has_ended_is_still_talked_about(city: City, case: str) -> None:
    city.engine.complete_task(city.tasks(case)[0].id, {}, by=CLERK)
    city.engine.comment(case, "办得好", by=LEAD)
    assert city.history(case)[-1].kind == "case.commented"


def test_what_is_refused(city: City, case: str) -> None:
    with pytest.raises(NotFound):
        city.engine.comment(case, "x", by=FIRM)
    for body in (" ", "字" * 2001):
        with pytest.raises(InvalidAnswers) as invalid:
            city.engine.comment(case, body, by=CLERK)
        assert [finding.field for finding in invalid.value.findings] == ["body"]
    with pytest.raises(InvalidAnswers) as invalid:
        city.engine.comment(case, "看看", mentions=[LEAD, OTHER, "nobody"], by=CLERK)
    assert ["周海涛" in finding.message for finding in invalid.value.findings] == [True, False]
    assert told(city, LEAD) == []
    city.engine.comment(case, "字" * 2000, by=CLERK)


def test_people_are_found_by_name_for_what_they_are_wanted(city: City, case: str) -> None:
    def found(words: str, purpose: str) -> list[str]:
        with city.store.read() as connection:
            known = list_people(city.engine.machine, connection, city.case(case), words, purpose=purpose)
        return [account for account, _ in known]

    assert found("王敏", "mention") == [CLERK]
    assert found("周海涛", "mention") == []  # of another unit
    assert found("周海涛", "sign") == [OTHER]
    assert found("周海涛", "copy") == [OTHER]
    assert found("pj_audit.shenji", "copy") == [AUDIT]
    assert found("pj_audit.shenji", "sign") == []
    assert found("%", "sign") == []
    assert len(found("", "copy")) == 20
