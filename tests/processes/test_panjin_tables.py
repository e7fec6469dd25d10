"""The tables of the Panjin measures as they are shipped: every row, and who comes first."""

from __future__ import annotations

from typing import Any

import pytest

WITHOUT = "不直接使用财政资金"


@pytest.mark.parametrize(
    ("given", "scope"),
    [
        ({"is_secret": True, "unit_level": "county", "fund_source": WITHOUT, "market_operated": True}, "secret"),
        ({"is_secret": False, "unit_level": "county", "fund_source": WITHOUT, "market_operated": True}, "county"),
        ({"unit_level": "county", "fund_source": "市级财政"}, "county"),
        ({"unit_level": "city", "fund_source": WITHOUT, "market_operated": True}, "out"),
        ({"unit_level": "city", "fund_source": WITHOUT, "market_operated": False}, "by_reference"),
        ({"unit_level": "city", "fund_source": "市级财政", "market_operated": True}, "in_scope"),
        ({"unit_level": "city", "fund_source": "财政运维"}, "in_scope"),
        ({"unit_level": "city", "fund_source": "购买服务", "is_secret": False}, "in_scope"),
    ],
)
def test_the_first_fitting_row_of_table_A1_decides_the_scope(stage: Any, given: dict[str, Any], scope: str) -> None:
    assert stage.decide("project_scope", given) == scope


@pytest.mark.parametrize(
    ("coverage", "lead", "base", "builder", "mismatch"),
    [
        ("跨部门跨层级", "minzheng", False, "市级主管部门", True),
        ("跨部门跨层级", None, False, "市级主管部门", True),
        ("跨部门跨层级", "jiaoyu", False, "市级主管部门", False),
        ("市级多部门", "minzheng", True, "行业牵头部门", True),
        ("市级多部门", "jiaoyu", False, "行业牵头部门", False),
        ("单部门", None, True, "中心", False),
        ("单部门", "minzheng", False, "需求单位", False),
    ],
)
def test_table_A2_says_who_builds(stage: Any, coverage: str, lead: str | None, base: bool, builder: str, mismatch: bool) -> None:
    given = {"scope_level": coverage, "lead_dept": lead, "unit_id": "jiaoyu", "base_facility": base}
    found = stage.decide("building_mode", given)
    assert (found["builder"], found["mismatch"]) == (builder, mismatch)


@pytest.mark.parametrize(
    ("party", "lot", "relation", "result"),
    [
        ("投标人", "承建", "同一单位", "block"),
        ("投标人", "承建", "控制或同一法定代表人", "block"),
        ("投标人", "承建", "无", "none"),
        ("投标人", "监理", "同一单位", "warn"),
        ("投标人", "测评", "控制或同一法定代表人", "warn"),
        ("投标人", "硬件", "同一单位", "none"),
        ("评审专家", "承建", "编制单位人员", "block"),
        ("评审专家", "监理", "编制单位人员", "none"),
        ("预审单位", None, "同一单位", "block"),
        ("预审单位", None, "控制或同一法定代表人", "block"),
        ("预审单位", None, "无", "none"),
    ],
)
def test_table_A3_keeps_the_author_out(stage: Any, party: str, lot: str | None, relation: str, result: str) -> None:
    assert stage.decide("author_conflict", {"party": party, "lot_type": lot, "relation": relation}) == result


NOTHING = {
    "papers_complete": True, "existing_can_meet": False, "need_unclear": False, "share_commit": "同意",
    "share_reason_rejected": False, "other_ground": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "grounds"),
    [
        ({}, []),
        ({"papers_complete": False}, ["申报资料不全或未按要求提交"]),
        ({"papers_complete": None}, []),
        ({"existing_can_meet": True}, ["现有系统能够满足需求"]),
        ({"need_unclear": True}, ["新增需求不明确"]),
        ({"share_commit": "不同意"}, ["无正当理由拒绝数据共享"]),
        ({"share_commit": "不同意", "share_reason_rejected": True}, ["无正当理由拒绝数据共享"]),
        ({"share_commit": "有理由不同意"}, []),
        ({"share_commit": "有理由不同意", "share_reason_rejected": True}, ["无正当理由拒绝数据共享"]),
        ({"other_ground": True, "existing_can_meet": True}, ["现有系统能够满足需求", "其他"]),
    ],
)
def test_table_A4_lists_every_ground_that_is_met(stage: Any, changed: dict[str, Any], grounds: list[str]) -> None:
    assert stage.decide("exclusion_grounds", NOTHING | changed) == grounds


@pytest.mark.parametrize(
    ("results", "splitting", "used_up", "whole"),
    [
        (["通过", "通过"], False, False, "通过"),
        (["通过", "修改"], False, False, "修改"),
        (["修改", "通过"], False, True, "不通过"),
        (["修改", "不通过"], False, False, "不通过"),
        (["不通过", "通过"], False, True, "不通过"),
        (["通过", "通过"], True, False, "不通过"),
        (["通过", "通过"], False, True, "通过"),
    ],
)
def test_the_worst_dimension_decides_the_review(
    stage: Any, results: list[str], splitting: bool, used_up: bool, whole: str
) -> None:
    given = {"results": results, "splitting_confirmed": splitting, "rounds_used_up": used_up}
    assert stage.decide("review_result", given) == whole


def test_every_row_of_every_table_is_hit_by_one_of_these_tests() -> None:
    """Counted by hand above; this one fails when a table grows and nobody tests the new row."""
    from pathlib import Path

    root = Path(__file__).parents[2] / "processes" / "panjin"
    expected = {"project_scope": 5, "building_mode": 6, "author_conflict": 5, "exclusion_grounds": 6, "review_result": 5}
    assert {name: (root / f"{name}.dmn").read_text("utf-8").count("<rule ") for name in expected} == expected
