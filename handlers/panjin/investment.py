"""Money in an application: sums that agree (R-PJ-38), and what a major project has to budget for (R-PJ-19)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service.sdk import Context

CROSS_LEVEL = "跨部门跨层级"
FEES = (("supervision_fee", "监理费", "supervision"), ("test_fee", "软件测评费", "testing"))


def check_totals(context: Context) -> None:
    """R-PJ-38: the yearly amounts and the cost items each add up to the total, within the tolerance of the catalogue."""
    total, tolerance = context.money("total_investment"), Decimal(context.parameter("investment_tolerance"))
    for field, zh, en in (
        ("annual_investment", "年度投资合计与总投资额不一致", "Annual amounts do not add up to total"),
        ("budget_breakdown", "概算明细合计与总投资额不一致", "Cost items do not add up to total"),
    ):
        found = sum((_amount(row) for row in context.rows(field)), Decimal(0))
        if abs(found - total) > tolerance:
            context.block(
                field,
                "R-PJ-38",
                f"{zh}：合计 {found:,.2f} 元，总投资 {total:,.2f} 元",
                f"{en}: {found:,.2f} against {total:,.2f} yuan",
                article="pj-2020#10",
            )


def is_major(context: Context) -> bool:
    """Whether the project is major: by its investment, or because it crosses levels where the catalogue says so (practice)."""
    if context.parameter("major_when_cross_level") is True and context["scope_level"] == CROSS_LEVEL:
        return True
    return context.money("total_investment") >= Decimal(context.parameter("major_project_threshold"))


def check_major(context: Context) -> bool:
    """R-PJ-19: a major project budgets for supervision and testing. Returns whether it is major."""
    major = is_major(context)
    for field, zh, en in FEES if major else ():
        if context.money(field) <= 0:
            context.block(
                field,
                "R-PJ-19",
                f"重大项目须引入监理和软件测评并列入预算：请填写{zh}",
                f"Major projects need supervision and testing in budget: give the {en} fee",
                article="pj-2020#19",
            )
    return major


def _amount(row: Mapping[str, Any]) -> Decimal:
    return Decimal(str(row.get("amount") or 0))
