"""The pool of a plan year (P1.B2). Open this when a project is in the pool that should not be, or was dropped.

`load_pool` lays out the facts, the table `pool_screening` judges each item, `screen_pool` acts on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.panjin import plan_items, projects
from handlers.panjin.plan_references import find_splitting, note_evaluation
from handlers.panjin.plan_years import POOLED, patch_year, plan_year
from service.sdk import Context, Level, handler

#: Reviewed, and not beyond the plan.
READY = ("reviewed", "rejected")
#: Not reviewed, or out for good. Everything else is under way already and asks for the next year's money.
NOT_READY = ("filed", "county_recorded", "not_passed", "merged", "withdrawn", "terminated", "retired")
#: What the table says of an item, and why it is dropped.
REASONS = {
    "unchecked": "单位计划未经中心核对",
    "unreviewed": "未通过技术审查",
    "excluded": "存在不得列入年度计划的情形",
}


@handler("load_pool", inline=True)
def load_pool(context: Context) -> dict[str, Any]:
    """List the year's items with what the project register knows of each."""
    return {"pool_rows": [_row(context, item.key, item.data) for item in _waiting(context)]}


@handler("screen_pool", inline=True)
def screen_pool(context: Context) -> dict[str, Any]:
    """R-PJ-12: drop what the table excludes, each with its reasons; R-PJ-09 and R-PJ-28: mark what the planner has to answer."""
    judged = list(zip(context.rows("pool_rows"), context["pool_outcomes"] or (), strict=True))
    pool = [dict(row) for row, outcome in judged if outcome == "pooled"]
    for row, outcome in judged:
        if outcome != "pooled":
            reject(context, row, [_reason(row, outcome)], list(row["grounds"]) or [REASONS[outcome]])
    building = [row for row in pool if row["category"] == plan_items.BUILD and not row["continuing"]]
    for row in pool:
        row |= {"splitting": find_splitting(context, row, building) if row in building else None, **note_evaluation(context, row)}
    for row in pool:
        plan_items.put(
            context,
            row["key"],
            status="pooled",
            project_id=row["project_id"],
            splitting=row["splitting"],
            evaluation=row["evaluation"],
        )
    patch_year(context, status=POOLED, pool_closed_on=context.today)
    return {
        "pool_items": pool,
        "pool_size": len(pool),
        "pool_names": list(dict.fromkeys(row["project_name"] for row in pool)),
        "pool_units": sorted({row["unit_id"] for row in pool}),
        "pool_authors": sorted({row["author_code"] for row in pool if row["author_code"]}),
    }


def reject(context: Context, row: Mapping[str, Any], reasons: list[str], codes: list[str]) -> None:
    """Drop an item from the plan, in the registers and to the project's own case."""
    project = row.get("project_id")
    plan_items.put(context, str(row["key"]), status="rejected", reasons=reasons, reason_codes=codes, project_id=project)
    named = "；".join(reasons)
    context.find(
        "R-PJ-12",
        f"{row['project_name']}：{named}",
        f"{row['project_name']} is not eligible for the annual plan: {named}",
        level=Level.ROUTE,
        article="pj-2020#13",
    )
    if not project or row["category"] != plan_items.BUILD:
        return
    if projects.get(context, str(project)).data.get("status") in READY:
        projects.set_status(context, str(project), "rejected")
    context.publish(
        "pj.planRejected", str(project), project_id=project, unit_id=row["unit_id"], plan_year=plan_year(context),
        reasons=reasons, reason_codes=codes,
    )  # fmt: skip


def _waiting(context: Context) -> list[Any]:
    return plan_items.list_items(context, plan_year(context), "filed", "late")


def _row(context: Context, key: str, data: Mapping[str, Any]) -> dict[str, Any]:
    project = plan_items.find_project(context, data, unit=str(data["unit_id"]))
    known: Mapping[str, Any] = project.data if project else {}
    status, total = known.get("status"), projects.in_force(project).get("budget") if project else None
    return {
        "key": key, "project_id": project.key if project else None, "project_name": data["project_name"],
        "unit_id": data["unit_id"], "unit_name": data.get("unit_name") or known.get("owner_name") or data["unit_id"],
        "category": data["category"], "year_investment": data.get("year_investment"),
        "total_investment": data.get("total_investment"),
        "reviewed_total": total if data["category"] == plan_items.BUILD else None,
        "objective": known.get("objective"), "author_code": known.get("credit_code"),
        "checked": data.get("checked_on") is not None or data["category"] == plan_items.MAINTENANCE,
        "reviewed": project is not None and status not in NOT_READY and total is not None,
        "continuing": project is not None and status not in (*READY, *NOT_READY),
        "grounds": [str(ground) for ground in known.get("exclusion_grounds") or ()],
        "other_ground": known.get("other_ground"),
    }  # fmt: skip


def _reason(row: Mapping[str, Any], outcome: str) -> str:
    if outcome != "excluded":
        return REASONS[outcome]
    other = row.get("other_ground")
    named = "、".join(f"{ground}（{other}）" if ground == "其他" and other else str(ground) for ground in row["grounds"])
    return f"{REASONS[outcome]}：{named}"
