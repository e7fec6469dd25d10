"""Functions that a lead body already plans or runs (R-PJ-13). Open this when a duplicate goes through."""

from __future__ import annotations

from typing import Any

from handlers.panjin.likeness import find_similar, worth_comparing
from service.sdk import Context, Level

COVERED, ALIKE = "牵头部门已统筹", "功能相近"
#: States in which an entry covers nothing.
GONE = ("terminated", "retired", "not_passed", "withdrawn", "停用")


def find_duplicates(context: Context) -> tuple[list[dict[str, Any]], str | None]:
    """List city-wide projects and systems like this one, and what to say of the likest; other systems only as evidence."""
    own = context.case.unit
    projects = [
        record
        for record in worth_comparing(context, "project", purpose="objective", city_wide=True)
        if record.data.get("unit_id") != own and record.data.get("status") not in GONE
    ]
    listed = worth_comparing(context, "system", purpose="function")
    systems = [record for record in listed if record.data.get("status") not in GONE]
    shared = [record for record in systems if record.data.get("city_wide") is True and record.data.get("unit_id") != own]
    others = [record for record in systems if record not in shared]
    covered = find_similar(context, projects, relation=COVERED, purpose="objective")
    covered += find_similar(context, shared, relation=COVERED, purpose="function")
    covered.sort(key=lambda row: (-row["score"], row["key"]))
    rows = covered + find_similar(context, others, relation=ALIKE, purpose="function")
    if not covered:
        return rows, None
    likest = covered[0]
    note = f"已由{likest['unit']}统筹建设，不得重复建设：{likest['name']}"
    context.find(
        "R-PJ-13",
        note,
        f"Already covered by lead body {likest['unit']}; no duplicate build: {likest['name']}",
        level=Level.ROUTE,
        at="project_name",
        article="pj-2020#6",
    )
    return rows, note
