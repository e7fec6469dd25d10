"""Intake, builder, pre-review, review and indicators: each rule once kept and once broken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.author import check_pre_review
from handlers.panjin.builder import check_registers
from handlers.panjin.indicators import check_indicators, digest, lock_indicators
from handlers.panjin.intake import check_intake
from handlers.panjin.review import aggregate_reviews
from handlers.shared.notices import note_overdue, remind_applicant
from service.sdk import Record

TICKED, OPEN = {"item": "建设方案文本", "present": True}, {"item": "项目申报表", "present": False}
DIMENSIONS = ["布局合规性", "技术路线科学性"]


@pytest.mark.parametrize(
    ("rows", "plan", "fields"),
    [
        ([TICKED], ["f1"], []),
        ([TICKED, OPEN], ["f1"], ["checklist.1.present"]),
        ([], ["f1"], ["checklist"]),
        ([TICKED], [], ["checklist"]),
    ],
)
def test_only_a_complete_application_is_accepted(
    context: Any, blocked: Any, rows: list[Any], plan: list[str], fields: list[str]
) -> None:
    facts = context({"intake_result": "受理", "intake_checklist": rows, "plan_doc": plan})
    assert check_intake(facts) == {"accepted_on": date(2026, 8, 20)}
    assert blocked(facts) == [("R-PJ-04", field) for field in fields]


@pytest.mark.parametrize(("rounds", "passes"), [(None, True), (2, True), (3, False)])
def test_a_fourth_round_of_supplementing_is_refused(context: Any, blocked: Any, rounds: int | None, passes: bool) -> None:
    facts = context({"intake_result": "补正", "intake_rounds": rounds, "intake_checklist": [OPEN]})
    assert check_intake(facts) is None
    assert blocked(facts) == ([] if passes else [("R-PJ-04", "result")])


def test_an_incomplete_application_may_be_refused(context: Any) -> None:
    facts = context({"intake_result": "不予受理", "intake_rounds": 3, "intake_checklist": [OPEN]})
    assert check_intake(facts) is None
    assert facts.findings == []


@pytest.mark.parametrize("mismatch", [False, True])
def test_a_builder_who_does_not_match_is_routed_to_the_lead_department_decision(
    context: Any, levels: Any, mismatch: bool
) -> None:
    mode = {"mismatch": mismatch, "builder": "行业牵头部门", "builder_en": "the lead department"}
    facts = context({"building_mode": mode})
    assert check_registers(facts)["mode_mismatch"] is mismatch
    assert levels(facts) == ([("R-PJ-02", "route", "lead_dept")] if mismatch else [])


@pytest.mark.parametrize(("conflict", "passes"), [("block", False), ("none", True), ("warn", True)])
def test_the_author_of_a_plan_does_not_pre_review_it(context: Any, blocked: Any, conflict: str, passes: bool) -> None:
    facts = context({"pre_review_conflict": conflict})
    check_pre_review(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-11", "credit_code")])


def reviews(*results: str | None) -> list[dict[str, Any]]:
    return [
        {"dimension": dimension, "result": result, "opinion": "意见"}
        for dimension, result in zip(DIMENSIONS, results, strict=False)
        if result
    ]


@pytest.mark.parametrize("given", [reviews("通过"), [], [*reviews("通过", "通过"), *reviews("通过")]])
def test_each_dimension_is_reviewed_exactly_once(context: Any, blocked: Any, given: list[Any]) -> None:
    facts = context({"dimensions": DIMENSIONS, "reviews": given})
    aggregate_reviews(facts)
    assert blocked(facts) == [("R-PJ-14", "result")]


def test_a_review_hands_on_its_reasons_and_the_suggested_budget(context: Any) -> None:
    given = reviews("通过", "修改")
    given[0]["suggested_budget"] = Decimal("5.00")
    found = aggregate_reviews(context({"dimensions": DIMENSIONS, "reviews": given}))
    assert found["review_reasons"] == ["技术路线科学性（修改）：意见"]
    assert found["revision_items"] == "技术路线科学性（修改）：意见"
    assert found["suggested_budget"] == Decimal("5.00")


def test_a_confirmed_splitting_is_a_reason_and_a_finding(context: Any, levels: Any) -> None:
    given = reviews("通过", "通过")
    given[0]["splitting_confirmed"] = True
    facts = context({"dimensions": DIMENSIONS, "reviews": given})
    assert aggregate_reviews(facts)["review_reasons"] == ["经审查确认：拆分项目、化整为零规避监管"]
    assert levels(facts) == [("R-PJ-09", "route", "")]


def test_grounds_against_listing_are_flagged_by_name_and_block_nothing(context: Any, levels: Any) -> None:
    given = reviews("通过", "通过")
    given[1]["other_ground"] = "与规划冲突"
    facts = context({"dimensions": DIMENSIONS, "reviews": given, "exclusion_grounds": ["无正当理由拒绝数据共享", "其他"]})
    found = aggregate_reviews(facts)
    assert found["exclusion_note"] == "存在不得列入年度计划的情形：无正当理由拒绝数据共享、其他（与规划冲突）"
    assert (found["other_ground"], levels(facts)) == ("与规划冲突", [("R-PJ-12", "flag", "")])
    none = context({"dimensions": DIMENSIONS, "reviews": reviews("通过", "通过"), "exclusion_grounds": []})
    assert (aggregate_reviews(none)["exclusion_note"], none.findings) == (None, [])


@pytest.mark.parametrize(
    ("upheld", "grounds"), [(True, ["新增需求不明确", "其他"]), (False, ["新增需求不明确"]), (None, ["新增需求不明确"])]
)
def test_another_ground_stands_only_when_the_head_of_the_centre_upholds_it(
    context: Any, upheld: bool | None, grounds: list[str]
) -> None:
    facts = context(indicators(exclusion_grounds=["新增需求不明确", "其他"], other_ground_upheld=upheld))
    assert lock_indicators(facts)["exclusion_grounds"] == grounds
    assert facts.writes[0].data["exclusion_grounds"] == grounds


def indicators(**changed: Any) -> dict[str, Any]:
    return {
        "total_investment": Decimal("100.00"),
        "approved_budget": Decimal("100.00"),
        "approved_service_life": 5,
        "approved_start": date(2027, 1, 10),
        "approved_end": date(2029, 1, 10),
        "approved_content": "内容",
        "plan_doc": ["f2", "f1"],
        "project_name": "平台",
        "plan_year": 2027,
    } | changed


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({}, []),
        ({"approved_budget": Decimal("100.01")}, ["R-PJ-16"]),
        ({"approved_service_life": 4}, ["R-PJ-06"]),
        ({"approved_end": date(2029, 1, 11)}, ["R-PJ-07"]),
    ],
)
def test_approved_indicators_keep_within_the_application_and_the_law(
    context: Any, blocked: Any, changed: dict[str, Any], rules: list[str]
) -> None:
    facts = context(indicators(**changed))
    check_indicators(facts)
    assert [rule for rule, _ in blocked(facts)] == rules


def test_indicators_of_a_new_project_are_written_as_version_one(context: Any) -> None:
    facts = context(indicators())
    assert lock_indicators(facts)["indicator_version"] == 1
    (write,) = facts.writes
    assert (write.register, write.key, write.expected) == ("project", "PJ-2026-0001", 0)
    (locked,) = write.data["indicators"]
    assert (locked["version"], locked["budget"], locked["plan_docs"]) == (1, Decimal("100.00"), ["f1", "f2"])
    assert locked["plan_digest"] == digest(["f1", "f2"])


def test_a_known_project_keeps_what_its_entry_holds(context: Any) -> None:
    known = Record(register="project", key="PJ-2026-0001", version=4, data={"note": "x", "indicators": [{"version": 1}]})
    facts = context(indicators(), records=[known])
    lock_indicators(facts)
    (write,) = facts.writes
    assert write.expected == 4
    assert write.data["note"] == "x"
    assert [one["version"] for one in write.data["indicators"]] == [1, 2]


def test_the_digest_depends_on_the_documents_and_not_on_their_order() -> None:
    assert digest(["a", "b"]) == digest(["b", "a"]) != digest(["a", "c"])


def test_an_overdue_step_is_flagged_and_blocks_nothing(context: Any, blocked: Any) -> None:
    facts = context(
        {}, headers={"deadline": "D-PJ-18a", "escalate_to": "pj_center_lead", "step": "受理审查", "step_en": "Intake check"}
    )
    note_overdue(facts)
    (finding,) = facts.findings
    assert (finding.rule, finding.level.value) == ("D-PJ-18a", "flag")
    assert finding.message == "“受理审查”已逾期（D-PJ-18a），提请中心负责人关注"
    assert finding.article is None  # the period is practice: it is not shown as law


def test_a_reminder_is_flagged(context: Any) -> None:
    facts = context({}, headers={"deadline": "D-CM-01"})
    remind_applicant(facts)
    assert [found.level.value for found in facts.findings] == ["flag"]
