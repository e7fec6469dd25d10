"""What blocks an application: R-PJ-05, R-PJ-38, and scope by table A1."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.application import check_application, check_security, check_totals, checklist
from handlers.panjin.scope import Scope, check_scope, scope_of

PRODUCT = {"product": "国产数据库", "version": "V8", "proof": "列入公告"}
WITHOUT = "不直接使用财政资金"


def good(**changed: Any) -> dict[str, Any]:
    return {
        "is_secret": False,
        "fund_source": "市级财政",
        "total_investment": Decimal("900000.00"),
        "annual_investment": [{"year": 2027, "amount": Decimal("600000.00")}, {"year": 2028, "amount": Decimal("300000.00")}],
        "budget_breakdown": [{"item": "开发", "amount": Decimal("900000.00")}],
        "service_life_years": 5,
        "build_start": date(2027, 1, 10),
        "build_end": date(2029, 1, 10),
        "security_design": "等保三级",
        "secure_products": [PRODUCT],
        "plan_author_type": "自行",
        "share_commit": "同意",
    } | changed


def test_a_sound_application_leaves_no_finding_and_its_filing_day(context: Any) -> None:
    facts = context(good())
    assert check_application(facts)["filed_on"] == date(2026, 8, 20)
    assert facts.findings == []


def test_all_faults_of_an_application_are_told_at_once(context: Any, blocked: Any) -> None:
    facts = context(good(security_design="", service_life_years=4, build_end=date(2029, 1, 11), total_investment=Decimal("1")))
    check_application(facts)
    assert {rule for rule, _ in blocked(facts)} == {"R-PJ-05", "R-PJ-06", "R-PJ-07", "R-PJ-38"}


@pytest.mark.parametrize(("second", "passes"), [("300000.00", True), ("299999.99", False), ("300000.01", False)])
def test_annual_amounts_add_up_to_the_cent(context: Any, blocked: Any, second: str, passes: bool) -> None:
    facts = context(good(annual_investment=[{"amount": Decimal("600000.00")}, {"amount": second}]))
    check_totals(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-38", "annual_investment")])


@pytest.mark.parametrize(("rows", "passes"), [([{"amount": "900000.00"}], True), ([{"amount": "900000.01"}], False), ([], False)])
def test_cost_items_add_up_to_the_total(context: Any, blocked: Any, rows: list[Any], passes: bool) -> None:
    facts = context(good(budget_breakdown=rows))
    check_totals(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-38", "budget_breakdown")])


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({}, []),
        ({"security_design": None}, ["security_design"]),
        ({"security_design": " \n"}, ["security_design"]),
        ({"secure_products": []}, ["secure_products"]),
        ({"secure_products": [PRODUCT, PRODUCT | {"proof": None}]}, ["secure_products.1.proof"]),
    ],
)
def test_security_is_designed_and_products_are_stated_safe(context: Any, blocked: Any, changed: Any, fields: list[str]) -> None:
    facts = context(good(**changed))
    check_security(facts)
    assert blocked(facts) == [("R-PJ-05", field) for field in fields]


@pytest.mark.parametrize(
    ("variables", "scope"),
    [
        ({"is_secret": True, "unit_level": "county", "fund_source": WITHOUT, "market_operated": True}, Scope.SECRET),
        ({"unit_level": "county", "fund_source": WITHOUT, "market_operated": True}, Scope.COUNTY),
        ({"fund_source": WITHOUT, "market_operated": True}, Scope.OUT),
        ({"fund_source": WITHOUT, "market_operated": False}, Scope.BY_REFERENCE),
        ({"fund_source": "市级财政", "market_operated": True}, Scope.IN_SCOPE),
        ({"fund_source": "财政运维"}, Scope.IN_SCOPE),
    ],
)
def test_the_first_fitting_row_of_table_A1_decides(variables: dict[str, Any], scope: Scope) -> None:
    assert scope_of(variables) is scope


def test_a_secret_project_is_blocked_and_its_name_is_nowhere(context: Any, blocked: Any) -> None:
    facts = context({"is_secret": True, "project_name": "某某工程"})
    result = check_scope(facts)
    assert blocked(facts) == [("R-PJ-40", "is_secret")]
    assert "某某工程" not in repr(result) + repr(facts.findings)


@pytest.mark.parametrize(
    ("changed", "rule"), [({"is_secret": True}, "R-PJ-40"), ({"fund_source": WITHOUT, "market_operated": True}, "R-PJ-01")]
)
def test_a_revision_cannot_leave_the_scope(context: Any, blocked: Any, changed: dict[str, Any], rule: str) -> None:
    facts = context(good(**changed))
    check_application(facts)
    assert [found for found, _ in blocked(facts)] == [rule]


def test_the_checklist_asks_for_a_qualification_only_of_third_parties(context: Any) -> None:
    own, third = (checklist(context(good(plan_author_type=kind))) for kind in ("自行", "第三方"))
    assert [row["item"] for row in third if row not in own] == ["方案编制单位资质"]
    assert not any(row["present"] for row in third)
