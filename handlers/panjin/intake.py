"""The conclusion of intake (P2.T3). Open this when an application is accepted that should not be, or cannot be returned."""

from __future__ import annotations

from typing import Any

from service.sdk import Context, handler


@handler("check_intake", inline=True)
def check_intake(context: Context) -> dict[str, Any] | None:
    """R-PJ-04: accept only what is complete; the day of acceptance starts the review period."""
    if context["intake_result"] == "受理":
        check_complete(context)
        return {"accepted_on": context.today}
    most = int(context.parameter("supplement_rounds"))
    if context["intake_result"] == "补正" and (context["intake_rounds"] or 0) >= most:
        context.block(
            "result",
            "R-PJ-04",
            f"已补正 {most} 轮（惯例上限），请受理或不予受理",
            f"There were {most} rounds of supplementing, the most by practice: accept or do not accept",
            article="pj-2020#13",
        )
    return None


def check_complete(context: Context) -> None:
    """R-PJ-04: each paper of the checklist and the plan document itself are there."""
    rows = context.rows("intake_checklist")
    if not rows:
        context.block("checklist", "R-PJ-04", "请逐项核对材料", "Check the papers one by one", article="pj-2020#13")
    for number, row in enumerate(rows):
        if row.get("present") is not True:
            context.block(
                f"checklist.{number}.present",
                "R-PJ-04",
                f"申报资料不全或未按要求提交：{row.get('item') or ''}",
                f"Incomplete or not in the required form: {row.get('item') or ''}",
                article="pj-2020#13",
            )
    if not context["plan_doc"]:
        context.block(
            "checklist",
            "R-PJ-04",
            "缺少建设方案文本，不能受理",
            "The plan document is missing: it cannot be accepted",
            article="pj-2020#10",
        )
