"""The result of a technical review from its dimensions (P2.B3). Open this when a review comes out wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.sdk import Context, handler

PASS, REVISE, FAIL = "通过", "修改", "不通过"


@handler("aggregate_reviews", inline=True)
def aggregate_reviews(context: Context) -> dict[str, Any]:
    """R-PJ-14: one failure fails, one revision revises, else it passes; each dimension is reviewed exactly once."""
    reviews = context.rows("reviews")
    asked = sorted(map(str, context["dimensions"] or ()))
    done = sorted(str(review.get("dimension")) for review in reviews if review.get("result") in (PASS, REVISE, FAIL))
    if not asked or asked != done:
        context.block(
            "result",
            "R-PJ-14",
            "各项技术审查须全部完成，且每项一份结论",
            "All dimensions must be reviewed, each with one result",
            article="pj-2020#14",
        )
    reasons = [reason(review) for review in reviews if review.get("result") != PASS]
    budgets = (review.get("suggested_budget") for review in reviews)
    return {
        "review_result": result_of(str(review.get("result")) for review in reviews),
        "review_reasons": reasons,
        "revision_items": "\n".join(reasons) or None,
        "suggested_budget": next((budget for budget in budgets if budget is not None), None),
    }


def result_of(results: Iterable[str]) -> str:
    """The result of the whole from the results of its dimensions."""
    found = set(results)
    return FAIL if FAIL in found else REVISE if REVISE in found else PASS


def reason(review: Mapping[str, Any]) -> str:
    """What a reviewer demands, in one line."""
    return f"{review.get('dimension')}（{review.get('result')}）：{review.get('opinion') or '未写意见'}"
