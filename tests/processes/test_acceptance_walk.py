"""Final acceptance in memory, under a parameter that the scenarios cannot set."""

from __future__ import annotations

from datetime import date
from typing import Any

KEY = "PJ-2026-0001"
SINCE = date(2026, 1, 1)


def begin(stage: Any) -> Any:
    stage.registers.put(
        "project", KEY, project_id=KEY, project_name="教育资源共享平台", unit_id="jiaoyu", initial_passed_on=date(2026, 3, 10),
        open_changes=[], indicators=[],
    )  # fmt: skip
    given = {"project_id": KEY, "project_name": "教育资源共享平台", "unit_id": "jiaoyu", "major": False}
    return stage.begin("final_acceptance", given)


def test_a_trial_run_is_asked_for_beside_the_application(stage: Any) -> None:
    assert sorted(begin(stage).open_tasks()) == ["apply_final", "record_trial_run"]


def test_no_trial_run_is_asked_for_where_the_parameter_is_nought(stage: Any, amended: Any) -> None:
    amended("trial_run_months", 0, since=SINCE)
    assert begin(stage).open_tasks() == ["apply_final"]
