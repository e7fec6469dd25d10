"""The procurement of a project as a whole (P3.T1, T2 and the end): lots are planned, entered, and counted when all are done."""

from __future__ import annotations

from typing import Any

from handlers.panjin import lots, projects
from handlers.panjin.procurement_rules import check_plan, find_means
from service.sdk import Context, handler

#: States of a project that procurement moves on; a supplementary round leaves what came after them.
BEFORE = ("listed", "urgent_approved", "funded", "reviewed")


@handler("load_procurement", inline=True)
def load_procurement(context: Context) -> dict[str, Any]:
    """What the plan has to keep to, what is bought already, and the lots that failed, to be planned again."""
    means = find_means(context)
    project = projects.get(context)
    failed = [record for record in lots.list_of(context, project.key) if record.data["status"] == lots.FAILED]
    columns = ("lot_no", "lot_type", "budget", "pay_this_year", "method")
    return {
        "locked_budget": means.budget,
        "arranged_amount": means.arranged,
        "existing_lots": [lots.as_row(record) for record in means.standing],
        "committed_budget": lots.total_cost(means.standing),
        "committed_pay": lots.total_pay(means.standing, means.plan_year),
        "tech_complexity": project.data.get("tech_complexity") is True,
        "lots": [{name: record.data.get(name) for name in columns} for record in failed] or None,
        "lots_opinion": None,
    }


@handler("check_lots", inline=True)
def check_lots(context: Context) -> None:
    """P3.B1: judge the plan by the registers as they are now."""
    check_plan(context, find_means(context), context.rows("lots"))


@handler("open_lots", inline=True)
def open_lots(context: Context) -> dict[str, Any]:
    """Enter the confirmed lots, once more checked, and give the list of those to be bought."""
    check_lots(context)
    project = projects.get(context)
    opened = []
    for row in context.rows("lots"):
        key = lots.key_of(project.key, row["lot_no"])
        known = context.registers.read(lots.REGISTER, key)
        names = ("lot_no", "lot_type", "budget", "pay_this_year", "method")
        data = {name: row[name] for name in names} | {
            "lot_id": key,
            "lot_name": f"{context['project_name']} 标项{row['lot_no']}（{row['lot_type']}）",
            "project_id": project.key,
            "project_name": context["project_name"],
            "unit_id": context["unit_id"],
            "plan_year": context["plan_year"],
            "status": lots.PLANNED,
            "round": known.data.get("round") if known else 0,
        }
        context.write(lots.REGISTER, key, data, expected=known.version if known else 0)
        opened.append(data)
    if project.data.get("status") in BEFORE:
        projects.set_status(context, project.key, "procuring")
    return {"opened_lots": opened, "lot_results": None}


@handler("sum_up_lots", inline=True)
def sum_up_lots(context: Context) -> dict[str, Any]:
    """List the lots of this round that nobody won."""
    failed = [row for row in context.rows("lot_results") if row.get("result") != lots.CONTRACTED]
    return {"failed_lots": failed, "lots_failed": bool(failed)}


@handler("close_procurement", inline=True)
def close_procurement(context: Context) -> dict[str, Any]:
    """The project is contracted when the work itself is: a lot other than supervision and testing."""
    project = projects.get(context)
    standing = lots.list_standing(context, project.key)
    bought = [record for record in standing if record.data["status"] == lots.CONTRACTED]
    contracted = any(record.data["lot_type"] not in lots.ACCOMPANYING for record in bought)
    if contracted and project.data.get("status") == "procuring":
        projects.set_status(context, project.key, "contracted")
    return {"procurement_result": "contracted" if contracted else "failed"}
