"""The course of a project (P0): what the master case records between its stages. Open this when a status is wrong."""

from __future__ import annotations

from typing import Any

from handlers.panjin import projects
from service.sdk import Context, Level, handler

#: What the end of an application makes of the project.
ENDED = {"并入": "merged", "撤回": "withdrawn"}
PASSED = "通过"
#: Decisions of the fund plan that let a project be procured.
ARRANGED = ("安排", "部分安排")
PLAN_ITEM = "plan_item"


@handler("record_review", inline=True)
def record_review(context: Context) -> dict[str, Any]:
    """Enter how the application ended; a project that passed is known in the register with its indicators by now."""
    known = projects.find(context)
    result = str(context["review_result"] or "")
    if known is not None and result != PASSED:
        projects.set_status(context, None, ENDED.get(result, "not_passed"))
    data = known.data if known is not None else {}
    return {"major": data.get("major") is True, "plan_year": data.get("plan_year") or context["plan_year"]}


@handler("check_listing", inline=True)
def check_listing(context: Context) -> dict[str, Any]:
    """R-PJ-17 and R-PJ-35: a listed project is procured once money is arranged; without money it waits for another year."""
    funded = context["fund_decision"] in ARRANGED and context.money("fund_amount") > 0
    if not funded:
        reason = context["fund_reason"] or "—"
        context.find(
            "R-PJ-35",
            f"未落实资金计划，暂不采购：{reason}",
            f"Funds not arranged, no procurement yet: {reason}",
            level=Level.FLAG,
            article="pj-2020#9",
        )
    return {"funded": funded}


@handler("record_rejection", inline=True)
def record_rejection(context: Context) -> dict[str, Any]:
    """Enter that the year's plan leaves the project out, and tell the clerk why."""
    projects.set_status(context, None, "rejected")
    reasons = [str(reason) for reason in context["rejection_reasons"] or ()]
    return {"rejection_note": "\n".join(reasons) or "未说明理由"}


@handler("reenter_plan", inline=True)
def reenter_plan(context: Context) -> dict[str, Any]:
    """Put the project into the pool of the next year, with what the plan knew of it."""
    key, year = projects.key_of(context), int(context["plan_year"]) + 1
    data = projects.set_status(context, None, "reviewed", plan_year=year)
    before = context.registers.read(PLAN_ITEM, f"{key}:{year - 1}")
    known = context.registers.read(PLAN_ITEM, f"{key}:{year}")
    item = _item(context, data, year) | ({"type": before.data.get("type")} if before else {})
    item |= {"status": "filed", "deferred_from": year - 1}  # so that the unit finds it in its next plan
    context.write(PLAN_ITEM, f"{key}:{year}", item, expected=known.version if known else 0)
    return {"plan_year": year}


@handler("record_urgent", inline=True)
def record_urgent(context: Context) -> dict[str, Any]:
    """Enter a project that the city government approved by itself: listed in this year's plan, its money arranged."""
    key, year, amount = projects.key_of(context), int(context["plan_year"]), context.money("fund_amount")
    data = projects.set_status(context, None, "urgent_approved", listed_on=context.today, arranged_amount=amount)
    known = context.registers.read(PLAN_ITEM, f"{key}:{year}")
    item = _item(context, data, year) | {"status": "urgent_approved", "decision": "安排", "amount": amount}
    context.write(PLAN_ITEM, f"{key}:{year}", item, expected=known.version if known else 0)
    return {"funded": True}


@handler("record_status", inline=True)
def record_status(context: Context) -> None:
    """Move the project to the status in the headers."""
    projects.set_status(context, None, context.headers["status"])


@handler("note_change", inline=True)
def note_change(context: Context) -> dict[str, Any]:
    """Take over the indicators that a decided change has put in force."""
    found = projects.get(context)
    version = found.data.get("indicator_version")
    context.find(
        "R-PJ-16",
        f"变更 {context['change_id']}：{context['result']}；控制指标现为第 {version} 版",
        f"Change {context['change_id']}: {context['result']}; indicators are at version {version}",
        level=Level.ROUTE,
        article="pj-2020#14",
    )
    return {"indicator_version": version}


@handler("note_contract", inline=True)
def note_contract(context: Context) -> None:
    """Keep in the project's history that a lot is under contract."""
    context.find(
        "R-PJ-17",
        f"标项 {context['lot_id']} 已签订合同：{context['party_b']}，{context['amount']} 元",
        f"Lot {context['lot_id']} is under contract: {context['party_b']}, CNY {context['amount']}",
        level=Level.ROUTE,
        article="pj-2020#16",
    )


@handler("note_site_check", inline=True)
def note_site_check(context: Context) -> None:
    """R-PJ-08: a breach found on the site stands on every task of the project."""
    breach = context["breach"] is True
    context.find(
        "R-PJ-08",
        f"现场核查：{context['finding']}",
        f"Site check: {context['finding']}",
        level=Level.FLAG if breach else Level.ROUTE,
        article="pj-2020#11",
    )


@handler("note_incident", inline=True)
def note_incident(context: Context) -> None:
    """R-PJ-32: keep in the project's history that an incident was reported."""
    context.find(
        "R-PJ-32",
        f"发生安全事件（{context['grade']}）",
        f"A security incident was reported ({context['grade']})",
        level=Level.FLAG,
        article="pj-2020#31",
    )


def _item(context: Context, project: dict[str, Any], year: int) -> dict[str, Any]:
    return {
        "plan_year": year,
        "project_id": projects.key_of(context),
        "project_name": project.get("project_name"),
        "unit_id": project.get("unit_id"),
        "category": "build",
        "total_investment": project.get("total_investment"),
        "filed_on": context.today,
    }
