"""Yearly evaluation, performance, drills: each rule on both sides of its limit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.evaluation_performance import collect_self_evaluations, record_performance
from handlers.panjin.evaluation_use import check_grade, load_use
from handlers.panjin.evaluation_year import collect_results, open_evaluation, publish_evaluation
from handlers.panjin.security_duties import record_drill
from service.sdk import Record

PROJECT = {"project_id": "PJ-2023-0001", "project_name": "教育资源共享平台", "unit_id": "jiaoyu", "unit_name": "市教育局"}


def project(key: str = "PJ-2023-0001", **data: Any) -> Record:
    base = {"project_name": "教育资源共享平台", "unit_id": "jiaoyu", "owner_name": "市教育局", "status": "operating"}
    return Record(register="project", key=key, version=1, data=base | {"accepted_on": date(2025, 12, 31)} | data)


@pytest.mark.parametrize(
    ("data", "listed"),
    [
        ({}, True),
        ({"accepted_on": date(2026, 1, 1)}, False),
        ({"accepted_on": None}, False),
        ({"status": "om_paid"}, True),
        ({"status": "om_unfunded"}, True),
        ({"status": "accepted"}, False),
        ({"status": "retired"}, False),
    ],
)
def test_projects_accepted_before_the_year_and_in_use_are_evaluated(context: Any, data: dict[str, Any], listed: bool) -> None:
    facts = context({"year": 2026}, records=[project(**data)])
    found: Any = open_evaluation(facts)
    assert [row["project_id"] for row in found["to_evaluate"]] == (["PJ-2023-0001"] if listed else [])
    assert [write.key for write in facts.writes] == (["PJ-2023-0001:2026"] if listed else [])


def test_an_imported_grade_does_not_close_the_year(context: Any, blocked: Any) -> None:
    imported = Record(register="evaluation", key="PJ-2020-0001:2026", version=1, data={"year": 2026, "grade": "优"})
    facts = context({"year": 2026}, records=[imported, project()])
    found: Any = open_evaluation(facts)
    assert found["already_open"] is False
    assert blocked(facts) == []


@pytest.mark.parametrize(
    ("score", "grade"), [(100, "优"), (90, "优"), (89, "良"), (75, "良"), (74, "中"), (60, "中"), (59, "差"), (0, "差")]
)
def test_each_score_has_one_grade(context: Any, blocked: Any, score: int, grade: str) -> None:
    for said in ("优", "良", "中", "差"):
        facts = context({"use_score": Decimal(score), "use_grade": said})
        check_grade(facts)
        assert blocked(facts) == ([] if said == grade else [("evaluation_bands", "grade")])


def incident(key: str, found_on: date) -> Record:
    return Record(
        register="incident", key=key, version=1, data={"project_id": "PJ-2023-0001", "grade": "较大", "found_on": found_on}
    )


def duty(key: str, due: date, status: str, late: bool = False) -> Record:
    data = {"project_id": "PJ-2023-0001", "due": due, "status": status, "late": late}
    return Record(register="security_duty", key=key, version=1, data=data)


def test_what_is_known_counts_from_the_year_before(context: Any, levels: Any) -> None:
    records = [
        project(progress_missed=2),
        incident("a", date(2024, 12, 31)),
        incident("b", date(2025, 1, 1)),
        duty("c", date(2026, 8, 20), "open"),
        duty("d", date(2026, 8, 19), "open"),
        duty("e", date(2026, 1, 1), "done", late=True),
        duty("f", date(2026, 1, 1), "done"),
    ]
    facts = context({**PROJECT, "year": Decimal(2026)}, records=records)
    found: Any = load_use(facts)
    assert found["known"] == "安全事件 1 件（较大）；进展报送逾期 2 次；演练、安全评估逾期 2 次"
    assert found["report_due"] == date(2026, 9, 29)
    assert levels(facts) == [("R-PJ-20", "flag", ""), ("R-PJ-31", "flag", "")]


def test_a_project_sent_back_is_not_flagged_a_second_time(context: Any) -> None:
    facts = context({**PROJECT, "year": Decimal(2026), "return_reason": "请核实"}, records=[project(progress_missed=2)])
    load_use(facts)
    assert facts.findings == []


def test_results_that_were_not_sent_back_stay(context: Any) -> None:
    rows = [{**PROJECT, "grade": "优"}, {**PROJECT, "project_id": "PJ-2023-0002", "grade": "差"}]
    facts = context({"evaluated": rows, "use_results": [{"project_id": "PJ-2023-0002", "grade": "中", "score": 60}]})
    found: Any = collect_results(facts)
    assert [row["grade"] for row in found["evaluated"]] == ["优", "中"]


@pytest.mark.parametrize(("withheld", "told"), [(True, False), (None, True), (False, True)])
def test_withheld_problems_are_not_in_what_is_published(context: Any, withheld: bool | None, told: bool) -> None:
    row = {**PROJECT, "grade": "差", "score": Decimal(40), "findings": "口令外泄", "suggestion": "加固", "withheld": withheld}
    facts = context({"year": 2026, "evaluated": [row]})
    found: Any = publish_evaluation(facts)
    assert ("口令外泄" in str(found["published"])) is told
    assert all("口令外泄" not in notice.zh for notice in facts.notices)
    (write,) = facts.writes
    assert (write.data["grade"], write.data["published_on"], write.data["findings"]) == ("差", date(2026, 8, 20), "口令外泄")
    assert [notice.groups for notice in facts.notices] == [("pj_unit_clerk@jiaoyu", "pj_unit_lead@jiaoyu")]


@pytest.mark.parametrize(
    ("own", "recheck", "score", "source", "difference", "flagged"),
    [
        (Decimal(59), None, Decimal(59), "自评", None, True),
        (Decimal(60), None, Decimal(60), "自评", None, False),
        (Decimal(80), Decimal(59), Decimal(59), "抽查", Decimal(-21), True),
        (None, Decimal(60), Decimal(60), "抽查", None, False),
        (None, None, None, None, None, False),
    ],
)
def test_the_rechecked_score_counts_before_the_own(
    context: Any, levels: Any, own: Any, recheck: Any, score: Any, source: Any, difference: Any, flagged: bool
) -> None:
    sample = [] if recheck is None else [{"project_id": "PJ-2023-0001", "kind": "抽查", "score": recheck, "finding": "。"}]
    told = [{"project_id": "PJ-2023-0001", "targets": [], "self_score": own}]
    seen: Any = collect_self_evaluations(context({"evaluated": [dict(PROJECT)], "self_evaluations": told}))
    facts = context({"year": 2026, "evaluated": seen["evaluated"], "recheck": sample})
    record_performance(facts)
    (write,) = facts.writes
    kept = {name: write.data[name] for name in ("performance_score", "performance_source", "score_difference", "self_score")}
    assert kept == {
        "performance_score": score, "performance_source": source, "score_difference": difference, "self_score": own,
    }  # fmt: skip
    assert levels(facts) == ([("R-PJ-29", "flag", "")] if flagged else [])


@pytest.mark.parametrize(("held", "late"), [(date(2026, 12, 1), False), (date(2026, 12, 2), True)])
def test_a_drill_after_its_day_is_on_record_as_late(context: Any, levels: Any, held: date, late: bool) -> None:
    facts = context({"project_id": "PJ-2023-0001", "due": date(2026, 12, 1), "drill_date": held, "scenario": "断电"})
    record_drill(facts)
    (write,) = facts.writes
    assert (write.key, write.data["late"], write.data["done_on"]) == ("PJ-2023-0001:drill:2026-12-01", late, held)
    assert levels(facts) == ([("R-PJ-31", "flag", "")] if late else [])
