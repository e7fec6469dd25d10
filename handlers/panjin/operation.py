"""Operation of an accepted project (P8): going live, money for maintenance. Open this for R-PJ-25 and R-PJ-27."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from handlers.panjin import plan_items, projects, systems
from handlers.panjin.acceptance_facts import last, list_choices
from handlers.panjin.construction_parties import find_parties
from handlers.panjin.spans import add_years
from service.sdk import Context, Level, handler

#: A plan item whose money is there.
FUNDED = ("listed", "urgent_approved")
#: One that may still be filed anew.
OPEN = ("filed", "late", "deferred", "rejected", "withdrawn")


@handler("load_operation", inline=True)
def load_operation(context: Context) -> dict[str, Any]:
    """Begin the operation: dates of the acceptance, parties, and from which days the yearly duties count."""
    project = projects.get(context).data
    accepted = project.get("accepted_on")
    free_until = project.get("free_until")
    years = int(context.parameter("free_maintenance_years"))
    if free_until is None and isinstance(accepted, date):
        free_until = add_years(accepted, years)
    free_from, free_months = accepted, 12 * years
    free_from = accepted
    if isinstance(free_until, date) and isinstance(accepted, date) and free_until != add_years(accepted, years):
        free_from = add_years(free_until, -years)  # so that D-PJ-07 ends, and reminds, by the contract
        free_months = max((free_until.year - accepted.year) * 12 + free_until.month - accepted.month, 0)
    planned_on = last(projects.get(context), "security_baseline").get("on")
    months = int(context.parameter("service_record_months"))
    return find_parties(context) | {
        "accepted_on": accepted,
        "free_until": free_until,
        "free_from": free_from,
        "service_until": project.get("service_until"),
        "certificate": project.get("certificate"),
        "contracts": list_choices(context),
        "service_cycle": f"R{max(free_months // months, 1)}/P{months}M",
        "drilled_on": planned_on or accepted,
        "assessed_on": accepted,
        "operation_result": None,
    }


@handler("record_go_live", inline=True)
def record_go_live(context: Context) -> dict[str, Any]:
    """R-PJ-25: formal use begins after the final acceptance, on its day at the earliest."""
    accepted, day = projects.get(context).data.get("accepted_on"), context["go_live_date"]
    if not isinstance(accepted, date) or not isinstance(day, date) or day < accepted:
        after = f"（终验 {accepted.isoformat()}）" if isinstance(accepted, date) else ""
        context.block(
            "go_live_date", "R-PJ-25", f"终验合格前不得正式投入使用{after}", "No formal use before final acceptance",
            article="pj-2020#25",
        )  # fmt: skip
        return {}
    number = context["resource_catalog_no"]
    projects.set_status(context, None, "operating", go_live_on=day, resource_catalog_no=number)
    systems.put(context, systems.IN_USE)
    return {"go_live_on": day}


@handler("record_service", inline=True)
def record_service(context: Context) -> dict[str, Any]:
    """Keep what the contractor did for the system."""
    row = {"on": context.today, "period": context["period"], "summary": context["summary"], "faults": context["faults"]}
    return {"service_records": [*context.rows("service_records"), row]}


@handler("record_maintenance", inline=True)
def record_maintenance(context: Context) -> dict[str, Any]:
    """R-PJ-27: no money for maintenance within the free period; what comes after it is entered for the year's plan."""
    year, free_until = int(context["year"]), projects.get(context).data.get("free_until") or context["free_until"]
    if isinstance(free_until, date) and date(year, 12, 31) <= free_until:
        context.block(
            "year", "R-PJ-27", f"免费运维期内不得列支运维费：免费至 {free_until.isoformat()}",
            f"No O&M fee within the free period: it lasts until {free_until.isoformat()}", article="pj-2020#21",
        )  # fmt: skip
        return {}
    key = item_key(context, year)
    known = context.registers.read(plan_items.REGISTER, key)
    if known is not None and known.data.get("status") not in OPEN:
        context.block(
            "year", "plan-item", f"{year} 年度的运维经费已在计划中", f"Maintenance of {year} is in the plan already",
            article="pj-2020#9",
        )  # fmt: skip
        return {}
    project, amount = projects.get(context).data, context["amount"]
    plan_items.put(
        context, key, plan_year=year, project_id=projects.key_of(context), project_name=f"{project['project_name']}运行维护",
        unit_id=project["unit_id"], unit_name=project.get("owner_name") or context["unit_name"], category=plan_items.MAINTENANCE,
        type=plan_items.MAINTENANCE_TYPE, status="filed", total_investment=amount, year_investment=amount,
        filed_on=context.today, late=False, remark=context["basis"],
    )  # fmt: skip
    return {"maintenance_year": Decimal(year), "maintenance_amount": amount}


@handler("end_free_period", inline=True)
def end_free_period(context: Context) -> dict[str, Any]:
    """D-PJ-07 is over: maintenance is paid from now on, if the plan of the year has money for it."""
    project = projects.get(context).data
    year = (project["free_until"] + timedelta(days=1)).year
    if is_funded(context, year):
        projects.set_status(context, None, "om_paid")
        return {"om_state": "om_paid"}
    projects.set_status(context, None, "om_unfunded")
    context.notify(
        "pj_center_super",
        f"{project['project_name']}免费运维期已满，{year} 年度运维经费尚未落实",
        f"Free maintenance of {project['project_name']} has ended, and {year} has no money for its maintenance",
        deadline="D-PJ-07",
    )
    return {"om_state": "om_unfunded"}


@handler("settle_maintenance", inline=True)
def settle_maintenance(context: Context) -> dict[str, Any]:
    """A year's plan is out: maintenance that had no money may have it now."""
    if projects.get(context).data.get("status") != "om_unfunded" or not is_funded(context, int(context["listed_year"])):
        return {}
    projects.set_status(context, None, "om_paid")
    return {"om_state": "om_paid"}


def is_funded(context: Context, year: int) -> bool:
    """Whether the year's plan has money for the project's maintenance."""
    item = context.registers.read(plan_items.REGISTER, item_key(context, year))
    return item is not None and item.data.get("status") in FUNDED and item.data.get("decision") != "不安排"


@handler("note_service_life", inline=True)
def note_service_life(context: Context) -> None:
    """D-PJ-04 is over: the system may be taken out of use without an override (R-PJ-06)."""
    until = context["service_until"]
    day = until.isoformat() if isinstance(until, date) else ""
    zh, en = f"最短使用年限已满（{day}），停用不须破例", f"The shortest service life is over ({day}): retiring needs no override"
    context.find("R-PJ-06", zh, en, level=Level.FLAG, article="pj-2020#11")
    context.notify(f"pj_unit_clerk@{context.case.unit}", zh, en)


@handler("record_retirement", inline=True)
def record_retirement(context: Context) -> dict[str, Any]:
    """The system is out of use, and with it the project's life is over."""
    projects.set_status(context, None, "retired", retired_on=context["retired_on"] or context.today)
    if systems.find(context) is not None:
        systems.put(context, systems.RETIRED)
    return {"operation_result": "retired"}


def item_key(context: Context, year: int) -> str:
    """The plan item of a year's maintenance."""
    return f"{projects.key_of(context)}:{year}:om"
