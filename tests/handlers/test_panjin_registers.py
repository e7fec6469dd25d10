"""Splitting (R-PJ-09), duplicates (R-PJ-13) and evaluations (R-PJ-28): what the registers say of an application."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.duplicates import find_duplicates
from handlers.panjin.evaluations import find_evaluation
from handlers.panjin.likeness import find_similar
from handlers.panjin.splitting import add_months, suspect_splitting
from service.sdk import Record, similar

NAME = "社区养老服务平台一期"


def project(key: str = "PJ-2026-0007", **changed: Any) -> Record:
    data = {
        "project_name": "社区养老服务平台二期", "unit_id": "jiaoyu", "filed_on": date(2026, 3, 1), "status": "filed",
        "total_investment": Decimal("1100000.00"), "city_wide": False,
    } | changed  # fmt: skip
    return Record(register="project", key=key, version=1, data=data)


def application(**changed: Any) -> dict[str, Any]:
    return {"project_name": NAME, "total_investment": Decimal("900000.00")} | changed


def test_two_phases_of_one_system_that_reach_the_limit_together_are_suspected(context: Any, levels: Any) -> None:
    facts = context(application(), records=[project()])
    (row,) = suspect_splitting(facts)
    assert levels(facts) == [("R-PJ-09", "warn", "project_name")]
    assert (row["key"], row["unit"], row["amount"], row["relation"]) == (
        "PJ-2026-0007", "jiaoyu", Decimal("1100000.00"), "疑似拆分",
    )  # fmt: skip
    assert row["score"] >= Decimal("0.6")
    assert row["status"] == "已申报"
    assert "社区养老服务平台" in row["shared"]


@pytest.mark.parametrize(
    ("mine", "theirs", "suspected"),
    [
        ("900000.00", "1100000.00", True),  # 2,000,000: the limit itself
        ("900000.00", "1099999.99", False),
        ("2000000.00", "1100000.00", False),  # alone already at the limit: nothing is evaded
        ("1999999.99", "0.01", True),
    ],
)
def test_splitting_is_a_matter_of_the_sum(context: Any, mine: str, theirs: str, suspected: bool) -> None:
    facts = context(application(total_investment=Decimal(mine)), records=[project(total_investment=Decimal(theirs))])
    assert bool(suspect_splitting(facts)) is suspected


@pytest.mark.parametrize(
    ("filed", "suspected"),
    [(date(2025, 8, 20), True), (date(2025, 8, 19), False), (date(2027, 8, 20), True), (date(2027, 8, 21), False)],
)
def test_only_what_was_filed_within_twelve_months_counts(context: Any, filed: date, suspected: bool) -> None:
    facts = context(application(), records=[project(filed_on=filed)])
    assert bool(suspect_splitting(facts)) is suspected


@pytest.mark.parametrize("record", [project(unit_id="minzheng"), project(project_name="防汛会商"), project(key="PJ-2026-0001")])
def test_another_unit_another_name_and_the_case_itself_are_not_suspected(context: Any, record: Record) -> None:
    facts = context(application(), records=[record])
    assert (suspect_splitting(facts), facts.findings) == ([], [])


def test_a_sibling_that_the_applicant_declares_counts_whatever_its_name(context: Any) -> None:
    facts = context(application(sibling_projects=["PJ-2026-0007"]), records=[project(project_name="防汛会商")])
    (row,) = suspect_splitting(facts)
    assert (row["relation"], row["score"]) == ("申报单位列明", None)


def test_the_threshold_of_likeness_is_met_by_the_score_itself(context: Any) -> None:
    other = project(project_name="社区养老信息采集")
    score = similar(NAME, "社区养老信息采集")
    assert 0 < score < 1
    found = find_similar(context(application(), law={"similarity_threshold": score}), [other], relation="x", purpose="objective")
    assert len(found) == 1
    more = score + Decimal("0.0001")
    assert (
        find_similar(context(application(), law={"similarity_threshold": more}), [other], relation="x", purpose="objective") == []
    )


def test_objectives_are_compared_as_well_as_names(context: Any) -> None:
    objective = "汇聚全市养老机构床位、护理员和补贴信息，供民政部门核查"
    other = project(project_name="银龄数据", objective=objective)
    found = find_similar(context(application(objective=objective)), [other], relation="x", purpose="objective")
    assert [row["score"] for row in found] == [Decimal(1)]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 20), -12, date(2025, 8, 20)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_are_counted_to_the_corresponding_day(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def system(**changed: Any) -> Record:
    data = {
        "name": "全市社区养老服务平台", "function": "养老服务", "unit_id": "minzheng", "owner_name": "市民政局",
        "city_wide": True, "status": "在用",
    } | changed  # fmt: skip
    return Record(register="system", key="SYS-0001", version=1, data=data)


def test_what_a_lead_body_already_runs_is_routed_with_its_name(context: Any, levels: Any) -> None:
    facts = context(application(), records=[system()])
    rows, note = find_duplicates(facts)
    assert note == "已由市民政局统筹建设，不得重复建设：全市社区养老服务平台"
    assert [(row["register"], row["relation"]) for row in rows] == [("system", "牵头部门已统筹")]
    assert levels(facts) == [("R-PJ-13", "route", "project_name")]


def test_a_shared_project_of_another_unit_counts_like_a_system(context: Any) -> None:
    facts = context(application(), records=[project(unit_id="minzheng", city_wide=True)])
    assert find_duplicates(facts)[1] is not None


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (system(city_wide=False), 1),
        (system(unit_id="jiaoyu"), 1),
        (system(status="停用"), 0),
        (system(name="防汛会商", function="水情"), 0),
        (project(unit_id="minzheng", city_wide=True, status="terminated"), 0),
        (project(unit_id="minzheng", city_wide=False), 0),
    ],
)
def test_what_no_other_body_runs_for_all_is_at_most_shown(context: Any, record: Record, shown: int) -> None:
    facts = context(application(), records=[record])
    rows, note = find_duplicates(facts)
    assert (len(rows), note, facts.findings) == (shown, None, [])


def evaluation(grade: str, year: int = 2025, **changed: Any) -> Record:
    data = {"unit_id": "jiaoyu", "year": year, "grade": grade, "project_name": "教务系统"} | changed
    return Record(register="evaluation", key=f"{grade}:{year}", version=1, data=data)


@pytest.mark.parametrize(
    ("grade", "level", "handling"), [("差", "warn", True), ("中", "warn", False), ("良", "flag", False), ("优", "flag", False)]
)
def test_a_poor_grade_asks_for_handling_a_fair_one_is_pointed_out(
    context: Any, levels: Any, grade: str, level: str, handling: bool
) -> None:
    facts = context({}, records=[evaluation(grade)])
    found = find_evaluation(facts)
    assert (found["evaluation_grade"], found["evaluation_needs_handling"]) == (grade, handling)
    assert [(rule, at) for rule, at, _ in levels(facts)] == [("R-PJ-28", level)]
    assert f"上年度应用评估结果为{grade}" in facts.findings[0].message


def test_the_last_year_counts_and_in_it_the_worst_grade(context: Any) -> None:
    records = [evaluation("差", 2025), evaluation("良", 2026), evaluation("中", 2026)]
    assert find_evaluation(context({}, records=records))["evaluation_grade"] == "中"


@pytest.mark.parametrize(("year", "counts"), [(2025, True), (2024, False)])
def test_an_evaluation_counts_for_one_year(context: Any, year: int, counts: bool) -> None:
    found = find_evaluation(context({}, records=[evaluation("差", year)]))
    assert (found["evaluation_grade"] == "差") is counts


def test_another_units_evaluation_is_none_of_ours(context: Any) -> None:
    assert find_evaluation(context({}, records=[evaluation("差", unit_id="minzheng")]))["evaluation_grade"] is None
