"""S01 as far as the application: filed, signed, accepted, reviewed by five people, fixed, decided."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import City
from uploading import upload
from walking import explain, find_task, step

from service.clock import SHANGHAI
from service.errors import InvalidAnswers, NotAllowed, SignatureRequired
from service.store import history
from service.store.registers import Registers

_spec = importlib.util.spec_from_file_location("s01_application", Path(__file__).with_name("s01_application.py"))
assert _spec is not None
assert _spec.loader is not None
s01: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(s01)


@pytest.fixture
def city(city_at: Callable[..., City]) -> City:
    return city_at(datetime(2026, 8, 20, 9, tzinfo=SHANGHAI), processes=True)


def file_application(city: City, **changes: Any) -> str:
    answers = {**deepcopy(s01.APPLICATION), "plan_doc": [upload(city, s01.CLERK)], **changes}
    started = city.engine.start_case(s01.PROCESS, answers, by=s01.CLERK)
    city.worker.drain()
    return started.id


def test_an_application_without_fault_passes_and_its_indicators_are_locked(city: City) -> None:
    case = file_application(city)
    for account, element, answers in s01.STEPS:
        where = None
        if element == "review_dimension":
            where = {"dimension": next(name for name, known in s01.REVIEWS.items() if known is answers)}
        step(city, case, account, element, answers, where=where)

    row = city.case(case)
    assert (row.status, row.outcome) == ("completed", s01.OUTCOME), explain(city, case)
    assert row.business_key == "PJ-2026-0001"
    with city.store.read() as connection:
        project = Registers(connection).read("project", row.business_key)
        assert history.first_broken_link(connection, case, row.history_head) is None
    assert project is not None
    assert (project.version, len(project.data["indicators"])) == (2, 1)  # version 1 was filed
    signers = {link.actor for link in city.history(case) if link.kind == "task.completed" and "signature" in link.payload}
    assert signers == {s01.UNIT_LEAD, s01.CENTRE_LEAD}
    assert city.waiting(case) == []


def test_the_intake_is_due_five_working_days_after_filing_with_its_derivation(city: City) -> None:
    case = file_application(city)
    step(city, case, s01.UNIT_LEAD, "sign_application", s01.SIGNED_BY_UNIT)
    with city.store.read() as connection:
        from service.engine.people import get_actor
        from service.engine.reads import view_task

        task = find_task(city, case, "intake_check")
        view = view_task(city.engine.machine, connection, task, get_actor(connection, s01.INTAKE))
    assert view.due is not None
    assert (view.due["id"], view.due["effective"]) == ("D-PJ-18a", "2026-08-27")
    assert any("2026" in sentence["zh"] for sentence in view.due["derivation"])


def test_a_decision_is_not_taken_without_a_signature(city: City) -> None:
    case = file_application(city)
    with pytest.raises(SignatureRequired):
        city.engine.complete_task(find_task(city, case, "sign_application"), s01.SIGNED_BY_UNIT, by=s01.UNIT_LEAD)


def test_totals_that_do_not_add_up_are_refused_at_their_field_and_store_nothing(city: City) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        file_application(city, annual_investment=[{"year": 2027, "amount": "500000.00"}, {"year": 2028, "amount": "300000.00"}])
    assert {finding.rule for finding in refused.value.findings} == {"R-PJ-38"}
    with city.store.read() as connection:
        from service.store import reads

        scope = reads.Scope(account="x", everything=True, regulations=frozenset(), units=frozenset(), queues=frozenset())
        page = reads.list_cases(
            connection, scope, where=reads.TaskFilter(), status=None, mine=False, roots=False, after=None, limit=5
        )
    assert page.rows == ()


def test_nobody_reviews_two_dimensions_and_no_reviewer_signs_the_decision(city: City) -> None:
    case = file_application(city)
    for account, element, answers in s01.STEPS[:3]:
        step(city, case, account, element, answers)
    reviewer = s01.REVIEWERS[0]
    with pytest.raises(NotAllowed) as refused:
        step(city, case, reviewer, "review_dimension", s01.REVIEWS["数据共享可行性"])
    assert refused.value.rule == "distinct_reviewers"
