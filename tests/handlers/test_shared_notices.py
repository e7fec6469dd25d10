"""Handlers of deadlines that have passed: whom they tell."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.shared.notices import note_overdue, remind_applicant


@pytest.mark.parametrize(
    ("escalate_to", "variables", "groups"),
    [
        ("pj_center_lead", {}, ("pj_center_lead",)),
        ("pj_unit_lead, pj_center_super", {}, ("pj_unit_lead@jiaoyu", "pj_center_super")),
        ("unit_lead", {"applicant": "pj_unit_clerk@jiaoyu"}, ("pj_unit_lead@jiaoyu",)),
        ("unit_lead", {"applicant": "js_dept_clerk@jiaoyu"}, ("js_dept_lead@jiaoyu",)),
        ("unit_lead", {}, ("pj_unit_lead@jiaoyu",)),
    ],
)
def test_an_overdue_step_is_brought_to_the_roles_that_it_names(
    context: Any, escalate_to: str, variables: dict[str, Any], groups: tuple[str, ...]
) -> None:
    facts = context(variables, headers={"deadline": "D-PJ-18a", "escalate_to": escalate_to, "step": "受理", "step_en": "Intake"})
    note_overdue(facts)
    (notice,) = facts.notices
    assert (notice.groups, notice.deadline) == (groups, "D-PJ-18a")
    assert notice.zh == facts.findings[0].message


def test_an_overdue_step_without_a_role_is_only_recorded(context: Any) -> None:
    facts = context({}, headers={"deadline": "D-PJ-18a", "step": "受理", "step_en": "Intake"})
    note_overdue(facts)
    assert facts.notices == []
    assert len(facts.findings) == 1


@pytest.mark.parametrize(
    ("variables", "groups"), [({"applicant": "pj_unit_clerk@jiaoyu"}, ("pj_unit_clerk@jiaoyu",)), ({}, ("@clerk",))]
)
def test_the_applicant_is_reminded_of_the_supplement(context: Any, variables: dict[str, Any], groups: tuple[str, ...]) -> None:
    facts = context(variables, headers={"deadline": "D-CM-01"})
    remind_applicant(facts)
    assert [notice.groups for notice in facts.notices] == [groups]
