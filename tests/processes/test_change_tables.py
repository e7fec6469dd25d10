"""The tables of the change procedure, at the limits of each row: A5 (grades) and the dimensions to be reviewed again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

NOTHING = {
    "content_changed": False, "scale_changed": False, "budget_delta": Decimal(0), "budget_change_pct": Decimal(0),
    "budget_limit_pct": Decimal(15), "over_arranged": False, "delay_months": Decimal(0), "delay_limit_months": Decimal(3),
    "over_two_years": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "grade"),
    [
        ({}, "minor"),
        ({"delay_months": Decimal(3)}, "minor"),
        ({"delay_months": Decimal(4)}, "major"),
        ({"budget_delta": Decimal("-1")}, "minor"),
        ({"scale_changed": True}, "major"),
        ({"content_changed": True}, "major"),
        ({"over_two_years": True}, "major"),
        ({"budget_delta": Decimal("0.01"), "budget_change_pct": Decimal("0.01")}, "major"),
        ({"budget_delta": Decimal(150), "budget_change_pct": Decimal(15)}, "major"),
        ({"budget_delta": Decimal(151), "budget_change_pct": Decimal("15.1")}, "beyond"),
        ({"budget_delta": Decimal(1), "budget_change_pct": Decimal(1), "over_arranged": True}, "beyond"),
        ({"content_changed": True, "budget_delta": Decimal(151), "budget_change_pct": Decimal("15.1")}, "beyond"),
    ],
)
def test_all_rows_are_tried_and_the_highest_grade_wins(stage: Any, asked: dict[str, Any], grade: str) -> None:
    assert stage.decide("change_grade", NOTHING | asked) == grade


@pytest.mark.parametrize(
    ("types", "sharing", "dimensions"),
    [
        (["进度"], False, {"技术路线科学性"}),
        (["建设内容", "进度"], False, {"技术路线科学性", "信息安全可靠性"}),
        (["规模", "投资概算"], False, {"技术路线科学性", "投资预算合理性"}),
        (["建设条件"], False, {"布局合规性"}),
        (["建设条件"], True, {"布局合规性", "数据共享可行性"}),
        (["其他控制指标"], False, {"技术路线科学性"}),
    ],
)
def test_only_the_dimensions_that_a_change_touches_are_reviewed_again(
    stage: Any, types: list[str], sharing: bool, dimensions: set[str]
) -> None:
    assert set(stage.decide("change_dimensions", {"change_types": types, "sharing_affected": sharing})) == dimensions
