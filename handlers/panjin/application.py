"""Checks of what an application says (P2.B1), at filing and at each re-filing. Open this when an application is blocked."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers.panjin.scope import Scope, block_secret, scope_of
from handlers.panjin.spans import check_build, check_life
from service.sdk import Context, handler

THIRD_PARTY = "第三方"


@handler("check_application", inline=True)
def check_application(context: Context) -> dict[str, Any]:
    """Leave every finding of the application at once, and prepare the intake checklist for what was filed."""
    scope = scope_of(context.variables)
    if scope is Scope.SECRET:
        block_secret(context)
    elif scope is Scope.OUT:
        context.block(
            "market_operated",
            "R-PJ-01",
            "改动后项目不属于本办法适用范围",
            "As changed, the project is outside the scope of the measures",
            article="pj-2020#2",
        )
    check_security(context)
    check_life(context, "service_life_years")
    check_build(context, "build_start", "build_end")
    check_totals(context)
    return {"filed_on": context.today, "intake_checklist": checklist(context)}


def check_security(context: Context) -> None:
    """R-PJ-05: security is designed with the plan, and the products are stated to be safe."""
    if not str(context["security_design"] or "").strip():
        context.block(
            "security_design",
            "R-PJ-05",
            "方案须同步设计信息安全",
            "The plan must contain its security design",
            article="pj-2020#10",
        )
    products = context.rows("secure_products")
    if not products:
        context.block(
            "secure_products",
            "R-PJ-05",
            "须说明产品安全可靠情况",
            "State how safe and reliable the products are",
            article="pj-2020#23",
        )
    for number, row in enumerate(products):
        for column in ("product", "proof"):
            if not str(row.get(column) or "").strip():
                context.block(
                    f"secure_products.{number}.{column}",
                    "R-PJ-05",
                    "须写明产品及其安全可靠说明",
                    "Name the product and say why it is safe and reliable",
                    article="pj-2020#23",
                )


def check_totals(context: Context) -> None:
    """R-PJ-38: the yearly amounts and the cost items each add up to the total, to the cent."""
    total = context.money("total_investment")
    for field, zh, en in (
        ("annual_investment", "年度投资合计与总投资额不一致", "The annual amounts do not add up to the total"),
        ("budget_breakdown", "概算明细合计与总投资额不一致", "The cost items do not add up to the total"),
    ):
        found = sum((_amount(row) for row in context.rows(field)), Decimal(0))
        if found != total:
            context.block(
                field,
                "R-PJ-38",
                f"{zh}：合计 {found:,.2f} 元，总投资 {total:,.2f} 元",
                f"{en}: {found:,.2f} against {total:,.2f} yuan",
                article="pj-2020#10",
            )


def checklist(context: Context) -> list[dict[str, Any]]:
    """What intake has to find in this application, unticked."""
    items = ["项目申报表", "建设方案文本", "信息安全设计", "安全可靠产品清单", "投资概算明细", "年度实施计划"]
    if context["plan_author_type"] == THIRD_PARTY:
        items.append("方案编制单位资质")
    if context["share_commit"] == "有理由不同意":
        items.append("不同意共享的理由和材料")
    return [{"item": item, "present": False, "note": None} for item in items]


def _amount(row: Mapping[str, Any]) -> Decimal:
    return Decimal(str(row.get("amount") or 0))
