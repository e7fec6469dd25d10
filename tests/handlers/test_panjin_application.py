"""What blocks an application (P2.B1): each rule once kept and once broken, at the field that it governs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.application import check_application, checklist
from handlers.panjin.author import check_author
from handlers.panjin.investment import check_major, check_totals
from handlers.panjin.platforms import check_cloud, route_base_facility
from handlers.panjin.scope import check_scope
from handlers.panjin.security import check_security
from handlers.panjin.spans import check_not_started
from service.sdk import Record

PRODUCT = {"product": "国产数据库", "version": "V8", "proof": "列入公告"}


def good(**changed: Any) -> dict[str, Any]:
    return {
        "scope": "in_scope",
        "is_secret": False,
        "project_name": "养老服务管理",
        "fund_source": "市级财政",
        "scope_level": "单部门",
        "total_investment": Decimal("900000.00"),
        "annual_investment": [{"year": 2027, "amount": Decimal("600000.00")}, {"year": 2028, "amount": Decimal("300000.00")}],
        "budget_breakdown": [{"item": "开发", "amount": Decimal("900000.00")}],
        "service_life_years": 5,
        "build_start": date(2027, 1, 10),
        "build_end": date(2029, 1, 10),
        "started_already": False,
        "cloud_deploy": "是",
        "security_design": "等保三级",
        "secure_products": [PRODUCT],
        "plan_author_type": "自行",
        "share_commit": "同意",
    } | changed


def test_a_sound_application_leaves_no_finding_and_its_filing_day(context: Any) -> None:
    facts = context(good())
    result = check_application(facts)
    assert (result["filed_on"], result["overrides"], result["major"]) == (date(2026, 8, 20), [], False)
    assert facts.findings == []


def test_all_faults_of_an_application_are_told_at_once(context: Any, blocked: Any) -> None:
    faults = {
        "security_design": "", "service_life_years": 4, "build_end": date(2029, 1, 11), "total_investment": Decimal("1"),
        "started_already": True, "plan_author_type": "第三方", "cloud_deploy": "否",
    }  # fmt: skip
    facts = context(good(**faults))
    check_application(facts)
    assert {rule for rule, _ in blocked(facts)} == {
        "R-PJ-03", "R-PJ-05", "R-PJ-06", "R-PJ-07", "R-PJ-08", "R-PJ-10", "R-PJ-38",
    }  # fmt: skip


def test_an_application_is_entered_in_the_register_under_its_case_and_keeps_the_day_of_its_first_filing(context: Any) -> None:
    facts = context(good())
    check_application(facts)
    (write,) = facts.writes
    assert (write.register, write.key, write.expected) == ("project", "PJ-2026-0001", 0)
    assert (write.data["status"], write.data["unit_id"], write.data["filed_on"]) == ("filed", "jiaoyu", date(2026, 8, 20))

    again = context(good(), records=[Record(register="project", key=write.key, version=1, data={"filed_on": date(2026, 7, 1)})])
    check_application(again)
    assert (again.writes[0].expected, again.writes[0].data["filed_on"]) == (1, date(2026, 7, 1))


@pytest.mark.parametrize(("second", "passes"), [("300000.00", True), ("299999.99", False), ("300000.01", False)])
def test_annual_amounts_add_up_to_the_cent(context: Any, blocked: Any, second: str, passes: bool) -> None:
    facts = context(good(annual_investment=[{"amount": Decimal("600000.00")}, {"amount": second}]))
    check_totals(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-38", "annual_investment")])


def test_a_tolerance_in_the_catalogue_allows_that_difference_and_no_more(context: Any, blocked: Any) -> None:
    for amount, passes in (("899999.50", True), ("899999.49", False)):
        facts = context(good(annual_investment=[{"amount": amount}]), law={"investment_tolerance": Decimal("0.50")})
        check_totals(facts)
        assert (blocked(facts) == []) is passes


@pytest.mark.parametrize(("rows", "passes"), [([{"amount": "900000.00"}], True), ([{"amount": "900000.01"}], False), ([], False)])
def test_cost_items_add_up_to_the_total(context: Any, blocked: Any, rows: list[Any], passes: bool) -> None:
    facts = context(good(budget_breakdown=rows))
    check_totals(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-38", "budget_breakdown")])


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"security_design": None}, [("R-PJ-05", "security_design")]),
        ({"security_design": " \n"}, [("R-PJ-05", "security_design")]),
        ({"secure_products": []}, [("R-PJ-05", "secure_products")]),
        ({"secure_products": [PRODUCT, PRODUCT | {"proof": None}]}, [("R-PJ-23", "secure_products.1.proof")]),
        ({"secure_products": [PRODUCT | {"product": " "}]}, [("R-PJ-23", "secure_products.0.product")]),
    ],
)
def test_security_is_designed_and_products_are_stated_safe(context: Any, blocked: Any, changed: Any, found: list[Any]) -> None:
    facts = context(good(**changed))
    check_security(facts)
    assert blocked(facts) == found


@pytest.mark.parametrize(
    ("total", "coverage", "major"),
    [
        ("4999999.99", "单部门", False),
        ("5000000.00", "单部门", True),
        ("1.00", "跨部门跨层级", True),
        ("1.00", "市级多部门", False),
    ],
)
def test_a_project_is_major_from_the_threshold_on_or_when_it_crosses_levels(
    context: Any, blocked: Any, total: str, coverage: str, major: bool
) -> None:
    facts = context({"total_investment": Decimal(total), "scope_level": coverage})
    assert check_major(facts) is major
    assert blocked(facts) == ([("R-PJ-19", "supervision_fee"), ("R-PJ-19", "test_fee")] if major else [])


@pytest.mark.parametrize(
    ("supervision", "test", "fields"),
    [("0.01", "0.01", []), ("0.00", "1.00", ["supervision_fee"]), ("1.00", None, ["test_fee"])],
)
def test_a_major_project_budgets_for_supervision_and_testing(
    context: Any, blocked: Any, supervision: str, test: str | None, fields: list[str]
) -> None:
    facts = context({"total_investment": Decimal("5000000.00"), "supervision_fee": supervision, "test_fee": test})
    check_major(facts)
    assert blocked(facts) == [("R-PJ-19", field) for field in fields]


def test_a_later_threshold_of_the_catalogue_makes_fewer_projects_major(context: Any) -> None:
    facts = {"total_investment": Decimal("5000000.00"), "scope_level": "单部门"}
    assert check_major(context(facts, law={"major_project_threshold": Decimal("8000000")})) is False


@pytest.mark.parametrize(("kind", "files", "passes"), [("第三方", [], False), ("第三方", ["q"], True), ("自行", [], True)])
def test_a_third_party_author_shows_its_qualification(
    context: Any, blocked: Any, kind: str, files: list[str], passes: bool
) -> None:
    facts = context({"plan_author_type": kind, "qualification_file": files})
    check_author(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-10", "qualification_file")])


@pytest.mark.parametrize(("started", "passes"), [(False, True), (True, False)])
def test_nothing_is_built_before_approval(context: Any, blocked: Any, started: bool, passes: bool) -> None:
    facts = context({"started_already": started})
    check_not_started(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-08", "started_already")])


def test_off_the_cloud_without_a_reason_is_blocked_and_with_one_waits_for_the_review_section(context: Any, levels: Any) -> None:
    on, without, with_reason = (
        context({"cloud_deploy": deploy, "reason_not_cloud": reason})
        for deploy, reason in (("是", None), ("否", " "), ("否", "涉及专用加密设备"))
    )
    assert (check_cloud(on), levels(on)) == ([], [])
    assert (check_cloud(without), levels(without)) == ([], [("R-PJ-03", "block", "reason_not_cloud")])
    (wanted,) = check_cloud(with_reason)
    assert (wanted["decider"], wanted["reason"]) == ("pj_center_review", "涉及专用加密设备")
    assert levels(with_reason) == [("R-PJ-03", "override", "cloud_deploy")]


def test_base_facilities_are_routed_to_the_technical_check(context: Any, levels: Any) -> None:
    with_base, without = context({"base_facility": True}), context({"base_facility": False})
    for facts in (with_base, without):
        route_base_facility(facts)
    assert levels(with_base) == [("R-PJ-03", "route", "base_facility")]
    assert levels(without) == []


@pytest.mark.parametrize(
    ("scope", "found", "by_reference"),
    [
        ("secret", [("R-PJ-40", "block", "is_secret")], False),
        ("out", [("R-PJ-01", "route", "market_operated")], False),
        ("by_reference", [("R-PJ-01", "flag", "fund_source")], True),
        ("in_scope", [], False),
    ],
)
def test_each_scope_is_said_with_its_level(context: Any, levels: Any, scope: str, found: list[Any], by_reference: bool) -> None:
    facts = context({"scope": scope})
    result = check_scope(facts)
    assert (levels(facts), result["by_reference"]) == (found, by_reference)


def test_the_rounds_of_supplementing_are_those_of_the_catalogue(context: Any) -> None:
    assert check_scope(context({"scope": "in_scope"}))["round_limit"] == 3
    assert check_scope(context({"scope": "in_scope"}, law={"supplement_rounds": Decimal(2)}))["round_limit"] == 2


def test_a_county_declares_both_conformity_and_docking_and_is_recorded(context: Any, blocked: Any) -> None:
    both = {"conforms_to_city_plan": True, "docks_with_exchange": True}
    facts = context({"scope": "county", "project_name": "县级平台", **both})
    check_scope(facts)
    assert [write.data["status"] for write in facts.writes] == ["county_recorded"]
    assert blocked(facts) == []
    for missing in both:
        facts = context({"scope": "county", **both, missing: False})
        check_scope(facts)
        assert blocked(facts) == [("R-PJ-36", missing)]


def test_a_secret_project_is_blocked_and_its_name_is_nowhere(context: Any, blocked: Any) -> None:
    facts = context({"scope": "secret", "is_secret": True, "project_name": "某某工程"})
    result = check_scope(facts)
    assert blocked(facts) == [("R-PJ-40", "is_secret")]
    assert "某某工程" not in repr(result) + repr(facts.findings) + repr(facts.writes)


@pytest.mark.parametrize(("scope", "rules"), [("secret", ["R-PJ-40"]), ("out", ["R-PJ-01"]), ("by_reference", [])])
def test_a_revision_cannot_leave_the_scope(context: Any, blocked: Any, scope: str, rules: list[str]) -> None:
    facts = context(good(scope=scope))
    check_application(facts)
    assert [found for found, _ in blocked(facts)] == rules


def test_the_checklist_asks_for_a_qualification_only_of_third_parties(context: Any) -> None:
    own, third = (checklist(context(good(plan_author_type=kind))) for kind in ("自行", "第三方"))
    assert [row["item"] for row in third if row not in own] == ["方案编制单位资质"]
    assert not any(row["present"] for row in third)
