"""Checks of what an application says (P2.B1), at filing and at each re-filing. Open this when an application is blocked."""

from __future__ import annotations

from typing import Any

from handlers.panjin.author import THIRD_PARTY, check_author
from handlers.panjin.entries import record_filing
from handlers.panjin.investment import check_major, check_totals
from handlers.panjin.platforms import check_cloud
from handlers.panjin.scope import check_scope_of_revision
from handlers.panjin.security import check_security
from handlers.panjin.spans import check_build, check_life, check_not_started
from handlers.panjin.splitting import suspect_splitting
from service.sdk import Context, handler


@handler("check_application", inline=True)
def check_application(context: Context) -> dict[str, Any]:
    """Leave every finding of the application at once, enter it in the register, and prepare what the next steps need.

    `overrides` are the exceptions that named roles have to decide before another body sees the application.
    """
    check_scope_of_revision(context)
    check_security(context)
    overrides = [*check_life(context), *check_cloud(context)]
    check_build(context, "build_start", "build_end")
    check_not_started(context)
    check_author(context)
    check_totals(context)
    major = check_major(context)
    siblings = suspect_splitting(context)
    record_filing(context)
    return {
        "filed_on": context.today,
        "intake_checklist": checklist(context),
        "overrides": overrides,
        "major": major,
        "similar_projects": siblings,
        "splitting_suspected": bool(siblings),
        # Choices of an earlier round bind nobody.
        "override_decisions": None,
        "exclusion_note": None,
        "other_ground": None,
    }


def checklist(context: Context) -> list[dict[str, Any]]:
    """What intake has to find in this application, unticked."""
    items = ["项目申报表", "建设方案文本", "信息安全设计", "安全可靠产品清单", "投资概算明细", "年度实施计划"]
    if context["plan_author_type"] == THIRD_PARTY:
        items.append("方案编制单位资质")
    if context["share_commit"] == "有理由不同意":
        items.append("不同意共享的理由和材料")
    return [{"item": item, "present": False, "note": None} for item in items]
