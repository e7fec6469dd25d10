"""The annual plan: days and figures at their boundaries, one step at a time; scenarios play the whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.plan_arrangement import check_arrangement, send_to_finance
from handlers.panjin.plan_filing import defer_plan, stamp_filing
from handlers.panjin.plan_items import key_of
from handlers.panjin.plan_listing import list_plan, load_fund_plan
from handlers.panjin.plan_pool import load_pool, screen_pool
from handlers.panjin.plan_references import find_splitting
from handlers.panjin.plan_years import mark_late, open_plan_year
from service.sdk import Record

TODAY = date(2026, 8, 20)
PROJECT = {
    "project_id": "P1", "project_name": "共享平台", "unit_id": "jiaoyu", "owner_name": "市教育局", "status": "reviewed",
    "plan_year": 2027,
    "indicators": [{"budget": Decimal("1000.00")}],
}  # fmt: skip


def record(register: str, key: str, **data: Any) -> Record:
    return Record(register=register, key=key, version=1, data=data)


def written(context: Any, register: str) -> dict[str, Any]:
    return {write.key: write.data for write in context.writes if write.register == register}


# -- the year


def test_the_timer_opens_the_next_year_and_finds_the_departments(context: Any) -> None:
    units = [
        record("unit", "jiaoyu", name="市教育局", kind="department", level="city"),
        record("unit", "old", name="撤销单位", kind="department", level="city", active=False),
        record("unit", "panshan", name="盘山县", kind="county", level="county"),
        record("unit", "zhongxin", name="中心", kind="center", level="city"),
    ]
    facts = context({"scheduled_for": TODAY}, records=units)
    found = open_plan_year(facts)
    assert (found["plan_year"], [one["unit_id"] for one in found["plan_units"]]) == (2027, ["jiaoyu"])
    assert [notice.groups for notice in facts.notices] == [("pj_unit_lead@jiaoyu",)]


def test_a_second_plan_of_a_year_is_refused_by_hand_and_passed_over_by_the_timer(context: Any, blocked: Any) -> None:
    known = record("plan_year", "2027", plan_year=2027, opened_on=date(2026, 7, 1))
    by_hand = context({"plan_year": Decimal(2027)}, records=[known])
    open_plan_year(by_hand)
    assert blocked(by_hand) == [("one_plan_a_year", "plan_year")]
    by_timer = context({"scheduled_for": TODAY}, records=[known])
    assert open_plan_year(by_timer)["already_open"] is True
    assert (blocked(by_timer), by_timer.writes) == ([], [])


def test_a_late_unit_is_listed_and_both_heads_are_told(context: Any) -> None:
    facts = context(
        {"plan_year": 2027, "unit_id": "nongye", "unit_name": "市农业农村局", "plan_due": {"effective": date(2026, 8, 31)}}
    )
    assert mark_late(facts) == {"late": True}
    assert written(facts, "plan_year")["2027"]["late_units"] == [
        {"unit_id": "nongye", "unit_name": "市农业农村局", "due": date(2026, 8, 31)}
    ]
    assert [notice.groups for notice in facts.notices] == [("pj_unit_lead@nongye", "pj_center_lead")]


# -- filing


def filing(context: Any, day: date, **more: Any) -> Any:
    line = {"project": "P1", "project_name": "共享平台", "type": "新建", "priority": Decimal(1)}
    given = {
        "plan_year": 2027,
        "unit_id": "jiaoyu",
        "submitted_on": day,
        "plan_due": {"effective": date(2026, 8, 31)},
        "unit_items": [line],
    }
    return context(given | more, records=[record("project", "P1", **PROJECT)])


@pytest.mark.parametrize(("day", "status", "late"), [(date(2026, 8, 31), "filed", False), (date(2026, 9, 1), "late", True)])
def test_the_last_day_is_on_time_and_the_next_is_late(context: Any, day: date, status: str, late: bool) -> None:
    facts = filing(context, day)
    found = stamp_filing(facts)
    item = written(facts, "plan_item")["P1:2027"]
    assert (found["late"], item["status"], item["late"], item["filed_on"]) == (late, status, late, day)


def test_a_line_that_a_correction_drops_is_withdrawn(context: Any) -> None:
    facts = filing(context, TODAY, plan_items=[{"key": "P1:2027"}, {"key": "P2:2027"}])
    stamp_filing(facts)
    assert {key: data["status"] for key, data in written(facts, "plan_item").items()} == {
        "P1:2027": "filed",
        "P2:2027": "withdrawn",
    }


def test_keys_tell_building_from_maintenance_and_lines_without_a_project(context: Any) -> None:
    assert key_of({"project_id": "P1", "type": "新建"}, unit="jiaoyu", year=2027) == "P1:2027"
    assert key_of({"project_id": "P1", "type": "运维"}, unit="jiaoyu", year=2027) == "P1:2027:om"
    assert key_of({"project_id": None, "type": "新建", "priority": Decimal(3)}, unit="jiaoyu", year=2027) == "jiaoyu-3:2027"


@pytest.mark.parametrize(("status", "moved"), [("reviewed", True), ("filed", True), ("building", False)])
def test_a_deferred_plan_takes_its_projects_along_unless_they_are_being_built(context: Any, status: str, moved: bool) -> None:
    item = record(
        "plan_item",
        "P1:2027",
        plan_year=2027,
        project_id="P1",
        project_name="共享平台",
        unit_id="jiaoyu",
        status="late",
        late=True,
    )
    rows = [{"key": "P1:2027", "project_id": "P1", "type": "新建"}]
    facts = context(
        {"plan_year": 2027, "unit_id": "jiaoyu", "plan_items": rows, "late_opinion": "论证不充分"},
        records=[item, record("project", "P1", **PROJECT | {"status": status})],
    )
    defer_plan(facts)
    items = written(facts, "plan_item")
    assert (items["P1:2027"]["status"], items["P1:2027"]["reasons"]) == ("deferred", ["论证不充分"])
    assert (items["P1:2028"]["status"], items["P1:2028"]["deferred_from"], items["P1:2028"]["late"]) == ("filed", 2027, False)
    assert (written(facts, "project").get("P1", {}).get("plan_year") == 2028) is moved


# -- the pool


def pool(context: Any, item: dict[str, Any], project: dict[str, Any] | None, outcome: str) -> Any:
    data = {
        "plan_year": 2027,
        "project_id": "P1",
        "project_name": "共享平台",
        "unit_id": "jiaoyu",
        "category": "build",
        "status": "filed",
    }
    records = [record("plan_item", "P1:2027", **data | item)]
    records += [record("project", "P1", **PROJECT | project)] if project is not None else []
    facts = context({"plan_year": 2027}, records=records)
    rows = load_pool(facts)["pool_rows"]
    facts.variables = {"plan_year": 2027, "pool_rows": rows, "pool_outcomes": [outcome]}
    return facts, rows


@pytest.mark.parametrize(
    ("item", "project", "facts"),
    [
        ({"checked_on": TODAY}, {}, {"checked": True, "reviewed": True, "continuing": False}),
        ({}, {}, {"checked": False, "reviewed": True, "continuing": False}),
        ({"checked_on": TODAY}, {"status": "filed"}, {"checked": True, "reviewed": False, "continuing": False}),
        ({"checked_on": TODAY}, {"indicators": []}, {"checked": True, "reviewed": False, "continuing": False}),
        ({"checked_on": TODAY}, {"status": "building"}, {"checked": True, "reviewed": True, "continuing": True}),
        ({"checked_on": TODAY}, {"status": "terminated"}, {"checked": True, "reviewed": False, "continuing": False}),
        ({"category": "om"}, {"status": "operating"}, {"checked": True, "reviewed": True, "continuing": True}),
    ],
)
def test_the_facts_of_an_item_are_those_of_its_project(context: Any, item: Any, project: Any, facts: Any) -> None:
    _, (row,) = pool(context, item, project, "pooled")
    assert {name: row[name] for name in facts} == facts


def test_each_ground_is_a_code_of_the_rejection(context: Any, levels: Any) -> None:
    grounds = ["新增需求不明确", "其他"]
    facts, _ = pool(context, {"checked_on": TODAY}, {"exclusion_grounds": grounds, "other_ground": "与规划不符"}, "excluded")
    assert screen_pool(facts)["pool_size"] == 0
    (message,) = facts.publications
    assert (message.name, message.correlation) == ("pj.planRejected", "P1")
    assert message.payload["reason_codes"] == grounds
    assert message.payload["reasons"] == ["存在不得列入年度计划的情形：新增需求不明确、其他（与规划不符）"]
    assert ("R-PJ-12", "route", "") in levels(facts)


def test_an_item_that_nobody_applied_for_is_dropped_without_a_message(context: Any) -> None:
    facts, _ = pool(context, {"checked_on": TODAY}, None, "unreviewed")
    screen_pool(facts)
    assert written(facts, "plan_item")["P1:2027"]["reason_codes"] == ["未通过技术审查"]
    assert facts.publications == []


@pytest.mark.parametrize(("theirs", "suspected"), [("1100000.00", True), ("1099999.99", False)])
def test_two_parts_in_one_pool_are_suspected_from_the_limit_on(context: Any, theirs: str, suspected: bool) -> None:
    def part(key: str, name: str, total: str, unit: str = "shuili") -> dict[str, Any]:
        return {"key": key, "project_name": name, "unit_id": unit, "objective": "", "reviewed_total": Decimal(total)}

    own = part("a", "水库安全监测平台一期", "900000.00")
    assert bool(find_splitting(context({}), own, [own, part("b", "水库安全监测平台二期", theirs)])) is suspected
    assert find_splitting(context({}), own, [own, part("b", "水库安全监测平台二期", theirs, unit="jiaoyu")]) is None


# -- the arrangement


def line(**changed: Any) -> dict[str, Any]:
    return {
        "key": "P1:2027", "project_id": "P1", "project_name": "共享平台", "unit_id": "jiaoyu", "category": "build",
        "reviewed_total": Decimal("1000.00"), "rank": 1, "arranged_amount": Decimal("1000.00"), "splitting": None,
        "suggested_year_amount": Decimal("600.00"), "splitting_confirmed": None, "remark": None,
    } | changed  # fmt: skip


ARGUED: dict[str, Any] = {"panel_scores": [{}, {}, {}], "panel_opinion": "同意", "expert_opinion_file": ["f"]}


@pytest.mark.parametrize("lacking", [{"panel_scores": [{}, {}]}, {"panel_opinion": None}, {"expert_opinion_file": []}])
def test_nothing_goes_to_finance_unargued(context: Any, blocked: Any, lacking: dict[str, Any]) -> None:
    facts = context({"plan_year": 2027, "arrangement": [], **ARGUED, **lacking})
    send_to_finance(facts)
    assert blocked(facts) == [("R-PJ-34", "decision")]


@pytest.mark.parametrize(("due", "on_time", "words"), [(TODAY, True, "按期"), (date(2026, 8, 19), False, "逾期 1 天")])
def test_the_day_of_sending_is_stamped_against_the_deadline(context: Any, due: date, on_time: bool, words: str) -> None:
    project = record("project", "P1", **PROJECT)
    facts = context({"plan_year": 2027, "arrangement": [line()], "plan_due": {"effective": due}, **ARGUED}, records=[project])
    found = send_to_finance(facts)
    assert (found["sent_on_time"], written(facts, "plan_year")["2027"]["sent_on"]) == (on_time, TODAY)
    assert words in facts.findings[0].message
    assert written(facts, "plan_item")["P1:2027"]["status"] == "arranged"


@pytest.mark.parametrize(
    ("until", "refused"), [(date(2027, 12, 31), True), (date(2027, 12, 30), False), (date(2028, 5, 20), True), (None, False)]
)
def test_maintenance_is_paid_only_for_a_year_that_outlasts_the_free_period(
    context: Any, blocked: Any, until: date | None, refused: bool
) -> None:
    row = line(category="om", reviewed_total=None)
    entered = {"plan_year": 2027, "arrangement": [row], "arrangement_entered": [row], **ARGUED}
    facts = context(entered, records=[record("project", "P1", **PROJECT | {"free_until": until})])
    check_arrangement(facts)
    assert blocked(facts) == ([("R-PJ-27", "items.0.arranged_amount")] if refused else [])


# -- funds


@pytest.mark.parametrize(("score", "poor"), [("59.99", True), ("60", False)])
def test_a_poor_performance_stands_on_the_line_of_the_fund_plan(context: Any, score: str, poor: bool) -> None:
    known = record(
        "evaluation", "P1:2025", project_id="P1", unit_id="jiaoyu", year=2025, grade="良", performance_score=Decimal(score)
    )
    (row,) = load_fund_plan(context({"arranged_items": [line()]}, records=[known]))["fund_items"]
    assert bool(row["performance"]) is poor


@pytest.mark.parametrize(
    ("before", "amount", "after"),
    [("reviewed", "600.00", "funded"), ("reviewed", "0.00", "listed"), ("building", "600.00", "building")],
)
def test_listing_funds_what_is_not_under_way_yet(context: Any, before: str, amount: str, after: str) -> None:
    row = line(decision="安排", amount=Decimal(amount), source="市级财政", reason=None)
    facts = context({"plan_year": 2027, "fund_items": [row]}, records=[record("project", "P1", **PROJECT | {"status": before})])
    list_plan(facts)
    project = written(facts, "project")["P1"]
    assert (project["status"], project["arranged_amount"]) == (after, Decimal(amount))
    (message,) = facts.publications
    assert (message.name, message.payload["decision"], message.payload["arranged_amount"]) == (
        "pj.planListed", "安排", Decimal("1000.00"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "listed_on", "after"),
    [
        ("reviewed", None, TODAY),
        ("listed", date(2025, 12, 1), TODAY),
        ("building", date(2025, 12, 1), date(2025, 12, 1)),
        ("building", None, TODAY),
    ],
)
def test_a_project_under_way_keeps_the_day_of_its_first_listing(
    context: Any, status: str, listed_on: date | None, after: date
) -> None:
    row = line(decision="安排", amount=Decimal("600.00"), source="市级财政", reason=None)
    known = record("project", "P1", **PROJECT | {"status": status, "listed_on": listed_on})
    list_plan(facts := context({"plan_year": 2027, "fund_items": [row]}, records=[known]))
    assert written(facts, "project")["P1"]["listed_on"] == after
