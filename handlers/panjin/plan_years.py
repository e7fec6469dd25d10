"""The register of plan years. Open this to see when a plan year begins, whose plan is late, and how its versions are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from service.sdk import Context, Level, Record, handler

REGISTER = "plan_year"
COLLECTING, POOLED, SENT, LISTED, CLOSED = "collecting", "pooled", "sent", "listed", "closed"


@handler("open_plan_year", inline=True)
def open_plan_year(context: Context) -> dict[str, Any]:
    """Open the plan year and list the units that file for it. A year is opened once: a person is refused, the timer goes home."""
    year = plan_year(context) or context["scheduled_for"].year + 1
    known = find_year(context, year)
    by_hand = context["scheduled_for"] is None
    if known is not None and by_hand:
        context.block(
            "plan_year",
            "one_plan_a_year",
            f"{year} 年度计划已于 {known.data.get('opened_on')} 开启，一个年度只编制一次",
            f"The plan of {year} was opened on {known.data.get('opened_on')}; a year has one plan",
            article="pj-2020#9",
        )
    if known is not None:
        return {"plan_year": year, "already_open": True, "plan_units": []}
    data: dict[str, Any] = {
        "name": f"{year} 年度计划",
        "plan_year": year,
        "status": COLLECTING,
        "opened_on": context.today,
        "late_units": [],
    }
    context.write(REGISTER, str(year), data | {"versions": []}, expected=0)
    units = [
        {"unit_id": record.key, "unit_name": record.data.get("name")}
        for record in context.registers.search("unit", kind="department", level="city")
        if record.data.get("active") is not False
    ]
    for unit in units:
        context.notify(
            f"pj_unit_lead@{unit['unit_id']}",
            f"{year} 年度计划已开启，请于 8 月底前报送本单位年度项目实施计划",
            f"The plan of {year} is open: the unit's plan is due by the end of August",
        )
    return {"plan_year": year, "already_open": False, "plan_units": units}


@handler("mark_late", inline=True)
def mark_late(context: Context) -> dict[str, Any]:
    """R-PJ-33: nothing was filed by the due day. The unit stands on the list of late units; it may still file."""
    year, unit, due = plan_year(context), str(context["unit_id"]), due_day(context)
    name = context["unit_name"] or unit
    late = [*_list(context, "late_units"), {"unit_id": unit, "unit_name": name, "due": due}]
    patch_year(context, late_units=late)
    context.find(
        "R-PJ-33",
        f"{name}未在 {due} 前报送 {year} 年度计划，已列为逾期",
        f"{name} did not file its plan for {year} by {due}; it is marked late",
        level=Level.FLAG,
        article="pj-2020#9",
    )
    context.notify(
        [f"pj_unit_lead@{unit}", "pj_center_lead"],
        f"逾期：{name}未在 {due} 前报送 {year} 年度项目实施计划",
        f"Overdue: {name} did not file its plan for {year} by {due}",
        deadline="D-PJ-01",
    )
    return {"late": True}


@handler("close_plan_year", inline=True)
def close_plan_year(context: Context) -> None:
    """31 December of the plan year is over."""
    patch_year(context, status=CLOSED)


def plan_year(context: Context) -> int:
    """The plan year of the case; 0 before it is known."""
    return int(context["plan_year"] or 0)


def due_day(context: Context) -> date | None:
    """The effective day of the deadline that the diagram hands in as `plan_due`."""
    due = context["plan_due"]
    found: date | None = due["effective"] if isinstance(due, Mapping) else due
    return found


def find_year(context: Context, year: int) -> Record | None:
    return context.registers.read(REGISTER, str(year))


def pool_is_open(context: Context) -> bool:
    """Whether units' plans can still get into the pool of the year."""
    known = find_year(context, plan_year(context))
    return known is None or known.data.get("status") == COLLECTING


def patch_year(context: Context, **fields: Any) -> None:
    """Write the next version of the year's entry with `fields` replaced."""
    year = plan_year(context)
    known = find_year(context, year)
    before = dict(known.data) if known else {"name": f"{year} 年度计划", "plan_year": year, "status": COLLECTING}
    context.write(REGISTER, str(year), before | fields, expected=known.version if known else 0)


def add_version(context: Context, kind: str, items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The versions of the plan with one more at the end; earlier ones are not touched."""
    earlier = _list(context, "versions")
    kept = ("project_id", "project_name", "category", "rank", "arranged_amount", "decision", "amount")
    rows = [{name: item.get(name) for name in kept} for item in items]
    return [*earlier, {"version": len(earlier) + 1, "kind": kind, "on": context.today, "items": rows}]


def _list(context: Context, name: str) -> list[Any]:
    known = find_year(context, plan_year(context))
    return list(known.data.get(name) or ()) if known else []
