"""Walks of the shipped application diagram. Together they take every sequence flow of its four diagrams."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from service.errors import InvalidAnswers

PROCESS = "project_application"


@pytest.fixture
def application(s01: Any) -> dict[str, Any]:
    return copy.deepcopy(s01.APPLICATION)


@pytest.fixture
def accepted(stage: Any, s01: Any) -> Any:
    """Open an application and bring it through intake."""

    def make(application: dict[str, Any], **intake: Any) -> Any:
        case = stage.open(PROCESS, application)
        case.answer("sign_application", s01.SIGNED_BY_UNIT)
        case.answer("intake_check", s01.ACCEPTED | intake)
        return case

    return make


def review(case: Any, s01: Any, **changed: dict[str, Any]) -> None:
    """Answer all five review tasks; `changed` maps a dimension to other answers."""
    for dimension in s01.DIMENSIONS:
        found = case.find("review_dimension")
        nth = next(n for n, (child, token) in enumerate(found) if child.run.variables(token)["dimension"] == dimension)
        case.answer("review_dimension", s01.REVIEWS[dimension] | changed.get(dimension, {}), nth=nth)


def supplement(case: Any, application: dict[str, Any], s01: Any) -> None:
    case.answer("answer_items", {"reply": "已补充。"})
    case.answer("revise_application", application)
    case.answer("sign_application", s01.SIGNED_BY_UNIT)


def happy(stage: Any, s01: Any) -> Any:
    case = stage.open(PROCESS, s01.APPLICATION)
    for _, element, answers in s01.STEPS:
        case.answer(element, answers)
    return case


def test_the_happy_path_of_S01_ends_approved_and_says_so_to_the_project(stage: Any, s01: Any) -> None:
    case = happy(stage, s01)

    assert case.outcome == s01.OUTCOME
    created, decided = case.thrown
    assert (created.message, created.correlation) == ("pj.applicationCreated", "PJ-2026-0001")
    assert (decided.message, decided.correlation) == ("pj.reviewDecided", "PJ-2026-0001")
    assert decided.payload["result"] == "通过"
    assert created.payload["plan_year"] == 2027


def test_a_pass_locks_version_one_of_the_indicators_in_the_project_register(stage: Any, s01: Any) -> None:
    happy(stage, s01)

    record = stage.registers.read("project", "PJ-2026-0001")
    assert (record.version, record.data["status"]) == (2, "reviewed")  # version 1 was filed
    (indicators,) = record.data["indicators"]
    assert (indicators["version"], indicators["budget"]) == (1, Decimal("3200000.00"))
    assert indicators["plan_docs"] == [s01.PLAN_DOC]
    assert len(indicators["plan_digest"]) == 64


def test_a_secret_project_is_refused_and_walks_nowhere(stage: Any, refused: Any) -> None:
    with pytest.raises(refused) as caught:
        stage.open(PROCESS, {"is_secret": True, "project_name": "不该留下的名字"})
    assert "R-PJ-40" in caught.value.rules  # this stage goes on after a block; the engine stops at once
    assert "不该留下的名字" not in str(caught.value)


def test_nothing_but_the_secrecy_question_is_open_until_it_is_answered(stage: Any, application: dict[str, Any]) -> None:
    form = stage.forms["project_application.application_filed"]
    assert form.visible_keys({}, variables={}) == {"is_secret"}
    assert form.visible_keys(application | {"is_secret": True}, variables={}) == {"is_secret"}
    with pytest.raises(InvalidAnswers) as caught:
        stage.open(PROCESS, application | {"is_secret": None})
    assert [finding.field for finding in caught.value.findings] == ["is_secret"]


def test_a_market_project_without_public_money_ends_out_of_scope_without_a_word_to_anyone(
    stage: Any, application: dict[str, Any]
) -> None:
    application |= {"fund_source": "不直接使用财政资金", "market_operated": True}
    case = stage.open(PROCESS, application)
    assert (case.outcome, case.thrown) == ("out_of_scope", [])


def test_a_non_market_project_without_public_money_follows_by_reference(stage: Any, application: dict[str, Any]) -> None:
    case = stage.open(PROCESS, application | {"fund_source": "不直接使用财政资金", "market_operated": False})
    assert case.open_tasks() == ["sign_application"]
    assert case.variables["by_reference"] is True


def test_totals_that_differ_by_a_cent_are_refused_at_filing(stage: Any, application: dict[str, Any], refused: Any) -> None:
    application["annual_investment"][1]["amount"] = "1199999.99"
    with pytest.raises(refused) as caught:
        stage.open(PROCESS, application)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.field) == ("R-PJ-38", "annual_investment")
    assert "年度投资合计与总投资额不一致" in finding.message


def test_an_empty_security_design_is_refused_by_rule_five(stage: Any, application: dict[str, Any], refused: Any) -> None:
    application["security_design"] = None
    with pytest.raises(refused) as caught:
        stage.open(PROCESS, application)
    assert caught.value.rules == {"R-PJ-05"}


def test_what_the_unit_head_sends_back_is_revised_filed_anew_and_signed_again(
    stage: Any, application: dict[str, Any], s01: Any
) -> None:
    case = stage.open(PROCESS, application)
    case.answer("sign_application", {"decision": "退回", "opinion": "补充依据"})
    assert case.open_tasks() == ["revise_application"]
    assert case.variables["revise_reason"] == "补充依据"
    case.answer("revise_application", application | {"project_name": "教育资源共享平台二期"})
    assert case.open_tasks() == ["sign_application"]
    assert case.variables["project_name"] == "教育资源共享平台二期"


def test_a_decision_other_than_the_first_needs_an_opinion(stage: Any, application: dict[str, Any]) -> None:
    case = stage.open(PROCESS, application)
    with pytest.raises(InvalidAnswers) as caught:
        case.answer("sign_application", {"decision": "退回"})
    assert [finding.field for finding in caught.value.findings] == ["opinion"]
    case.answer("sign_application", {"decision": "同意"})
    assert case.open_tasks() == ["intake_check"]


def test_intake_is_offered_a_checklist_for_what_was_filed(stage: Any, application: dict[str, Any], s01: Any) -> None:
    application |= {
        "plan_author_type": "第三方",
        "plan_author_name": "某公司",
        "credit_code": "91211100MA0PLAN018",
        "qualification_file": ["q"],
    }
    case = stage.open(PROCESS, application)
    case.answer("sign_application", s01.SIGNED_BY_UNIT)
    ((child, token),) = case.find("intake_check")
    assert {"item": "方案编制单位资质", "present": False, "note": None} in child.run.variables(token)["checklist"]


def test_intake_cannot_accept_what_is_not_complete(stage: Any, application: dict[str, Any], s01: Any, refused: Any) -> None:
    case = stage.open(PROCESS, application)
    case.answer("sign_application", s01.SIGNED_BY_UNIT)
    with pytest.raises(refused) as caught:
        case.answer("intake_check", s01.ACCEPTED | {"checklist": [{"item": "建设方案文本", "present": False}]})
    assert caught.value.rules == {"R-PJ-04"}
    assert case.open_tasks() == ["intake_check"]


def test_intake_may_ask_for_supplements_three_times_and_no_more(
    stage: Any, application: dict[str, Any], s01: Any, refused: Any
) -> None:
    wanted = s01.ACCEPTED | {"result": "补正", "missing_items": "需求依据缺失"}
    case = stage.open(PROCESS, application)
    case.answer("sign_application", s01.SIGNED_BY_UNIT)
    for round in (1, 2, 3):
        case.answer("intake_check", wanted)
        assert case.variables["intake_rounds"] == round - 1
        supplement(case, application, s01)
        assert case.variables["intake_rounds"] == round
    with pytest.raises(refused):
        case.answer("intake_check", wanted)
    case.answer("intake_check", {**s01.ACCEPTED, "result": "不予受理", "note": "依据不足"})
    assert case.outcome == "not_accepted"
    assert case.thrown[-1].payload["reasons"] == ["依据不足"]


def test_a_shared_system_goes_to_the_lead_department_decision(accepted: Any, application: dict[str, Any]) -> None:
    application |= {"scope_level": "市级多部门", "related_depts": ["minzheng"], "lead_dept": "minzheng"}
    case = accepted(application)
    assert case.open_tasks() == ["decide_lead"]
    case.answer("decide_lead", {"decision": "牵头部门建设", "lead_dept": "minzheng", "opinion": "由牵头部门统一建设"})
    assert set(case.open_tasks()) == {"review_dimension"}
    assert case.variables["decided_lead_dept"] == "minzheng"


def test_building_alone_leaves_the_lead_department_of_the_application_as_it_was(
    accepted: Any, application: dict[str, Any]
) -> None:
    case = accepted(application | {"scope_level": "市级多部门", "related_depts": ["minzheng"], "lead_dept": "minzheng"})
    case.answer("decide_lead", {"decision": "单独建设"})
    assert (case.variables["lead_dept"], case.variables["decided_lead_dept"]) == ("minzheng", None)


def test_merging_into_a_city_wide_system_ends_the_case(accepted: Any, application: dict[str, Any]) -> None:
    application |= {"scope_level": "跨部门跨层级", "related_depts": ["minzheng"], "lead_dept": "minzheng", **FEES}
    case = accepted(application)
    case.answer("decide_lead", {"decision": "并入全市系统", "opinion": "已有全市平台"})
    assert (case.outcome, case.thrown[-1].payload["result"]) == ("merged", "并入全市系统")


@pytest.mark.parametrize(("decision", "outcome"), [("同意", None), ("不同意", "base_facility_refused")])
def test_base_facilities_need_the_consent_of_the_centre(
    accepted: Any, application: dict[str, Any], decision: str, outcome: str | None
) -> None:
    case = accepted(application | {"base_facility": True})
    assert case.open_tasks() == ["base_facility_check"]
    case.answer("base_facility_check", {"decision": decision, "opinion": "机房由中心统一提供"})
    assert case.outcome == outcome
    assert set(case.open_tasks()) == (set() if outcome else {"review_dimension"})


COUNTY = {"conforms_to_city_plan": True, "docks_with_exchange": True}
FEES = {"supervision_fee": "60000.00", "test_fee": "40000.00"}

PRE_REVIEW = {
    "org": "辽滨技术预审有限公司",
    "credit_code": "91211100MA0PRER059",
    "report_file": ["r"],
    "conclusion": "可行",
    "not_plan_author": True,
}


def test_a_complex_plan_may_be_pre_reviewed_but_not_by_its_author(
    accepted: Any, application: dict[str, Any], refused: Any
) -> None:
    application |= {
        "tech_complexity": True,
        "plan_author_type": "第三方",
        "plan_author_name": "某公司",
        "credit_code": "91211100MA0PLAN018",
        "qualification_file": ["q"],
    }
    case = accepted(application, pre_review=True)
    assert case.open_tasks() == ["pre_review"]
    with pytest.raises(refused):
        case.answer("pre_review", PRE_REVIEW | {"credit_code": "91211100MA0PLAN018"})
    case.answer("pre_review", PRE_REVIEW)
    assert set(case.open_tasks()) == {"review_dimension"}
    assert case.variables["credit_code"] == "91211100MA0PLAN018"  # the author's, not overwritten by the pre-reviewer's


def test_a_simple_plan_cannot_be_sent_to_pre_review(accepted: Any, application: dict[str, Any]) -> None:
    case = accepted(application, pre_review=True)
    assert set(case.open_tasks()) == {"review_dimension"}


def test_a_revised_application_is_not_bound_by_choices_of_the_round_before(
    accepted: Any, application: dict[str, Any], s01: Any
) -> None:
    case = accepted(application | {"tech_complexity": True}, pre_review=True)
    case.answer("pre_review", PRE_REVIEW)
    review(case, s01, 投资预算合理性={"result": "修改", "opinion": "压减", "suggested_budget": "3000000.00"})
    supplement(case, application | {"tech_complexity": False}, s01)
    case.answer("intake_check", s01.ACCEPTED)

    assert set(case.open_tasks()) == {"review_dimension"}
    review(case, s01, 投资预算合理性={"suggested_budget": None})
    assert {review["suggested_budget"] for review in case.variables["reviews"]} == {None}


def test_a_revision_returns_to_the_unit_and_is_reviewed_again_at_most_three_times(
    accepted: Any, application: dict[str, Any], s01: Any
) -> None:
    revise = {"技术路线科学性": {"result": "修改", "opinion": "补充接口设计"}}
    case = accepted(application)
    for round in (1, 2, 3):
        review(case, s01, **revise)
        assert case.find("answer_items")[0][0].variables["items"] == "技术路线科学性（修改）：补充接口设计"
        supplement(case, application, s01)
        case.answer("intake_check", s01.ACCEPTED)
        assert case.variables["review_rounds"] == round
    review(case, s01, **revise)
    assert case.open_tasks() == ["sign_decision"]
    assert case.variables["review_result"] == "不通过"


def test_a_failure_needs_only_the_signature_of_the_centre(accepted: Any, application: dict[str, Any], s01: Any) -> None:
    case = accepted(application)
    review(case, s01, 布局合规性={"result": "不通过", "opinion": "重复建设"})
    assert case.open_tasks() == ["sign_decision"]
    case.answer("sign_decision", s01.SIGNED_BY_CENTRE)
    assert case.outcome == "not_passed"
    assert case.thrown[-1].payload["reasons"] == ["布局合规性（不通过）：重复建设"]
    assert "indicators" not in case.stage.registers.read("project", "PJ-2026-0001").data


def test_the_signer_may_send_the_review_back(accepted: Any, application: dict[str, Any], s01: Any) -> None:
    case = accepted(application)
    review(case, s01)
    case.answer("fix_indicators", s01.INDICATORS)
    case.answer("sign_decision", {"decision": "退回", "opinion": "预算依据不足"})
    assert case.open_tasks() == ["review_dimension"] * 5


def test_approved_indicators_may_not_exceed_what_was_applied_for(
    accepted: Any, application: dict[str, Any], s01: Any, refused: Any
) -> None:
    case = accepted(application)
    review(case, s01)
    with pytest.raises(refused) as caught:
        case.answer("fix_indicators", s01.INDICATORS | {"approved_budget": "3200000.01"})
    assert [finding.field for finding in caught.value.findings] == ["approved_budget"]


def test_the_indicator_form_is_filled_with_what_was_applied_for(accepted: Any, application: dict[str, Any], s01: Any) -> None:
    case = accepted(application)
    review(case, s01)
    ((_, token),) = case.find("fix_indicators")
    seen = case.run.variables(token)
    assert (seen["approved_budget"], seen["approved_service_life"]) == (Decimal("3200000.00"), 6)


def test_overdue_steps_are_recorded_and_go_on(stage: Any, application: dict[str, Any], s01: Any) -> None:
    case = stage.open(PROCESS, application)
    case.answer("sign_application", s01.SIGNED_BY_UNIT)
    case.fire("intake_overdue")
    case.answer("intake_check", s01.ACCEPTED)
    case.fire("review_overdue")
    assert [finding.rule for finding in case.findings] == ["D-PJ-18a", "D-PJ-18b"]
    assert set(case.open_tasks()) == {"review_dimension"}


def test_a_reviewer_cannot_change_the_dimension_given_to_them(accepted: Any, application: dict[str, Any], s01: Any) -> None:
    case = accepted(application)
    case.answer("review_dimension", s01.REVIEWS["布局合规性"] | {"dimension": "数据共享可行性"})
    for _ in range(4):
        case.answer("review_dimension", s01.REVIEWS["布局合规性"])
    assert [review["dimension"] for review in case.variables["reviews"]] == list(s01.DIMENSIONS)


def test_every_sequence_flow_is_taken_by_some_walk(
    stage: Any, application: dict[str, Any], s01: Any, accepted: Any, refused: Any
) -> None:
    walked: set[str] = set()
    county = stage.open(PROCESS, application | COUNTY, level="county")
    outside = stage.open(PROCESS, application | {"fund_source": "不直接使用财政资金", "market_operated": True})
    refusal = stage.open(PROCESS, application)
    refusal.answer("sign_application", {"decision": "退回", "opinion": "改"})
    refusal.answer("revise_application", application)
    refusal.answer("sign_application", s01.SIGNED_BY_UNIT)
    refusal.fire("intake_overdue")
    refusal.answer("intake_check", {**s01.ACCEPTED, "result": "补正", "missing_items": "缺"})
    refusal.fire("supplement_reminder")
    refusal.fire("supplement_overdue")
    supplement(refusal, application, s01)
    refusal.answer("intake_check", {**s01.ACCEPTED, "result": "不予受理", "note": "缺"})
    shared = application | {"scope_level": "市级多部门", "related_depts": ["minzheng"], "lead_dept": "minzheng"}
    excepted = stage.open(PROCESS, application | {"service_life_years": 4, "exception_reason": "设备更新快"})
    excepted.answer("sign_application", s01.SIGNED_BY_UNIT)
    excepted.answer("decide_override", {"decision": "不同意", "opinion": "理由不足"})
    excepted.answer("revise_application", application | {"service_life_years": 4, "exception_reason": "设备三年一换"})
    excepted.answer("sign_application", s01.SIGNED_BY_UNIT)
    excepted.answer("decide_override", {"decision": "同意", "opinion": "属实"})
    merged = accepted(shared)
    merged.answer("decide_lead", {"decision": "并入全市系统", "opinion": "并"})
    unwanted = accepted(application | {"base_facility": True})
    unwanted.answer("base_facility_check", {"decision": "不同意", "opinion": "否"})
    full = accepted(shared | {"base_facility": True, "tech_complexity": True}, pre_review=True)
    full.answer("decide_lead", {"decision": "单独建设"})
    full.answer("base_facility_check", {"decision": "同意"})
    full.answer("pre_review", PRE_REVIEW)
    full.fire("review_overdue")
    review(full, s01, 布局合规性={"result": "修改", "opinion": "改"})
    supplement(full, application, s01)
    full.answer("intake_check", s01.ACCEPTED)
    review(full, s01, 布局合规性={"result": "不通过", "opinion": "否"})
    full.answer("sign_decision", {"decision": "退回", "opinion": "重审"})
    review(full, s01, 布局合规性={"result": "不通过", "opinion": "否"})
    full.answer("sign_decision", {"decision": "同意"})
    for case in (county, outside, refusal, excepted, merged, unwanted, full, happy(stage, s01)):
        walked |= set(case.walked)

    flows = {
        flow for process in (PROCESS, "technical_review", "supplement", "override") for flow in stage.processes[process].flows
    }
    assert flows - walked == {"panel_chosen", "panel_reported"}  # experts are drawn from a register: see the scenarios
