"""The fund plan (F-PJ-03) and the listing. Open this when a project is listed without its money, or P0 waits in vain."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers.panjin import plan_items, projects
from handlers.panjin.plan_arrangement import enter
from handlers.panjin.plan_pool import READY
from handlers.panjin.plan_references import poor_performance
from handlers.panjin.plan_years import LISTED, add_version, patch_year, plan_year
from service.sdk import Context, handler

ALL, PART, NONE = "安排", "部分安排", "不安排"
FUNDS, FUNDS_ARTICLE = "R-PJ-35", "pj-2020#9"
#: What Finance fills in.
ENTERED = ("decision", "amount", "source", "reason")


@handler("load_fund_plan", inline=True)
def load_fund_plan(context: Context) -> dict[str, Any]:
    """Fill in a line for each arranged item, with what the last performance evaluation says against it (R-PJ-29)."""
    blank = dict.fromkeys(ENTERED)
    return {
        "fund_items": [{**row, **blank, "performance": poor_performance(context, row)} for row in context.rows("arranged_items")]
    }


@handler("check_fund_plan", inline=True)
def check_fund_plan(context: Context) -> dict[str, Any]:
    """R-PJ-35: the amount says what the decision says. R-PJ-29: money after a poor performance result needs a reason."""
    rows = enter(context.rows("fund_items"), context.rows("fund_entered"), ENTERED)
    for number, row in enumerate(rows):
        _check_amount(context, row, f"items.{number}.amount")
        if row.get("performance") and row.get("decision") != NONE and not row.get("reason"):
            context.block(
                f"items.{number}.reason",
                "R-PJ-29",
                f"绩效评价结果将作为资金计划依据：{row['performance']}，安排资金请说明理由",
                f"Performance result is a basis for the fund plan: {row['performance']}; state why it is funded",
                article="pj-2020#27",
            )
    return {"fund_items": rows}


@handler("list_plan", inline=True)
def list_plan(context: Context) -> None:
    """R-PJ-17: the arranged items are the annual plan. Tell each project, and keep this version of the plan."""
    rows = context.rows("fund_items")
    for row in rows:
        funds = {name: row.get(name) for name in ("decision", "amount", "source")}
        reasons = [row["reason"]] if row.get("reason") else []
        plan_items.put(context, row["key"], status="listed", reasons=reasons, reason_codes=[], **funds)
        if row["category"] == plan_items.BUILD:
            _tell(context, row)
        elif row.get("project_id"):
            _publish(context, str(row["project_id"]), row)
    versions = add_version(context, "年度计划", rows)
    patch_year(context, status=LISTED, listed_on=context.today, versions=versions)


@handler("list_supplement", inline=True)
def list_supplement(context: Context) -> None:
    """Art 9: a project that the city government approved by itself is added to the plan of its year."""
    project = str(context["supplement_project"])
    known = projects.find(context, project)
    data: Mapping[str, Any] = known.data if known else {}
    amount = context.money("supplement_amount")
    item = plan_items.put(
        context, f"{project}:{plan_year(context)}", plan_year=plan_year(context), project_id=project, category=plan_items.BUILD,
        project_name=context["supplement_name"], unit_id=data.get("unit_id"), unit_name=data.get("owner_name"),
        total_investment=data.get("total_investment"), status="urgent_approved", arranged_amount=amount, amount=amount,
        decision=ALL, filed_on=context.today, late=False,
    )  # fmt: skip
    patch_year(context, versions=add_version(context, "一事一议补列", [item]))
    context.notify(
        ["pj_center_plan", "pj_fin_budget"],
        f"一事一议补列入 {plan_year(context)} 年度计划：{context['supplement_name']}，{amount:,.2f} 元",
        f"Added to the plan of {plan_year(context)} as urgent: {context['supplement_name']}, {amount:,.2f} yuan",
    )


def _check_amount(context: Context, row: Mapping[str, Any], at: str) -> None:
    amount, suggested = _money(row, "amount"), _money(row, "suggested_year_amount")
    wrong = {
        ALL: (amount <= 0, "选“安排”的，金额应大于 0", "To arrange means an amount above 0"),
        PART: (not 0 < amount < suggested, "选“部分安排”的，金额应大于 0、小于建议金额", "In part: above 0, less than suggested"),
        NONE: (amount != 0, "选“不安排”的，金额应为 0", "Not to arrange means an amount of 0"),
    }  # fmt: skip
    bad, zh, en = wrong.get(str(row.get("decision")), (False, "", ""))
    if bad:
        context.block(at, FUNDS, zh, en, article=FUNDS_ARTICLE)
    elif amount > suggested:
        zh = f"当年资金不得超过建设安排计划的建议金额 {suggested:,.2f} 元"
        en = f"The funds of the year may not exceed the {suggested:,.2f} yuan of the arrangement plan"
        context.block(at, FUNDS, zh, en, article=FUNDS_ARTICLE)


def _tell(context: Context, row: Mapping[str, Any]) -> None:
    """Write the project's entry, and tell its case. A project that is under way keeps its status and the day of its listing."""
    project, amount = str(row["project_id"]), _money(row, "amount")
    known = projects.get(context, project).data
    fields = {"arranged_amount": amount, "plan_year": plan_year(context)}
    if known.get("status") in (*READY, "listed"):
        fields |= {"status": "funded" if amount else "listed", "listed_on": context.today}
    elif known.get("listed_on") is None:
        fields["listed_on"] = context.today
    projects.patch(context, project, **fields)
    _publish(context, project, row)


def _publish(context: Context, project: str, row: Mapping[str, Any]) -> None:
    """Tell the case that waits for the plan: the project itself, or its operation where the line is for maintenance."""
    amount = _money(row, "amount")
    context.publish(
        "pj.planListed", project, project_id=project, unit_id=row["unit_id"], plan_year=plan_year(context),
        decision=row["decision"], amount=amount, arranged_amount=row["arranged_amount"], reason=row.get("reason"),
    )  # fmt: skip


def _money(row: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(row.get(name) or 0)
