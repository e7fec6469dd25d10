"""What a technical review hands on (P2.B3). Open this when its reasons or the flagged grounds come out wrong.

The tables `review_result` (R-PJ-14) and `exclusion_grounds` (R-PJ-12) have judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.sdk import Context, Level, handler

PASS, RESULTS = "通过", ("通过", "修改", "不通过")
OTHER = "其他"


@handler("aggregate_reviews", inline=True)
def aggregate_reviews(context: Context) -> dict[str, Any]:
    """R-PJ-14: each dimension is reviewed exactly once. Collect reasons, the suggested budget and the flagged grounds."""
    reviews = context.rows("reviews")
    asked = sorted(map(str, context["dimensions"] or ()))
    done = sorted(str(review.get("dimension")) for review in reviews if review.get("result") in RESULTS)
    if not asked or asked != done:
        context.block(
            "result", "R-PJ-14", "五项技术审查须全部完成", "All five review dimensions must be done", article="pj-2020#14"
        )
    reasons = [reason(review) for review in reviews if review.get("result") != PASS] + splitting_reasons(context)
    budgets = (review.get("suggested_budget") for review in reviews)
    other = "；".join(str(review["other_ground"]) for review in reviews if review.get("other_ground")) or None
    return {
        "review_reasons": reasons,
        "revision_items": "\n".join(reasons) or None,
        "suggested_budget": next((budget for budget in budgets if budget is not None), None),
        "exclusion_note": flag_grounds(context, other),
        "other_ground": other,
    }


def splitting_reasons(context: Context) -> list[str]:
    """R-PJ-09: a reviewer who finds that the project is part of another stops it."""
    if not any(review.get("splitting_confirmed") is True for review in context.rows("reviews")):
        return []
    context.find(
        "R-PJ-09",
        "经审查确认：拆分项目、化整为零规避监管，不予通过",
        "Confirmed by the reviewer: split to evade oversight; it does not pass",
        level=Level.ROUTE,
        article="pj-2020#11",
    )
    return ["经审查确认：拆分项目、化整为零规避监管"]


def flag_grounds(context: Context, other: str | None) -> str | None:
    """R-PJ-12: flag the grounds that keep a project out of the annual plan; the plan itself decides (P1.B2)."""
    grounds = [str(ground) for ground in context["exclusion_grounds"] or ()]
    if not grounds:
        return None
    named = "、".join(f"{ground}（{other}）" if ground == OTHER and other else ground for ground in grounds)
    note = f"存在不得列入年度计划的情形：{named}"
    context.find("R-PJ-12", note, f"Not eligible for the annual plan: {named}", level=Level.FLAG, article="pj-2020#13")
    return note


def reason(review: Mapping[str, Any]) -> str:
    """What a reviewer demands, in one line."""
    return f"{review.get('dimension')}（{review.get('result')}）：{review.get('opinion') or '未写意见'}"
