"""Operation, retirement and promotion on both sides of their boundaries (P8)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.operation import end_free_period, load_operation, record_go_live, record_maintenance, settle_maintenance
from handlers.panjin.promotion import record_promotion
from handlers.panjin.retirement import check_retirement
from service.sdk import Record

KEY = "PJ-2026-0001"


def project(**changed: Any) -> Record:
    data = {
        "project_id": KEY, "project_name": "教育资源共享平台", "unit_id": "jiaoyu", "status": "operating",
        "accepted_on": date(2023, 5, 20), "free_until": date(2026, 5, 20), "service_until": date(2028, 5, 20),
    }  # fmt: skip
    return Record(register="project", key=KEY, version=1, data=data | changed)


def item(year: int, **data: Any) -> Record:
    return Record(register="plan_item", key=f"{KEY}:{year}:om", version=1, data=data)


@pytest.mark.parametrize(
    ("day", "accepted", "passes"),
    [
        (date(2023, 5, 20), date(2023, 5, 20), True),
        (date(2023, 5, 19), date(2023, 5, 20), False),
        (date(2023, 5, 20), None, False),
    ],
)
def test_formal_use_begins_on_the_day_of_final_acceptance_at_the_earliest(
    context: Any, blocked: Any, day: date, accepted: date | None, passes: bool
) -> None:
    facts = context({"go_live_date": day}, records=[project(status="accepted", accepted_on=accepted)])
    record_go_live(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-25", "go_live_date")])
    assert bool(facts.writes) is passes


@pytest.mark.parametrize(
    ("free_until", "year", "passes"),
    [
        (date(2029, 5, 20), 2028, False),
        (date(2029, 5, 20), 2029, True),
        (date(2029, 12, 30), 2029, True),
        (date(2029, 12, 31), 2029, False),
        (date(2029, 12, 31), 2030, True),
    ],
)
def test_maintenance_is_paid_from_the_day_after_the_free_period(
    context: Any, blocked: Any, free_until: date, year: int, passes: bool
) -> None:
    given = {"year": Decimal(year), "amount": Decimal("120000.00"), "basis": "按合同"}
    record_maintenance(facts := context(given, records=[project(free_until=free_until)]))
    assert blocked(facts) == ([] if passes else [("R-PJ-27", "year")])
    assert [write.key for write in facts.writes] == ([f"{KEY}:{year}:om"] if passes else [])


@pytest.mark.parametrize(("status", "passes"), [("filed", True), ("rejected", True), ("arranged", False), ("listed", False)])
def test_what_is_in_the_plan_is_not_filed_again(context: Any, blocked: Any, status: str, passes: bool) -> None:
    given = {"year": Decimal(2027), "amount": Decimal("1.00"), "basis": "按合同"}
    record_maintenance(facts := context(given, records=[project(), item(2027, status=status)]))
    assert blocked(facts) == ([] if passes else [("plan-item", "year")])


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ([], "om_unfunded"),
        ([item(2026, status="filed")], "om_unfunded"),
        ([item(2026, status="listed", decision="不安排")], "om_unfunded"),
        ([item(2027, status="listed", decision="安排")], "om_unfunded"),
        ([item(2026, status="listed", decision="部分安排")], "om_paid"),
    ],
)
def test_at_the_end_of_the_free_period_the_plan_says_whether_there_is_money(
    context: Any, known: list[Record], status: str
) -> None:
    facts = context({}, records=[project(), *known])
    assert end_free_period(facts) == {"om_state": status}
    assert facts.writes[0].data["status"] == status
    assert [notice.groups for notice in facts.notices] == ([("pj_center_super",)] if status == "om_unfunded" else [])


def test_the_day_after_new_year_counts_for_the_next_year(context: Any) -> None:
    records = [project(free_until=date(2026, 12, 31)), item(2027, status="listed", decision="安排")]
    assert end_free_period(context({}, records=records)) == {"om_state": "om_paid"}


@pytest.mark.parametrize(
    ("status", "listed", "after"),
    [("om_unfunded", True, {"om_state": "om_paid"}), ("om_unfunded", False, {}), ("operating", True, {}), ("om_paid", True, {})],
)
def test_a_plan_with_money_ends_a_time_without(context: Any, status: str, listed: bool, after: dict[str, Any]) -> None:
    known = [item(2027, status="listed", decision="安排")] if listed else []
    assert settle_maintenance(context({"listed_year": 2027}, records=[project(status=status), *known])) == after


def test_drills_count_from_the_emergency_plan_and_assessments_from_acceptance(context: Any) -> None:
    found = load_operation(context({}, records=[project(security_baseline=[{"on": date(2023, 1, 19)}])]))
    assert (found["drilled_on"], found["assessed_on"]) == (date(2023, 1, 19), date(2023, 5, 20))
    assert found["service_cycle"] == "R6/P6M"


@pytest.mark.parametrize(
    ("free_until", "free_from", "cycle"),
    [
        (None, date(2023, 5, 20), "R6/P6M"),
        (date(2026, 5, 20), date(2023, 5, 20), "R6/P6M"),
        (date(2025, 5, 20), date(2022, 5, 20), "R4/P6M"),
        (date(2028, 5, 20), date(2025, 5, 20), "R10/P6M"),
        (date(2023, 5, 20), date(2020, 5, 20), "R1/P6M"),
    ],
)
def test_the_free_period_ends_and_reminds_by_the_contract(
    context: Any, free_until: date | None, free_from: date, cycle: str
) -> None:
    found = load_operation(context({}, records=[project(free_until=free_until)]))
    assert (found["free_from"], found["service_cycle"]) == (free_from, cycle)


def test_without_a_recorded_plan_drills_count_from_acceptance(context: Any) -> None:
    assert load_operation(context({}, records=[project()]))["drilled_on"] == date(2023, 5, 20)


# -- retirement


@pytest.mark.parametrize(("until", "early"), [(date(2026, 8, 21), True), (date(2026, 8, 20), False), (None, False)])
def test_before_the_shortest_life_is_over_the_head_of_the_centre_decides(
    context: Any, levels: Any, until: date | None, early: bool
) -> None:
    accepted = None if until else date(2021, 8, 20)
    facts = context({"project_id": KEY, "reason": "停产"}, records=[project(service_until=until, accepted_on=accepted)])
    found = check_retirement(facts)
    assert found["early"] is early
    assert [row["decider"] for row in found["overrides"]] == (["pj_center_lead"] if early else [])
    assert levels(facts) == ([("R-PJ-06", "override", "reason")] if early else [])


@pytest.mark.parametrize(
    ("changed", "passes"),
    [
        ({}, True),
        ({"status": "om_paid"}, True),
        ({"status": "accepted"}, False),
        ({"status": "retired"}, False),
        ({"unit_id": "shuili"}, False),
    ],
)
def test_only_a_units_own_project_in_operation_is_retired(
    context: Any, blocked: Any, changed: dict[str, Any], passes: bool
) -> None:
    facts = context({"project_id": KEY, "reason": "停产"}, records=[project(service_until=None, accepted_on=None, **changed)])
    check_retirement(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-06", "project_id")])


# -- promotion


@pytest.mark.parametrize(
    ("status", "passes"),
    [("initial_passed", False), ("accepted", True), ("operating", True), ("om_unfunded", True), ("retired", False)],
)
def test_only_what_was_finally_accepted_is_passed_on(context: Any, blocked: Any, status: str, passes: bool) -> None:
    facts = context({"project_id": KEY, "receivers": ["minzheng"], "note": "共用"}, records=[project(status=status)])
    record_promotion(facts)
    assert blocked(facts) == ([] if passes else [("R-PJ-30", "project_id")])
    assert [write.data["promotions"][0]["receivers"] for write in facts.writes] == ([["minzheng"]] if passes else [])
