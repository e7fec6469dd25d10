"""Projects that may be parts of one (R-PJ-09). Open this when splitting is suspected wrongly, or not seen."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.panjin.likeness import find_similar, row_of, worth_comparing
from service.sdk import Context, Record

RELATION, DECLARED = "疑似拆分", "申报单位列明"


def suspect_splitting(context: Context) -> list[dict[str, Any]]:
    """List similar projects of the same unit that, filed close to this one, reach with it what it does not reach alone."""
    total, limit = context.money("total_investment"), Decimal(context.parameter("public_tender_threshold"))
    if total >= limit:
        return []
    window = int(context.parameter("splitting_window_months"))
    first, last = add_months(context.today, -window), add_months(context.today, window)
    near = [
        record
        for record in _of_the_unit(context)
        if record.key != context.case.business_key and first <= (record.data.get("filed_on") or context.today) <= last
    ]
    rows = find_similar(context, near, relation=RELATION, purpose="objective")
    rows += _declared(context, near, {row["key"] for row in rows})
    if not rows or total + sum((Decimal(row["amount"] or 0) for row in rows), Decimal(0)) < limit:
        return []
    names = "、".join(row["name"] for row in rows[:3])
    context.warn(
        "project_name",
        "R-PJ-09",
        f"疑似拆分项目、化整为零规避监管：{names}",
        f"Suspected splitting to evade oversight: {names}",
        article="pj-2020#11",
    )
    return rows


def _of_the_unit(context: Context) -> list[Record]:
    """The unit's projects that may be alike, and those that the application names itself."""
    found = {record.key: record for record in worth_comparing(context, "project", purpose="objective", unit_id=context.case.unit)}
    for key in map(str, context["sibling_projects"] or ()):
        named = found.get(key) or context.registers.read("project", key)
        if named is not None and named.data.get("unit_id") == context.case.unit:
            found[key] = named
    return list(found.values())


def add_months(day: date, months: int) -> date:
    """The corresponding day that many months later or earlier, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _declared(context: Context, near: list[Record], known: set[str]) -> list[dict[str, Any]]:
    named = set(map(str, context["sibling_projects"] or ())) - known
    return [row_of(record, relation=DECLARED, score=None) for record in near if record.key in named]
