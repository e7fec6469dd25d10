"""Comparison with the registers before review (P2.B2). Open this when the lead-department decision is asked or missed."""

from __future__ import annotations

from typing import Any

from handlers.panjin.author import check_author
from handlers.panjin.duplicates import find_duplicates
from handlers.panjin.evaluations import find_evaluation
from handlers.panjin.platforms import route_base_facility
from handlers.panjin.splitting import suspect_splitting
from service.sdk import Context, Level, handler


@handler("check_registers", inline=True)
def check_registers(context: Context) -> dict[str, Any]:
    """Say who has to build, what resembles the project, and what its unit's last evaluation asks of the reviewers."""
    mode_note = check_builder(context)
    route_base_facility(context)
    check_author(context)
    duplicates, duplicate_note = find_duplicates(context)
    siblings = suspect_splitting(context)
    return {
        "mode_mismatch": mode_note is not None,
        "mode_note": mode_note,
        "duplicate": duplicate_note is not None,
        "duplicate_note": duplicate_note,
        "similar_projects": [*siblings, *duplicates],
        "splitting_suspected": bool(siblings),
        **find_evaluation(context),
    }


def check_builder(context: Context) -> str | None:
    """R-PJ-02: a system that several bodies share is built by its lead department; the table `building_mode` has judged."""
    mode = context["building_mode"]
    if mode["mismatch"] is not True:
        return None
    note = f"建设主体与项目覆盖范围不符，应由{mode['builder']}统一建设"
    context.find(
        "R-PJ-02",
        note,
        f"Builder does not match project coverage; should be built by {mode['builder_en']}",
        level=Level.ROUTE,
        at="lead_dept",
        article="pj-2020#6",
    )
    return note
