"""The author of the plan: qualified (R-PJ-10), and kept out of what follows (R-PJ-11, table A3)."""

from __future__ import annotations

from service.sdk import Context, handler

THIRD_PARTY = "第三方"


def check_author(context: Context) -> None:
    """R-PJ-10: a third party that writes the plan shows its qualification."""
    if context["plan_author_type"] == THIRD_PARTY and not context["qualification_file"]:
        context.block(
            "qualification_file",
            "R-PJ-10",
            "方案编制第三方须具备信息化咨询设计类资质",
            "Third-party plan author needs consulting/design qualification",
            article="pj-2020#12",
        )


@handler("check_pre_review", inline=True)
def check_pre_review(context: Context) -> None:
    """R-PJ-11: who wrote the plan does not pre-review it; the table `author_conflict` has judged."""
    if context["pre_review_conflict"] == "block":
        context.block(
            "credit_code",
            "R-PJ-11",
            "预审单位不得是方案编制单位",
            "The plan author may not pre-review the plan",
            article="pj-2020#12",
        )
