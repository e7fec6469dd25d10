"""A unit's yearly plan (F-PJ-01): opened, checked, stamped with its day, deferred or sent the urgent way when late.

Open this when a plan is late that should not be, or its projects stand in another year.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers.panjin import plan_items, projects
from handlers.panjin.plan_years import due_day, plan_year, pool_is_open
from service.sdk import Context, Level, handler

RULE, ARTICLE = "R-PJ-33", "pj-2020#9"
ZH, EN = "年度计划应于8月底前报送", "Annual plan is due by end of August"
#: Stages before the plan; a later one is not moved back by it.
PLANNABLE = ("filed", "reviewed", "rejected", "listed")


@handler("open_unit_plan", inline=True)
def open_unit_plan(context: Context) -> dict[str, Any]:
    """Lay out what was deferred to this year, so that nobody types it again."""
    year, unit = plan_year(context), str(context["unit_id"])
    rows = [
        {
            "project": item.data.get("project_id"), "project_name": item.data.get("project_name"), "type": item.data.get("type"),
            "total_investment": item.data.get("total_investment"), "year_investment": item.data.get("year_investment"),
            "priority": number,
        }
        for number, item in enumerate(plan_items.list_items(context, year, "filed"), 1)
        if item.data.get("unit_id") == unit and item.data.get("deferred_from")
    ]  # fmt: skip
    return {"unit_items": rows, "filed_on": None, "late": False, "plan_items": [], "revise_reason": None}


@handler("check_unit_plan_form", inline=True)
def check_unit_plan_form(context: Context) -> dict[str, Any]:
    """What the unit asks for adds up; the day of the first complete filing counts, not that of a correction."""
    total_rule = ("R-PJ-38", "年度投资额不得大于总投资额", "The year's investment cannot exceed the total")
    for number, row in enumerate(context.rows("unit_items")):
        if _money(row, "year_investment") > _money(row, "total_investment"):
            rule, zh, en = total_rule
            context.block(f"items.{number}.year_investment", rule, zh, en, article="pj-2020#10")
    return {"submitted_on": context["filed_on"] or context.today}


@handler("stamp_filing", inline=True)
def stamp_filing(context: Context) -> dict[str, Any]:
    """R-PJ-33: on time by the day on which the form came in. Enter the items; lines that a correction dropped are withdrawn."""
    filed_on, due = context["submitted_on"], due_day(context)
    on_time = due is None or filed_on <= due
    word, word_en = ("按期", "on time") if on_time else ("逾期", "late")
    context.find(
        RULE,
        f"{ZH}：{filed_on} 报送，{due} 截止，{word}",
        f"{EN}: filed on {filed_on}, due on {due}: {word_en}",
        level=Level.ROUTE if on_time else Level.FLAG,
        article=ARTICLE,
    )
    return {
        "filed_on": filed_on,
        "late": not on_time,
        "filing_status": word,
        "plan_items": _enter(context, "filed" if on_time else "late", filed_on=filed_on, late=not on_time),
    }


@handler("accept_late", inline=True)
def accept_late(context: Context) -> None:
    """R-PJ-33: a late plan is accepted with a reason, as long as the pool is open."""
    if not pool_is_open(context):
        context.block(
            "decision",
            RULE,
            f"{ZH}：项目池已截止，只能转下一年度或走一事一议",
            f"{EN}: the pool is closed; defer it to the next year or take the urgent route",
            article=ARTICLE,
        )
    plan_items.move(context, context.rows("plan_items"), "filed", late_reason=context["late_opinion"])


@handler("defer_plan", inline=True)
def defer_plan(context: Context) -> None:
    """Carry the items, and their projects, into the next plan year."""
    defer(context, context["late_opinion"] or "项目池已截止")


@handler("route_urgent", inline=True)
def route_urgent(context: Context) -> None:
    """Take the items out of the plan: the unit files its urgent projects one by one (art 9)."""
    plan_items.move(context, context.rows("plan_items"), "withdrawn", reasons=[str(context["late_opinion"] or "转一事一议")])
    context.notify(
        f"pj_unit_clerk@{context['unit_id']}",
        f"{plan_year(context)} 年度计划逾期报送，请按一事一议另行申报紧急项目",
        f"The plan for {plan_year(context)} came late: file urgent projects one by one",
    )


def defer(context: Context, reason: str) -> None:
    """R-PJ-33: the items of this year are deferred, the same items stand in the next one, and so do their projects."""
    year = plan_year(context)
    for row in context.rows("plan_items"):
        plan_items.put(context, str(row["key"]), status="deferred", reasons=[reason], late_reason=reason)
        known = context.registers.read(plan_items.REGISTER, str(row["key"]))
        data = dict(known.data) if known else {}
        data |= {"plan_year": year + 1, "status": "filed", "deferred_from": year, "late": False, "checked_on": None}
        following = plan_items.key_of(row, unit=str(context["unit_id"]), year=year + 1)
        plan_items.put(context, following, **{**data, "reasons": [], "late_reason": None})
        project = row.get("project_id")
        if project and projects.get(context, str(project)).data.get("status") in PLANNABLE:
            projects.patch(context, str(project), plan_year=year + 1)


def _enter(context: Context, status: str, **facts: Any) -> list[dict[str, Any]]:
    year, unit = plan_year(context), str(context["unit_id"])
    rows: list[dict[str, Any]] = []
    for line in context.rows("unit_items"):
        project = plan_items.find_project(context, line, unit=unit)
        row = dict(line) | {"project_id": project.key if project else None, "category": plan_items.category_of(line)}
        row["priority"] = int(line.get("priority") or 0)
        row["key"] = plan_items.key_of(row, unit=unit, year=year)
        fields = {name: row.get(name) for name in (*_COPIED, "project_id", "category")}
        plan_items.put(context, row["key"], plan_year=year, unit_id=unit, unit_name=context["unit_name"], status=status,
                       checked_on=None, **fields, **facts)  # fmt: skip
        rows.append({**fields, "key": row["key"]})
    kept = {row["key"] for row in rows}
    plan_items.move(context, (row for row in context.rows("plan_items") if row["key"] not in kept), "withdrawn")
    return rows


_COPIED = ("project_name", "type", "total_investment", "year_investment", "priority")


def _money(row: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(row.get(name) or 0)
