"""Table A6 as it is shipped: to whom an incident is reported, and under which period."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.clock import SHANGHAI
from service.law import Calendar, deadline

FOUND = datetime(2026, 9, 10, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("grade", "critical", "hours", "targets"),
    [
        ("一般", False, None, "本单位"),
        ("一般", True, None, "本单位"),
        ("较大", False, 4, "省级网信部门"),
        ("较大", True, 1, "保护工作部门、公安机关"),
        ("重大", False, 4, "省级网信部门"),
        ("特别重大", True, 1, "保护工作部门、公安机关"),
        ("特别重大", None, 4, "省级网信部门"),
    ],
)
def test_grade_and_critical_infrastructure_decide_the_report(
    stage: Any, grade: str, critical: bool | None, hours: int | None, targets: str
) -> None:
    found = stage.decide("incident_reporting", {"grade": grade, "is_cii": critical})
    assert (found["wanted"], found["targets"]) == (hours is not None, targets)
    if hours is None:
        assert found["period"] is None
        return
    due = deadline(found["period"], FOUND, catalogue=stage.law, calendar=Calendar.from_rows([], years=[2026]))
    assert due.effective == FOUND + timedelta(hours=hours)
