"""The Centre's check of a unit's plan (P1.T4): who has to build (R-PJ-02), and what is built already (R-PJ-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers.panjin import plan_items
from handlers.panjin.duplicates import find_duplicates
from handlers.panjin.plan_filing import defer
from handlers.panjin.plan_years import plan_year, pool_is_open
from service.sdk import Context, Level, handler

#: What the table `building_mode` asks of a project.
FACTS = ("scope_level", "lead_dept", "base_facility", "status", "objective")


@handler("load_plan_rows", inline=True)
def load_plan_rows(context: Context) -> dict[str, Any]:
    """Put beside each line of the plan what the project register knows of it."""
    rows = []
    for row in context.rows("plan_items"):
        project = context.registers.read("project", str(row.get("project_id")))
        known: Mapping[str, Any] = project.data if project else {}
        rows.append({**row, **{name: known.get(name) for name in FACTS}, "applied": project is not None})
    return {"plan_rows": rows}


@handler("compare_plan", inline=True)
def compare_plan(context: Context) -> dict[str, Any]:
    """R-PJ-02, R-PJ-13: say of each line what speaks against building it so; the planner decides."""
    rows = []
    for row, mode in zip(context.rows("plan_rows"), context.rows("plan_modes"), strict=True):
        notes = [note for note in (_mode(context, row, mode), _duplicate(context, row)) if note]
        if not row["applied"]:
            notes.append("尚未申报")
        rows.append({**row, "note": "；".join(notes) or "无"})
    return {"plan_rows": rows, "plan_check_items": rows}


@handler("accept_plan", inline=True)
def accept_plan(context: Context) -> dict[str, Any]:
    """The plan fits the design of the city: its items go into the pool, or into the next year's when the pool is closed."""
    if pool_is_open(context):
        plan_items.move(context, context.rows("plan_items"), "filed", checked_on=context.today)
        return {"pool_missed": False}
    zh = f"{plan_year(context)} 年度项目池已截止，转入下一年度"
    context.find(
        "R-PJ-33", zh, f"The pool of {plan_year(context)} is closed: carried over", level=Level.ROUTE, article="pj-2020#9"
    )
    defer(context, zh)
    return {"pool_missed": True}


def _mode(context: Context, row: Mapping[str, Any], mode: Mapping[str, Any] | None) -> str | None:
    if not mode or mode.get("mismatch") is not True or not row.get("scope_level"):
        return None
    note = f"建设主体与项目覆盖范围不符，应由{mode['builder']}统一建设"
    context.find(
        "R-PJ-02",
        f"{row['project_name']}：{note}",
        f"{row['project_name']}: builder does not match project coverage; should be built by {mode['builder_en']}",
        level=Level.ROUTE,
        article="pj-2020#6",
    )
    return note


def _duplicate(context: Context, row: Mapping[str, Any]) -> str | None:
    """Ask of one line what P2 asks of an application: in a context of its own, whose finding is taken over."""
    asked = {"project_name": row.get("project_name"), "objective": row.get("objective")}
    case = replace(context.case, business_key=str(row.get("project_id") or ""), unit=str(context["unit_id"]))
    alone = replace(context, variables=asked, case=case, findings=[], writes=[], publications=[], notices=[])
    _, note = find_duplicates(alone)
    context.findings.extend(alone.findings)
    return note
