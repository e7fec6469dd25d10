"""Who has to build a project (P2.B2, table A2). Open this when a project goes to the lead-department decision or misses it."""

from __future__ import annotations

from typing import Any

from service.sdk import Context, Level, handler

#: Who builds, by coverage (pj-2020#6).
BUILDERS = {
    "跨部门跨层级": ("市级主管部门", "the competent city department"),
    "市级多部门": ("行业牵头部门", "the lead department"),
}


@handler("check_registers", inline=True)
def check_registers(context: Context) -> dict[str, Any]:
    """R-PJ-02: a system that several bodies share is built by its lead department. Duplicates are not looked for yet."""
    coverage = context["scope_level"]
    mismatch = coverage in BUILDERS and context["lead_dept"] != context.case.unit
    note = None
    if mismatch:
        zh, en = BUILDERS[coverage]
        note = f"建设主体与项目覆盖范围不符，应由{zh}统一建设"
        context.find(
            "R-PJ-02",
            note,
            f"The builder does not match the coverage; it should be built by {en}",
            level=Level.ROUTE,
            at="lead_dept",
            article="pj-2020#6",
        )
    return {"mode_mismatch": mismatch, "duplicate": False, "mode_note": note}
