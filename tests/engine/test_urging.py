"""Urging (催办): once a day for each task, by who reads the case, and those who can do it hear of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from city import City
from drawing import chain, end, start, user_task

from service.engine import reads
from service.engine.people import get_actor
from service.errors import Conflict, InvalidAnswers, NotAllowed, NotFound
from service.store.notices import NoticeFilter, list_notices

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD, FIRM = "pj_unit_lead.jiaoyu", "pj_contractor.chengjiana"


@pytest.fixture
def task(city: City) -> str:
    body = start() + user_task("agree", groups="pj_unit_lead@jiaoyu") + end()
    city.deploy({"letters": body + chain("begin", "agree", "finished")})
    (found,) = city.tasks(city.engine.start_case("letters", {}, by=CLERK).id)
    return found.id


def told(city: City, account: str) -> list[tuple[str, str]]:
    with city.store.read() as connection:
        scope = reads.scope_of(get_actor(connection, account), city.engine.machine.book)
        page = list_notices(connection, scope, where=NoticeFilter(), after=None, limit=9)
    return [(row["kind"], row["zh"]) for row in page.rows]


def case_of(city: City, task: str) -> str:
    from service.store.cases import find_task

    with city.store.read() as connection:
        found = find_task(connection, task)
    assert found is not None
    return found.case_id


def test_whoever_could_do_the_task_is_told_and_named(city: City, task: str) -> None:
    done = city.engine.urge_task(task, reason="市里在等", by=CLERK)
    assert done.queues == ("pj_unit_lead@jiaoyu",)
    assert [account for account, _ in done.people] == [LEAD]
    assert [kind for kind, _ in told(city, LEAD)] == ["urged"]
    assert "市里在等" in told(city, LEAD)[0][1]
    assert told(city, OTHER) == []
    line = city.history(case_of(city, task))[-1]
    assert (line.kind, line.actor, line.element, line.payload["reason"]) == ("task.urged", CLERK, "agree", "市里在等")


def test_once_a_day_is_enough_and_says_who_did(city: City, task: str) -> None:
    city.engine.urge_task(task, by=CLERK)
    with pytest.raises(Conflict) as refused:
        city.engine.urge_task(task, by=COLLEAGUE)
    assert refused.value.facts["by"] == CLERK
    city.clock.set(city.clock.now() + timedelta(days=1))
    city.engine.urge_task(task, by=COLLEAGUE)
    assert len(told(city, LEAD)) == 2


def test_who_holds_the_task_alone_is_urged(city: City, task: str) -> None:
    city.engine.claim_task(task, by=LEAD)
    assert city.engine.urge_task(task, by=CLERK).queues == (f"@{LEAD}",)


def test_what_is_not_urged(city: City, task: str) -> None:
    with pytest.raises(NotAllowed):  # it is one's own to do
        city.engine.urge_task(task, by=LEAD)
    with pytest.raises(NotFound):
        city.engine.urge_task(task, by=FIRM)
    with pytest.raises(InvalidAnswers):
        city.engine.urge_task(task, reason="字" * 401, by=CLERK)
    assert "task.urged" not in [link.kind for link in city.history(case_of(city, task))]
    city.engine.add_signers(task, [OTHER], way="after", reason="x", by=LEAD)
    city.engine.complete_task(task, {}, by=LEAD)
    with pytest.raises(Conflict, match="加签人"):
        city.engine.urge_task(task, by=CLERK)
    (theirs,) = [one for one in city.tasks(case_of(city, task)) if one.id != task]
    assert city.engine.urge_task(theirs.id, by=LEAD).queues == (f"@{OTHER}",)
    city.engine.complete_task(theirs.id, {"decision": "同意"}, by=OTHER)
    with pytest.raises(Conflict):
        city.engine.urge_task(task, by=CLERK)
