"""Checks on site (F-PJ-36), at any stage from the filing on. Open this when building before approval is not seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers.panjin import projects
from handlers.panjin.breaches import record_breach
from handlers.panjin.changes import URGENT
from service.sdk import Context, handler

RULE, ARTICLE = "R-PJ-08", "pj-2020#11"


@handler("record_site_check", inline=True)
def record_site_check(context: Context) -> dict[str, Any]:
    """R-PJ-08: building that began before the project was approved is a breach, on record and told to the head of the Centre."""
    project = projects.get(context)
    started, approved = context["actual_start_date"], approved_on(project.data)
    breach = isinstance(started, date) and (approved is None or started < approved)
    if breach:
        known = approved.isoformat() if approved else None
        record_breach(
            context,
            RULE,
            f"严禁未批先建：实际开工 {started.isoformat()}，{f'批准 {known}' if known else '项目尚未批准'}",
            f"Building before approval is prohibited: it began on {started.isoformat()}, "
            f"{f'and approval is of {known}' if known else 'and the project is not approved'}",
            at="actual_start_date",
            article=ARTICLE,
        )
    return {
        "breach": breach,
        "approved_on": approved,
        "project_name": project.data.get("project_name"),
        "project_unit": project.data.get("unit_id"),
    }


def approved_on(project: Mapping[str, Any]) -> date | None:
    """The day from which the project may be built: its listing, else its review; None while it has neither.

    An urgent project is approved by the city government alone, which lists it: its review is not enough.
    """
    for name in ("listed_on",) if project.get("route") == URGENT else ("listed_on", "approved_on"):
        if isinstance(day := project.get(name), date):
            return day
    return None
