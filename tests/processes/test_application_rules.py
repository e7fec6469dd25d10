"""Rules of P2 that change the way of a case: overrides, evidence from the registers, grounds against listing, counties."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service.errors import InvalidAnswers

PROCESS = "project_application"
SHORT = {"service_life_years": 4, "exception_reason": "设备三年更新一次"}
OFF_CLOUD = {"cloud_deploy": "否", "reason_not_cloud": "含专用加密设备"}


@pytest.fixture
def application(s01: Any) -> dict[str, Any]:
    return copy.deepcopy(s01.APPLICATION)


@pytest.fixture
def small(application: dict[str, Any]) -> dict[str, Any]:
    """The application at 900,000: below the limit of a public tender."""
    return application | {
        "total_investment": "900000.00",
        "annual_investment": [{"year": 2027, "amount": "900000.00"}],
        "budget_breakdown": [{"item": "开发", "qty": 1, "unit": "项", "amount": "900000.00"}],
    }


@pytest.fixture
def signed(stage: Any, s01: Any) -> Any:
    def make(application: dict[str, Any]) -> Any:
        case = stage.open(PROCESS, application)
        case.answer("sign_application", s01.SIGNED_BY_UNIT)
        return case

    return make


def review(case: Any, s01: Any, **changed: dict[str, Any]) -> None:
    for dimension in s01.DIMENSIONS:
        found = case.find("review_dimension")
        nth = next(n for n, (child, token) in enumerate(found) if child.run.variables(token)["dimension"] == dimension)
        case.answer("review_dimension", s01.REVIEWS[dimension] | changed.get(dimension, {}), nth=nth)


def levels(case: Any) -> set[tuple[str, str]]:
    return {(finding.rule, finding.level.value) for finding in case.findings}


# -- overrides


def test_a_short_life_with_a_reason_is_filed_and_decided_after_the_signature_of_the_unit(signed: Any, s01: Any) -> None:
    case = signed(s01.APPLICATION | SHORT)
    assert case.open_tasks() == ["decide_override"]
    assert ("R-PJ-06", "override") in levels(case)
    ((child, token),) = case.find("decide_override")
    seen = child.run.variables(token)
    assert (seen["decider"], seen["reason"], seen["value"]) == ("pj_center_lead", "设备三年更新一次", "4 年")
    assert seen["finding"] == "项目使用年限原则上不得少于5年"


def test_a_granted_override_goes_on_to_intake_and_stands_on_the_list(signed: Any, stage: Any, s01: Any) -> None:
    case = signed(s01.APPLICATION | SHORT)
    case.answer("decide_override", {"decision": "同意", "opinion": "情况属实"})
    assert case.open_tasks() == ["intake_check"]
    entry = stage.registers.read("override", "PJ-2026-0001:R-PJ-06")
    assert (entry.data["reason"], entry.data["opinion"]) == ("设备三年更新一次", "情况属实")
    assert ("R-PJ-06", "flag") in levels(case)


def test_a_refused_override_returns_to_the_clerk_with_the_opinion_and_is_on_no_list(signed: Any, stage: Any, s01: Any) -> None:
    case = signed(s01.APPLICATION | SHORT)
    case.answer("decide_override", {"decision": "不同意", "opinion": "可延长使用"})
    assert case.open_tasks() == ["revise_application"]
    assert case.variables["revise_reason"] == "使用年限：不予破例。可延长使用"
    assert stage.registers.read("override", "PJ-2026-0001:R-PJ-06") is None
    case.answer("revise_application", s01.APPLICATION)
    case.answer("sign_application", s01.SIGNED_BY_UNIT)
    assert case.open_tasks() == ["intake_check"]


def test_each_exception_goes_to_its_own_role_and_one_refusal_returns_all(signed: Any, s01: Any) -> None:
    case = signed(s01.APPLICATION | SHORT | OFF_CLOUD)
    deciders = [child.run.variables(token)["decider"] for child, token in case.find("decide_override")]
    assert sorted(deciders) == ["pj_center_lead", "pj_center_review"]
    refusing = deciders.index("pj_center_review")
    case.answer("decide_override", {"decision": "不同意", "opinion": "可以上云"}, nth=refusing)
    assert case.open_tasks() == ["decide_override"]
    case.answer("decide_override", {"decision": "同意", "opinion": "可"})
    assert case.open_tasks() == ["revise_application"]
    assert case.variables["revise_reason"] == "部署市级政务云：不予破例。可以上云"


def test_what_was_granted_is_not_asked_again_when_the_application_returns_for_another_reason(signed: Any, s01: Any) -> None:
    case = signed(s01.APPLICATION | SHORT)
    case.answer("decide_override", {"decision": "同意", "opinion": "可"})
    case.answer("intake_check", s01.ACCEPTED | {"result": "补正", "missing_items": "需求依据缺失"})
    case.answer("answer_items", {"reply": "已补充"})
    case.answer("revise_application", s01.APPLICATION | SHORT)
    case.answer("sign_application", s01.SIGNED_BY_UNIT)
    assert case.open_tasks() == ["intake_check"]


def test_an_override_needs_an_opinion_either_way(signed: Any, s01: Any) -> None:
    case = signed(s01.APPLICATION | SHORT)
    for decision in ("同意", "不同意"):
        with pytest.raises(InvalidAnswers) as caught:
            case.answer("decide_override", {"decision": decision})
        assert [finding.field for finding in caught.value.findings] == ["opinion"]


def test_a_short_life_that_was_granted_may_be_approved_and_no_shorter(signed: Any, s01: Any, refused: Any) -> None:
    case = signed(s01.APPLICATION | SHORT)
    case.answer("decide_override", {"decision": "同意", "opinion": "可"})
    case.answer("intake_check", s01.ACCEPTED)
    review(case, s01)
    with pytest.raises(refused) as caught:
        case.answer("fix_indicators", s01.INDICATORS | {"approved_service_life": 3})
    assert caught.value.rules == {"R-PJ-06"}
    case.answer("fix_indicators", s01.INDICATORS | {"approved_service_life": 4})
    assert case.open_tasks() == ["sign_decision"]


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"service_life_years": 4}, "R-PJ-06"),
        ({"cloud_deploy": "否"}, "R-PJ-03"),
        ({"started_already": True}, "R-PJ-08"),
        ({"plan_author_type": "第三方", "plan_author_name": "某", "credit_code": "91211100MA0PLAN018"}, "R-PJ-10"),
        ({"scope_level": "跨部门跨层级", "related_depts": ["minzheng"], "lead_dept": "jiaoyu"}, "R-PJ-19"),
        ({"secure_products": [{"product": "数据库", "proof": None}]}, "R-PJ-23"),
    ],
)
def test_what_no_reason_excuses_cannot_be_filed(
    stage: Any, application: dict[str, Any], refused: Any, changed: dict[str, Any], rule: str
) -> None:
    with pytest.raises(refused) as caught:
        stage.open(PROCESS, application | changed)
    assert caught.value.rules == {rule}


def test_a_revision_may_not_turn_secret_or_leave_the_scope(stage: Any, application: dict[str, Any], refused: Any) -> None:
    case = stage.open(PROCESS, application)
    case.answer("sign_application", {"decision": "退回", "opinion": "改"})
    with pytest.raises(refused) as caught:
        case.answer("revise_application", {"is_secret": True})
    assert "R-PJ-40" in caught.value.rules
    with pytest.raises(refused) as caught:
        case.answer("revise_application", application | {"fund_source": "不直接使用财政资金", "market_operated": True})
    assert caught.value.rules == {"R-PJ-01"}


# -- evidence from the registers


def sibling(stage: Any) -> None:
    stage.registers.put(
        "project", "PJ-2026-0900", project_name="教育资源共享平台二期", unit_id="jiaoyu", filed_on=stage.now.date(),
        total_investment=Decimal("1100000.00"), city_wide=False, status="filed",
    )  # fmt: skip


def test_a_suspected_splitting_is_shown_to_intake_and_to_the_reviewer_side_by_side(
    stage: Any, signed: Any, small: dict[str, Any], s01: Any
) -> None:
    sibling(stage)
    case = signed(small)
    assert ("R-PJ-09", "warn") in levels(case)
    for element, answers in (("intake_check", s01.ACCEPTED), ("review_dimension", None)):
        child, token = case.find(element)[0]
        (row,) = child.run.variables(token)["similar_projects"]
        assert (row["key"], row["name"], row["unit"]) == ("PJ-2026-0900", "教育资源共享平台二期", "jiaoyu")
        if answers is not None:
            case.answer(element, answers)


def test_a_reviewer_must_say_whether_it_is_splitting_and_a_yes_fails_the_review(
    stage: Any, signed: Any, small: dict[str, Any], s01: Any
) -> None:
    sibling(stage)
    case = signed(small)
    case.answer("intake_check", s01.ACCEPTED)
    with pytest.raises(InvalidAnswers) as caught:
        review(case, s01)
    assert [finding.field for finding in caught.value.findings] == ["splitting_confirmed"]
    review_rest(case, s01, splitting_confirmed=True)
    assert case.variables["review_result"] == "不通过"
    assert case.variables["review_reasons"] == ["经审查确认：拆分项目、化整为零规避监管"]


def review_rest(case: Any, s01: Any, **budget: Any) -> None:
    """Answer the dimensions that are still open, the budget one with `budget` besides."""
    while found := case.find("review_dimension"):
        child, token = found[0]
        dimension = child.run.variables(token)["dimension"]
        case.answer("review_dimension", s01.REVIEWS[dimension] | (budget if dimension == "投资预算合理性" else {}))


def test_a_reviewer_who_finds_no_splitting_lets_the_project_pass(
    stage: Any, signed: Any, small: dict[str, Any], s01: Any
) -> None:
    sibling(stage)
    case = signed(small)
    case.answer("intake_check", s01.ACCEPTED)
    review_rest(case, s01, splitting_confirmed=False)
    assert case.variables["review_result"] == "通过"


def test_a_function_that_a_lead_body_runs_goes_to_the_lead_department_decision_with_the_evidence(
    stage: Any, signed: Any, application: dict[str, Any], s01: Any
) -> None:
    stage.registers.put(
        "system", "SYS-0001", name="全市教育资源共享平台", function="教学资源共享", unit_id="minzheng", owner_name="市民政局",
        city_wide=True, status="在用",
    )  # fmt: skip
    case = signed(application)
    case.answer("intake_check", s01.ACCEPTED)
    assert case.open_tasks() == ["decide_lead"]
    assert ("R-PJ-13", "route") in levels(case)
    ((_, token),) = case.find("decide_lead")
    seen = case.run.variables(token)
    assert seen["duplicate_note"] == "已由市民政局统筹建设，不得重复建设：全市教育资源共享平台"
    assert [row["key"] for row in seen["similar_projects"]] == ["SYS-0001"]


@pytest.mark.parametrize(("grade", "level", "asked"), [("差", "warn", True), ("中", "warn", False), ("良", "flag", False)])
def test_a_poor_evaluation_has_to_be_dealt_with_in_writing(
    stage: Any, signed: Any, application: dict[str, Any], s01: Any, grade: str, level: str, asked: bool
) -> None:
    stage.registers.put("evaluation", "E1", unit_id="jiaoyu", year=2025, grade=grade, project_name="教务系统")
    case = signed(application)
    case.answer("intake_check", s01.ACCEPTED)
    assert ("R-PJ-28", level) in levels(case)
    if asked:
        with pytest.raises(InvalidAnswers) as caught:
            review(case, s01)
        assert [finding.field for finding in caught.value.findings] == ["evaluation_handling"]
    review(case, s01, 布局合规性={"evaluation_handling": "已要求整改"} if asked else {})
    assert case.variables["review_result"] == "通过"
    handled = {found["dimension"]: found["evaluation_handling"] for found in case.variables["reviews"]}
    assert handled["布局合规性"] == ("已要求整改" if asked else None)


# -- grounds against listing


def test_refusing_to_share_without_a_reason_is_flagged_at_the_review_and_handed_to_the_plan(
    signed: Any, stage: Any, application: dict[str, Any], s01: Any
) -> None:
    case = signed(application | {"share_commit": "不同意"})
    case.answer("intake_check", s01.ACCEPTED)
    review(case, s01)
    assert ("R-PJ-12", "flag") in levels(case)
    case.answer("fix_indicators", s01.INDICATORS)
    case.answer("sign_decision", s01.SIGNED_BY_CENTRE)
    assert case.thrown[-1].payload["exclusion_grounds"] == ["无正当理由拒绝数据共享"]
    assert stage.registers.read("project", "PJ-2026-0001").data["exclusion_grounds"] == ["无正当理由拒绝数据共享"]


def test_a_system_that_can_meet_the_need_is_flagged(signed: Any, application: dict[str, Any], s01: Any) -> None:
    case = signed(application | {"existing_systems": [{"name": "教务", "year": 2020, "can_meet_need": True}]})
    case.answer("intake_check", s01.ACCEPTED)
    review(case, s01)
    assert case.variables["exclusion_grounds"] == ["现有系统能够满足需求"]


@pytest.mark.parametrize(("upheld", "grounds"), [(True, ["新增需求不明确", "其他"]), (False, ["新增需求不明确"])])
def test_another_ground_needs_a_reason_from_the_reviewer_and_a_decision_from_the_head(
    signed: Any, application: dict[str, Any], s01: Any, upheld: bool, grounds: list[str]
) -> None:
    case = signed(application)
    case.answer("intake_check", s01.ACCEPTED)
    named = {"grounds": ["新增需求不明确", "其他"]}
    with pytest.raises(InvalidAnswers):
        case.answer("review_dimension", s01.REVIEWS["布局合规性"] | named)
    review(case, s01, 布局合规性=named | {"other_ground": "与在编规划冲突"})
    case.answer("fix_indicators", s01.INDICATORS)
    with pytest.raises(InvalidAnswers) as caught:
        case.answer("sign_decision", s01.SIGNED_BY_CENTRE)
    assert [finding.field for finding in caught.value.findings] == ["other_ground_upheld"]
    case.answer("sign_decision", s01.SIGNED_BY_CENTRE | {"other_ground_upheld": upheld})
    assert case.thrown[-1].payload["exclusion_grounds"] == grounds


# -- counties


def test_a_county_only_declares_and_is_recorded(stage: Any, application: dict[str, Any]) -> None:
    basics = {key: application[key] for key in ("is_secret", "project_name", "route", "project_type", "nature", "fund_source")}
    basics |= {key: application[key] for key in ("basis", "objective", "impl_plan", "statement")}
    declared = {"conforms_to_city_plan": True, "docks_with_exchange": True}
    for missing in declared:
        with pytest.raises(InvalidAnswers) as caught:
            stage.open(PROCESS, basics | declared | {missing: False}, level="county")
        assert [finding.field for finding in caught.value.findings] == [missing]
    case = stage.open(PROCESS, basics | declared, level="county")
    assert (case.outcome, case.thrown) == ("county_recorded", [])
    assert stage.registers.read("project", "PJ-2026-0001").data["status"] == "county_recorded"


def test_a_city_unit_is_not_asked_what_a_county_declares(stage: Any, application: dict[str, Any]) -> None:
    form = stage.forms["project_application.application_filed"]
    shown = form.visible_keys(application, variables={"unit_level": "city"})
    assert "total_investment" in shown
    assert "conforms_to_city_plan" not in shown
    county = form.visible_keys(application, variables={"unit_level": "county"})
    assert "conforms_to_city_plan" in county
    assert "total_investment" not in county


# -- amendments


@pytest.mark.parametrize(("open_cases", "blocked"), [(False, False), (True, True)])
def test_an_amended_threshold_meets_new_cases_and_open_ones_only_where_it_says_so(
    stage: Any, application: dict[str, Any], amended: Any, refused: Any, open_cases: bool, blocked: bool
) -> None:
    amended("major_project_threshold", 3000000, since=date(2026, 9, 1), open_cases=open_cases)
    case = stage.open(PROCESS, application)  # 3,200,000, filed on 20 August
    case.answer("sign_application", {"decision": "退回", "opinion": "改"})
    stage.now += timedelta(days=12)
    if blocked:
        with pytest.raises(refused) as caught:
            case.answer("revise_application", application)
        assert caught.value.rules == {"R-PJ-19"}
    else:
        case.answer("revise_application", application)
        assert case.variables["major"] is False
    with pytest.raises(refused) as caught:
        stage.open(PROCESS, application)
    assert caught.value.rules == {"R-PJ-19"}


def test_the_day_before_an_amendment_is_in_force_nothing_changes(
    stage: Any, application: dict[str, Any], amended: Any, refused: Any
) -> None:
    amended("build_max_years", 1, since=date(2026, 8, 21))
    case = stage.open(PROCESS, application)
    assert case.open_tasks() == ["sign_application"]
    stage.now += timedelta(days=1)
    with pytest.raises(refused) as caught:
        stage.open(PROCESS, application)
    assert caught.value.rules == {"R-PJ-07"}
