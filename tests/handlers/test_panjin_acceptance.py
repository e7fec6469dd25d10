"""Initial and final acceptance on both sides of their boundaries: marks, budget, papers, docking, days (P6, P7)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.acceptance_checklist import BUDGET, make_checklist, read_amount
from handlers.panjin.acceptance_final import check_final, check_final_conclusion
from handlers.panjin.acceptance_initial import check_initial, check_initial_conclusion, load_initial
from handlers.panjin.acceptance_panel import check_members, count_marks
from handlers.panjin.acceptance_record import record_final_pass
from handlers.panjin.rectification import check_rectified, split_opinions
from service.sdk import Record

TODAY = date(2026, 8, 20)
FILED = {
    "unit_docs": ["a"],
    "contractor_docs": ["a"],
    "supervisor_docs": ["a"],
    "other_docs": ["a"],
    "docking_certificate": ["a"],
}
PASS = {
    "conclusion": "通过", "accepted_on": TODAY, "initial_passed_on": date(2026, 3, 10), "docking_result": True,
    "secure_product_result": True, "doc_complete": True, "items": [],
}  # fmt: skip


def project(**changed: Any) -> Record:
    data = {
        "project_id": "PJ-2026-0001", "project_name": "教育资源共享平台", "unit_id": "jiaoyu", "owner_name": "市教育局",
        "status": "built", "initial_passed_on": date(2026, 3, 10), "open_changes": [], "objective": "汇聚教育资源",
        "indicators": [
            {"content": "旧内容", "budget": Decimal("9.00")},
            {"content": "新内容", "scale": "全市", "budget": Decimal("3200000.00"), "end": date(2026, 9, 30), "service_life": 6},
        ],
        "test_reports": [{"type": "软件", "org": "测评机构", "conclusion": "合格"}],
        "security_baseline": [
            {"on": date(2026, 1, 1), "risk_assessment_file": ["r"], "emergency_plan_file": ["e"],
             "products": [{"product": "数据库", "proof": "在名录内"}]},
        ],
        "completion": [{"on": date(2026, 2, 1), "docking_done": True}],
    }  # fmt: skip
    return Record(register="project", key="PJ-2026-0001", version=3, data=data | changed)


def contract(kind: str, number: int, unit: str | None = None, code: str | None = None) -> Record:
    data = {
        "project_id": "PJ-2026-0001", "lot_type": kind, "contract_no": f"HT-{number}", "party_b": kind, "party_unit": unit,
        "credit_code": code, "amount": Decimal("100.00"), "sign_date": date(2026, 1, 1),
    }  # fmt: skip
    return Record(register="contract", key=f"PJ-2026-0001-L{number}", version=1, data=data)


BUILD, SUPERVISION, TESTING = contract("承建", 1, "chengjiana", "CODE1"), contract("监理", 2), contract("测评", 3)


# -- the panel


@pytest.mark.parametrize(
    ("marks", "met"),
    [([True, True, True], True), ([False, True, True], True), ([False, False, True], False), ([False, False, True, True], True)],
)
def test_a_line_fails_when_more_than_half_of_the_panel_say_so(context: Any, marks: list[bool], met: bool) -> None:
    given = [{"items": [{"ok": ok, "note": None if ok else "不符"}]} for ok in marks]
    found = count_marks(context({"items": [{"indicator": "规模", "ok": None, "note": None}], "panel_marks": given}))
    assert found["items"][0]["ok"] is met
    assert found["rectify_items"] == ([] if met else [{"item": "规模：不符"}])


@pytest.mark.parametrize(("size", "refused"), [(2, ["acceptance_panel_size"]), (3, [])])
def test_a_panel_has_three_members_at_least(context: Any, blocked: Any, size: int, refused: list[str]) -> None:
    facts = context({"unit_id": "jiaoyu", "panel": [{"account": f"e{number}"} for number in range(size)]}, records=[project()])
    check_members(facts, "panel")
    assert [rule for rule, _ in blocked(facts)] == refused


@pytest.mark.parametrize(
    ("expert", "rule"),
    [
        ({"employer_unit": "ligong"}, None),
        ({"credit_code": "CODE1"}, "SoD-4"),
        ({"employer_unit": "chengjiana"}, "SoD-4"),
        ({"employer_unit": "jiaoyu"}, "SoD-12"),
    ],
)
def test_nobody_judges_a_project_of_his_own_employer(
    context: Any, blocked: Any, expert: dict[str, Any], rule: str | None
) -> None:
    known = Record(register="expert", key="e0", version=1, data={"name": "甲"} | expert)
    panel = [{"account": f"e{number}"} for number in range(3)]
    facts = context({"unit_id": "jiaoyu", "contractor_unit": "chengjiana", "panel": panel}, records=[project(), BUILD, known])
    check_members(facts, "panel")
    assert blocked(facts) == ([(rule, "panel.0.account")] if rule else [])


# -- initial acceptance


def test_the_checklist_asks_for_the_indicators_in_force_and_not_for_earlier_ones(context: Any) -> None:
    rows = make_checklist(context({}, records=[project(), BUILD]), {"contract_total": Decimal("100.00")})
    assert {row["indicator"]: row["required"] for row in rows}["建设内容"] == "新内容"
    assert {row["indicator"]: row["actual"] for row in rows}[BUDGET] == "100.00"
    assert [row["category"] for row in rows[-2:]] == ["数据对接", "产品安全"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2760000.00", "2760000.00"),
        ("2,760,000.00 元", "2760000.00"),
        ("", None),
        ("约三百万", None),
        ("NaN", None),
        (None, None),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str | None, amount: str | None) -> None:
    assert read_amount(text) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("major", "contracts", "reports", "rules"),
    [
        (False, [BUILD], [], []),
        (False, [BUILD, TESTING], [], ["R-PJ-19"]),
        (True, [BUILD, SUPERVISION, TESTING], [], ["R-PJ-19"]),
        (True, [BUILD, SUPERVISION, TESTING], [{"conclusion": "不合格"}], ["R-PJ-19"]),
        (True, [BUILD, SUPERVISION, TESTING], [{"conclusion": "合格"}], []),
        (True, [BUILD, TESTING], [{"conclusion": "合格"}], ["R-PJ-19"]),
    ],
)
def test_a_report_that_passed_is_wanted_of_major_projects_and_where_a_tester_is_engaged(
    context: Any, blocked: Any, major: bool, contracts: list[Record], reports: list[Any], rules: list[str]
) -> None:
    records = [project(major=major, test_reports=reports), *contracts]
    check_initial(facts := context({}, records=records))
    assert [rule for rule, _ in blocked(facts)] == rules
    lacking = load_initial(context({}, records=records))["test_report_wanted"]
    assert lacking is (bool(rules) and reports != [{"conclusion": "合格"}])


def test_an_open_change_stands_against_application_and_conclusion(context: Any, blocked: Any) -> None:
    records = [project(open_changes=["PJ-2026-0001-C2"]), BUILD]
    for check, given in (
        (check_initial, {}),
        (check_initial_conclusion, {"conclusion": "合格"}),
        (check_final, FILED),
        (check_final_conclusion, PASS),
    ):
        check(facts := context(given, records=records))
        assert [rule for rule, _ in blocked(facts)] == ["R-PJ-21"]
        assert "PJ-2026-0001-C2" in facts.findings[0].message


def test_an_open_change_does_not_keep_a_panel_from_saying_no(context: Any, blocked: Any) -> None:
    check_initial_conclusion(facts := context({"conclusion": "不合格"}, records=[project(open_changes=["C1"])]))
    assert blocked(facts) == []


def test_a_product_that_nobody_vouches_for_fails_both_acceptances(context: Any, blocked: Any) -> None:
    baseline = [{"risk_assessment_file": ["r"], "emergency_plan_file": ["e"], "products": [{"product": "中间件", "proof": " "}]}]
    records = [project(security_baseline=baseline), BUILD]
    for check, given in ((check_initial_conclusion, {"conclusion": "合格"}), (check_final_conclusion, PASS)):
        check(facts := context(given, records=records))
        assert blocked(facts) == [("R-PJ-23", "conclusion")]


LISTED = [{"product": "国产数据库", "version": "8", "proof": "在名录内"}]


@pytest.mark.parametrize(
    ("delivered", "changed", "refused"),
    [
        ("国产数据库", [], False),
        (" 国产 数据库 ", [], False),
        ("国外数据库", [], True),
        ("国外数据库", [{"name": "数据库", "value": "改用国外数据库 12", "unit": None}], False),
    ],
)
def test_what_is_delivered_is_on_the_list_of_the_plan_or_in_an_approved_change(
    context: Any, blocked: Any, delivered: str, changed: list[dict[str, Any]], refused: bool
) -> None:
    baseline = [
        {"risk_assessment_file": ["r"], "emergency_plan_file": ["e"], "products": [{"product": delivered, "proof": "有"}]}
    ]
    known = project(secure_products=LISTED, security_baseline=baseline, indicators=[{"version": 2, "others": changed}])
    for check, given in ((check_initial_conclusion, {"conclusion": "合格"}), (check_final_conclusion, PASS)):
        check(facts := context(given, records=[known, BUILD]))
        assert blocked(facts) == ([("R-PJ-23", "conclusion")] if refused else [])
    (line,) = (row for row in make_checklist(context({}, records=[known]), {}) if row["category"] == "产品安全")
    assert ("不在方案清单内" in line["actual"]) is refused


# -- final acceptance


@pytest.mark.parametrize(
    ("engaged", "major", "ticked", "accepted"),
    [
        (False, False, True, True),
        (False, False, False, False),
        (True, False, True, False),
        (False, True, True, False),
        (True, True, True, False),
    ],
)
def test_only_a_project_that_needs_no_supervision_does_without_its_papers(
    context: Any, blocked: Any, engaged: bool, major: bool, ticked: bool, accepted: bool
) -> None:
    records = [project(major=major), BUILD, *([SUPERVISION] if engaged else [])]
    check_final(facts := context(FILED | {"supervisor_docs": [], "no_supervisor": ticked}, records=records))
    assert blocked(facts) == ([] if accepted else [("R-PJ-24", "supervisor_docs")])


@pytest.mark.parametrize("missing", ["unit_docs", "contractor_docs", "supervisor_docs", "other_docs"])
def test_each_of_the_four_sets_is_needed(context: Any, blocked: Any, missing: str) -> None:
    check_final(facts := context(FILED | {missing: []}, records=[project(), BUILD]))
    assert blocked(facts) == [("R-PJ-24", missing)]


def test_without_an_initial_acceptance_nothing_is_applied_for(context: Any, blocked: Any) -> None:
    check_final(facts := context(FILED, records=[project(initial_passed_on=None), BUILD]))
    assert blocked(facts) == [("R-PJ-24", "initial_report")]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({}, None),
        ({"docking_result": False}, "R-PJ-22"),
        ({"docking_result": None}, "R-PJ-22"),
        ({"docking_result": False, "docking_na": True, "docking_na_reason": " "}, "R-PJ-22"),
        ({"docking_result": False, "docking_na": True, "docking_na_reason": "不产生数据"}, None),
        ({"secure_product_result": False}, "R-PJ-23"),
        ({"doc_complete": False}, "R-PJ-24"),
        ({"items": [{"category": "控制指标", "indicator": "规模", "ok": False}]}, "R-PJ-16"),
        ({"items": [{"category": "数据对接", "indicator": "对接", "ok": False}]}, None),
        ({"items": [{"indicator": BUDGET, "actual": "3200000.01", "ok": True}]}, "R-PJ-16"),
        ({"items": [{"indicator": BUDGET, "actual": "3200000.00", "ok": True}]}, None),
        ({"accepted_on": date(2026, 8, 21)}, "R-PJ-24"),
        ({"accepted_on": date(2026, 3, 9)}, "R-PJ-24"),
        ({"accepted_on": date(2026, 3, 10)}, None),
    ],
)
def test_what_stands_against_passing(context: Any, blocked: Any, given: dict[str, Any], rule: str | None) -> None:
    check_final_conclusion(facts := context(PASS | given, records=[project(), BUILD]))
    assert [found for found, _ in blocked(facts)] == ([rule] if rule else [])


def test_money_spent_beyond_the_approval_is_a_breach_even_when_the_project_fails(context: Any, levels: Any) -> None:
    given = {"conclusion": "不通过", "items": [{"indicator": BUDGET, "actual": "3200000.01"}]}
    check_final_conclusion(facts := context(given, records=[project(), BUILD]))
    assert levels(facts) == [("R-PJ-16", "flag", "conclusion")]
    (write,) = facts.writes
    assert write.data["breaches"][0]["rule"] == "R-PJ-16"


def test_passing_leaves_owners_periods_certificate_and_the_system(context: Any, levels: Any) -> None:
    given = {
        "project_name": "教育资源共享平台", "unit_name": "市教育局", "accepted_on": date(2026, 5, 20), "attempt_no": 2,
        "free_until": date(2029, 5, 20), "service_until": date(2031, 5, 20),
    }  # fmt: skip
    found = record_final_pass(facts := context(given, records=[project(status="initial_passed")]))
    assert levels(facts) == [("R-PJ-30", "flag", "")]
    entry, system = ({write.register: write for write in facts.writes}[name] for name in ("project", "system"))
    assert (entry.data["status"], entry.data["info_resource_owner"], entry.expected) == ("accepted", "市政府", 3)
    assert (system.key, system.data["status"], system.data["function"]) == ("SYS-PJ-2026-0001", "在建", "汇聚教育资源")
    assert "免费运维期至：2029-05-20" in found["certificate"].splitlines()


@pytest.mark.parametrize(
    ("years", "until"), [(None, date(2029, 5, 20)), (3, date(2029, 5, 20)), (2, date(2028, 5, 20)), (5, date(2031, 5, 20))]
)
def test_maintenance_is_free_for_as_long_as_the_build_contract_says(context: Any, years: int | None, until: date) -> None:
    given = {"accepted_on": date(2026, 5, 20), "free_until": date(2029, 5, 20), "service_until": date(2031, 5, 20)}
    agreed = Record(register="contract", key=BUILD.key, version=1, data={**BUILD.data, "free_om_years": years})
    other = Record(register="contract", key=SUPERVISION.key, version=1, data={**SUPERVISION.data, "free_om_years": 1})
    found = record_final_pass(facts := context(given, records=[project(status="initial_passed"), agreed, other]))
    (entry,) = (write for write in facts.writes if write.register == "project")
    assert (found["free_until"], entry.data["free_until"]) == (until, until)
    assert f"免费运维期至：{until.isoformat()}" in found["certificate"].splitlines()


# -- putting right


def test_an_opinion_goes_to_the_party_that_it_names_and_else_to_both(context: Any) -> None:
    opinions = [
        {"no": 1, "opinion": "对接", "must_fix": True, "responsible": "承建单位"},
        {"no": 2, "opinion": "制度", "must_fix": True, "responsible": "需求单位"},
        {"no": 3, "opinion": "手册", "must_fix": False, "responsible": None},
    ]
    found = split_opinions(context({"unit_id": "jiaoyu", "contractor_unit": "chengjiana", "opinion_items": opinions}))
    shared = {one["group"]: [item["no"] for item in one["items"]] for one in found["rectifiers"]}
    assert shared == {"pj_contractor@chengjiana": [1, 3], "pj_unit_clerk@jiaoyu": [2, 3]}


def test_a_firm_that_is_not_in_the_house_is_stood_in_for_by_the_clerk(context: Any) -> None:
    found = split_opinions(context({"unit_id": "jiaoyu", "opinion_items": [{"no": 1, "responsible": "承建单位"}]}))
    assert [one["group"] for one in found["rectifiers"]] == ["pj_unit_clerk@jiaoyu"]


@pytest.mark.parametrize(
    ("row", "refused"),
    [({"must_fix": True, "closed": True}, False), ({"must_fix": True, "closed": False}, True), ({"must_fix": False}, False)],
)
def test_only_what_has_to_be_put_right_has_to_be_closed(context: Any, blocked: Any, row: dict[str, Any], refused: bool) -> None:
    facts = context({"rectification_decision": "同意", "attempt_no": 1, "rectified": [row]})
    assert check_rectified(facts)["attempt_no"] == 2
    assert blocked(facts) == ([("R-PJ-24", "rectified.0.closed")] if refused else [])
