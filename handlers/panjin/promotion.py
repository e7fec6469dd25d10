"""Letting other bodies use what a project has built (P8.T4, article 28). Open this for R-PJ-30 after acceptance."""

from __future__ import annotations

from typing import Any

from handlers.panjin import projects
from handlers.panjin.acceptance_record import OWNERS_EN, OWNERS_ZH
from service.sdk import Context, Level, handler

PROMOTABLE = ("accepted", "operating", "om_paid", "om_unfunded")


@handler("record_promotion", inline=True)
def record_promotion(context: Context) -> dict[str, Any]:
    """R-PJ-30: only a result that was finally accepted is passed on; who owns it stays as it is."""
    project = projects.find(context)
    if project is None or project.data.get("status") not in PROMOTABLE:
        context.block(
            "project_id", "R-PJ-30", "项目尚未终验通过，成果不得推广使用",
            "The project has not passed final acceptance: its result cannot be passed on", article="pj-2020#28",
        )  # fmt: skip
        return {}
    context.find("R-PJ-30", OWNERS_ZH, OWNERS_EN, level=Level.FLAG, article="pj-2020#29")
    row = {"on": context.today, "receivers": context["receivers"], "note": context["note"]}
    projects.patch(context, promotions=[*(project.data.get("promotions") or ()), row])
    return {"project_name": project.data.get("project_name"), "owner_unit": project.data.get("unit_id")}
