"""Rules of procurement at their boundaries: each judged alone, on registers of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.sdk import HANDLERS, CaseFacts, Context

PROJECT, LOT = "PJ-2026-0001", "PJ-2026-0001-L1"
AUTHOR, A, B = "91211100MA0PLAN018", "91211100MA0BDDA02P", "91211100MA0BDDB03G"
Run = Callable[..., tuple[Mapping[str, Any], dict[str, str]]]


@pytest.fixture
def run(stage: Any) -> Run:
    """Run one handler; gives its result and the worst level of each rule that it found."""

    def call(name: str, **variables: Any) -> tuple[Mapping[str, Any], dict[str, str]]:
        given = {"project_id": PROJECT, "project_name": "教育资源共享平台", "unit_id": "jiaoyu", "plan_year": 2027, "lot_id": LOT}
        facts = CaseFacts(
            id="1", business_key=PROJECT, process="procurement", unit="jiaoyu", started_by="x", started_on=date(2027, 1, 4)
        )
        context = Context(
            variables=given | variables, headers={}, case=facts, now=stage.now.replace(year=2027), registers=stage.registers,
            parameters=lambda id: stage.law.get_parameter_for_case(id, started=facts.started_on, today=facts.started_on).value,
        )  # fmt: skip
        result = HANDLERS[name].run(context) or {}
        return result, {finding.rule: finding.level.value for finding in context.findings}

    return call


@pytest.fixture(autouse=True)
def registers(stage: Any) -> Any:
    stage.registers.put(
        "project", PROJECT, unit_id="jiaoyu", status="funded", plan_year=2027, arranged_amount=Decimal(2_000_000),
        approved_on=date(2026, 9, 18), listed_on=date(2026, 12, 10),
        indicators=[{"version": 1, "budget": Decimal(3_200_000), "start": date(2027, 3, 1), "end": date(2029, 3, 1)}],
    )  # fmt: skip
    stage.registers.put(
        "lot", LOT, project_id=PROJECT, project_name="教育资源共享平台", unit_id="jiaoyu", lot_no=1, lot_type="承建",
        budget=Decimal(2_900_000), pay_this_year=Decimal(0), plan_year=2026, status="failed",
    )  # fmt: skip
    return stage.registers


def lot(no: int = 1, kind: str = "承建", budget: int = 1_000_000, pay: int = 1000, method: str = "公开招标") -> dict[str, Any]:
    return {"lot_no": no, "lot_type": kind, "budget": Decimal(budget), "pay_this_year": Decimal(pay), "method": method}


# -- funds and plan


def test_a_plan_within_plan_money_and_budget_is_found_without_fault(run: Run) -> None:
    assert run("check_lots", lots=[lot(pay=2_000_000, budget=3_200_000)])[1] == {}


def test_what_finance_decided_on_the_plan_item_counts_before_the_amount_of_the_project(run: Run, registers: Any) -> None:
    item = {"status": "listed", "amount": Decimal(500_000)}
    registers.put("plan_item", f"{PROJECT}:2027", **item, decision="部分安排")
    assert run("check_lots", lots=[lot(pay=500_000)])[1] == {}
    assert run("check_lots", lots=[lot(pay=500_001)])[1] == {"R-PJ-35": "block"}
    registers.put("plan_item", f"{PROJECT}:2027", **item, decision="不安排")
    assert run("check_lots", lots=[lot(pay=1)])[1] == {"R-PJ-35": "block"}


@pytest.mark.parametrize(("status", "found"), [("listed", {}), ("urgent_approved", {}), ("arranged", {"R-PJ-17": "block"})])
def test_only_a_listed_plan_item_may_be_bought(run: Run, registers: Any, status: str, found: dict[str, str]) -> None:
    registers.put("plan_item", f"{PROJECT}:2027", status=status)
    assert run("check_lots", lots=[lot()])[1] == found


def test_a_project_that_is_only_reviewed_may_not_be_bought(run: Run, registers: Any) -> None:
    entry = dict(registers.read("project", PROJECT).data)
    registers.put("project", PROJECT, **entry | {"status": "reviewed"})
    assert run("check_lots", lots=[lot()])[1] == {"R-PJ-17": "block"}


def test_the_indicators_in_force_are_those_of_the_last_approved_change(run: Run, registers: Any) -> None:
    entry = dict(registers.read("project", PROJECT).data)
    changed = [*entry["indicators"], {"version": 2, "budget": Decimal(3_000_000)}]
    registers.put("project", PROJECT, **entry | {"indicators": changed})
    assert run("check_lots", lots=[lot(budget=3_000_000)])[1] == {}
    assert run("check_lots", lots=[lot(budget=3_000_001)])[1] == {"R-PJ-16": "block"}


def test_a_lot_that_failed_frees_its_money_and_its_number(run: Run, registers: Any) -> None:
    entry = dict(registers.read("lot", LOT).data)
    assert run("check_lots", lots=[lot(1, budget=3_000_000)])[1] == {}
    registers.put("lot", LOT, **entry | {"status": "tendering"})
    assert run("check_lots", lots=[lot(1, budget=3_000_000)])[1] == {"R-PJ-16": "block", "lot-number": "block"}


# -- splitting and competition


def test_lots_below_the_limit_are_counted_together_even_beside_a_large_one(run: Run, registers: Any) -> None:
    entry = dict(registers.read("project", PROJECT).data)
    registers.put("project", PROJECT, **entry | {"indicators": [{"version": 1, "budget": Decimal(9_000_000)}]})
    large = lot(1, budget=2_000_000)
    assert run("check_lots", lots=[large, lot(2, budget=1_999_999)])[1] == {}
    assert run("check_lots", lots=[large, lot(2, budget=1_999_999), lot(3, budget=1, pay=1)])[1] == {"R-PJ-09": "block"}
    assert run("check_lots", lots=[lot(2, budget=1_999_999), lot(3, "硬件", budget=1, pay=1)])[1] == {}


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"complex_project": True, "local_capable": False}, {"R-PJ-18": "block"}),
        ({"complex_project": True, "local_capable": None}, {"R-PJ-18": "block"}),
        ({"complex_project": True, "local_capable": True}, {}),
        ({"complex_project": False}, {}),
        ({"complex_project": None, "tech_complexity": True}, {"R-PJ-18": "block"}),
        ({"complex_project": None, "tech_complexity": False}, {}),
    ],
)
def test_only_a_complex_project_beyond_local_firms_has_to_be_put_to_competition(
    run: Run, answers: dict[str, Any], found: dict[str, str]
) -> None:
    assert run("check_lots", lots=[lot(method="单一来源")], **answers)[1] == found
    assert run("check_lots", lots=[lot(method="竞争性磋商")], **answers)[1] == {}


def test_a_major_project_without_supervision_or_testing_is_warned_and_not_stopped(run: Run) -> None:
    planned = [lot(1), lot(2, "监理")]
    assert run("check_lots", lots=planned, major=True)[1] == {"R-PJ-19": "warn"}
    assert run("check_lots", lots=[*planned, lot(3, "测评")], major=True)[1] == {}
    assert run("check_lots", lots=planned, major=False)[1] == {}


# -- bidders


@pytest.mark.parametrize(
    ("row", "relation"),
    [
        ({"credit_code": AUTHOR}, "同一单位"),
        ({"credit_code": A}, "无"),
        ({"credit_code": A, "author_relation": "控制或同一法定代表人"}, "控制或同一法定代表人"),
        ({"credit_code": A, "declared_relations": "与方案编制单位为同一法定代表人"}, "控制或同一法定代表人"),
        ({"credit_code": A, "declared_relations": "苇海方案咨询有限公司控股"}, "控制或同一法定代表人"),
        ({"credit_code": A, "declared_relations": "与方案编制单位无控制关系"}, "无"),
        ({"credit_code": A, "declared_relations": "与方案编制单位同一法定代表人，无其他关系"}, "控制或同一法定代表人"),
        ({"credit_code": A, "declared_relations": "控股股东为市国资公司"}, "无"),
    ],
)
def test_a_bidder_is_related_to_the_author_by_code_by_tick_or_by_word(run: Run, row: dict[str, Any], relation: str) -> None:
    known = {"plan_author_code": AUTHOR, "plan_author_name": "苇海方案咨询有限公司"}
    result, _ = run("read_bids", bidders=[{"name": "某公司", **row}], **known)
    assert result["bidders"][0]["relation"] == relation


def test_a_unit_that_wrote_its_plan_itself_has_no_author_to_be_related_to(run: Run) -> None:
    result, _ = run("read_bids", bidders=[{"name": "某公司", "credit_code": AUTHOR}], plan_author_code=None)
    assert result["bidders"][0]["relation"] == "无"


def test_bidders_rank_by_the_mean_score_and_equal_ones_by_price(run: Run) -> None:
    def sheet(*scores: str) -> dict[str, Any]:
        return {
            "scores": [{"credit_code": code, "score": Decimal(score)} for code, score in zip((A, B, AUTHOR), scores, strict=True)]
        }

    remaining = [
        {"name": "甲", "credit_code": A, "bid_price": Decimal(200)},
        {"name": "乙", "credit_code": B, "bid_price": Decimal(100)},
        {"name": "丙", "credit_code": AUTHOR, "bid_price": None},
    ]
    result, _ = run("rank_bids", remaining=remaining, evaluations=[sheet("90", "80", "85"), sheet("80", "90", "85")])
    assert [(row["rank"], row["name"], row["average_score"]) for row in result["ranking"]] == [
        (1, "乙", Decimal("85.00")), (2, "甲", Decimal("85.00")), (3, "丙", Decimal("85.00")),
    ]  # fmt: skip


# -- the contract


@pytest.fixture
def contract(registers: Any) -> dict[str, Any]:
    registers.put("bidder", f"{LOT}:{A}", name="红滩软件有限公司", status="winner")
    return {
        "lot_type": "承建", "lot_no": 1, "winner": A, "party_b": "红滩软件有限公司", "award_price": Decimal(2_760_000),
        "amount": Decimal(2_760_000), "award_notice_on": date(2027, 1, 11), "sign_date": date(2027, 1, 20),
        "start": date(2027, 3, 1), "end": date(2029, 3, 1), "free_om_years": 3, "data_docking_clause": True,
        "security_clause": True,
    }  # fmt: skip


def test_a_contract_of_exactly_two_years_that_ends_with_the_approved_end_is_in_order(run: Run, contract: dict[str, Any]) -> None:
    result, found = run("check_contract", **contract)
    assert (found, result["overrides"]) == ({}, [])


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"end": date(2029, 3, 2)}, {"R-PJ-07": "block", "R-PJ-16": "block"}),
        ({"start": date(2026, 12, 10), "end": date(2028, 12, 10)}, {}),
        ({"start": date(2026, 12, 9), "end": date(2028, 12, 9)}, {"R-PJ-08": "block"}),
        ({"amount": Decimal("2759999.99")}, {"R-PJ-16": "block"}),
        ({"party_b": "鹤乡信息系统有限公司"}, {"R-PJ-16": "block"}),
        ({"data_docking_clause": False}, {"R-PJ-22": "block"}),
        ({"security_clause": None}, {"R-PJ-23": "block"}),
        ({"free_om_years": 2, "free_om_reason": " "}, {"R-PJ-26": "block"}),
        ({"free_om_years": 2, "free_om_reason": "整体移交"}, {"R-PJ-26": "override"}),
        ({"sign_date": date(2027, 1, 10)}, {"sign-date": "block"}),
        ({"sign_date": date(2027, 1, 11)}, {}),
    ],
)
def test_a_contract_is_judged_by_award_indicators_and_law(
    run: Run, contract: dict[str, Any], changed: dict[str, Any], found: dict[str, str]
) -> None:
    assert run("check_contract", **contract | changed)[1] == found


def test_supervision_may_outlast_the_approved_end_and_needs_no_free_maintenance(run: Run, contract: dict[str, Any]) -> None:
    later = {"lot_type": "监理", "start": date(2027, 6, 1), "end": date(2029, 6, 1), "free_om_years": None}
    assert run("check_contract", **contract | later | {"data_docking_clause": None, "security_clause": None})[1] == {}


def test_contracts_together_stay_within_the_approved_budget(run: Run, contract: dict[str, Any], registers: Any) -> None:
    registers.put("contract", f"{PROJECT}-L2", project_id=PROJECT, lot_id=f"{PROJECT}-L2", amount=Decimal(440_000))
    assert run("check_contract", **contract)[1] == {}
    registers.put("contract", f"{PROJECT}-L3", project_id=PROJECT, lot_id=f"{PROJECT}-L3", amount=Decimal("0.01"))
    assert run("check_contract", **contract)[1] == {"R-PJ-16": "block"}
