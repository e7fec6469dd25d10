"""Independence of the pre-reviewer (P2.A1, table A3). Open this when a pre-review report is refused."""

from __future__ import annotations

from service.sdk import Context, handler


@handler("check_pre_review", inline=True)
def check_pre_review(context: Context) -> None:
    """R-PJ-11: who wrote the plan does not pre-review it."""
    author = context["credit_code"] if context["plan_author_type"] == "第三方" else None
    if author and author == context["pre_review_credit_code"]:
        context.block(
            "credit_code",
            "R-PJ-11",
            "预审单位不得是方案编制单位",
            "The author of the plan may not pre-review it",
            article="pj-2020#12",
        )
