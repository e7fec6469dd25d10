"""Urgent projects outside the annual plan (P2U). Open this when an application is, or is not, taken as urgent."""

from __future__ import annotations

from typing import Any

from service.sdk import Context, Level, handler

LEVELS = ("国家", "省", "市")


@handler("check_urgency", inline=True)
def check_urgency(context: Context) -> dict[str, Any]:
    """R-PJ-41: urgent is what the State, the province or the city demands, on paper, and what has a reason for being late.

    Anything else goes on as an ordinary application with the same answers.
    """
    reason = str(context["reason_not_planned"] or "").strip()
    urgent = context["urgency_basis_level"] in LEVELS and bool(context["basis_file"]) and bool(reason)
    if not urgent:
        context.find(
            "R-PJ-41",
            "不符合“一事一议”条件，转为普通申报",
            "Not eligible for the urgent route; it goes on as an ordinary application",
            level=Level.ROUTE,
            at="urgency_basis_level",
            article="pj-2020#9",
        )
        return {"urgent": False}
    return {"urgent": True, "plan_year": context.today.year}


@handler("count_revision", inline=True)
def count_revision(context: Context) -> dict[str, Any]:
    """Count a round of revision after the review, and tell the clerk what to revise."""
    return {"review_rounds": int(context["review_rounds"] or 0) + 1, "revise_reason": context["revision_items"]}
