"""What the registers say against a plan item: splitting (R-PJ-09), the last evaluation (R-PJ-28), performance (R-PJ-29)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from handlers.panjin.evaluations import GRADES
from service.sdk import Context, Index, Level

Row = Mapping[str, Any]


def find_splitting(context: Context, row: Row, pool: Iterable[Row]) -> str | None:
    """R-PJ-09: name the unit's items that resemble this one and reach with it the limit that it does not reach alone."""
    limit, total = Decimal(context.parameter("public_tender_threshold")), _money(row)
    near = {str(one["key"]): one for one in pool if one["unit_id"] == row["unit_id"] and one["key"] != row["key"]}
    if total >= limit or not near:
        return None
    threshold = Decimal(context.parameter("similarity_threshold"))
    alike: dict[str, Row] = {}
    for field in ("project_name", "objective"):
        index = Index({key: str(one.get(field) or "") for key, one in near.items()})
        for match in index.search(str(row.get(field) or ""), threshold=threshold):
            alike[match.key] = near[match.key]
    if not alike or total + sum((_money(one) for one in alike.values()), Decimal(0)) < limit:
        return None
    names = "、".join(str(one["project_name"]) for one in alike.values())
    context.warn(
        "",
        "R-PJ-09",
        f"{row['project_name']}：疑似拆分项目、化整为零规避监管：{names}",
        f"{row['project_name']}: suspected splitting to evade oversight: {names}",
        article="pj-2020#11",
    )
    return names


def last_evaluation(context: Context, unit: str) -> tuple[str, str] | None:
    """R-PJ-28: the grade of the unit's last evaluation and what it asks; of several of one year the worst counts."""
    since = context.today.year - int(context.parameter("evaluation_years_back"))
    found = [
        one.data
        for one in context.registers.search("evaluation", unit_id=unit)
        if int(one.data["year"]) >= since and one.data.get("grade") in GRADES
    ]
    if not found:
        return None
    year = max(int(data["year"]) for data in found)
    worst = min((data for data in found if int(data["year"]) == year), key=lambda data: GRADES.index(data["grade"]))
    return str(worst["grade"]), f"上年度应用评估结果为{worst['grade']}（{worst.get('project_name') or unit}，{year} 年）"


def needs_handling(context: Context, grade: str) -> bool:
    """Whether who arranges the plan has to write how this grade is dealt with."""
    return bool(grade == context.parameter("evaluation_handling_grade"))


def note_evaluation(context: Context, row: Row) -> dict[str, Any]:
    """R-PJ-28: leave the finding for an item, and return what its line in the arrangement says of it."""
    last = last_evaluation(context, str(row["unit_id"]))
    if last is None:
        return {"evaluation": None, "evaluation_poor": False}
    grade, note = last
    pointed_out = needs_handling(context, grade) or grade == context.parameter("evaluation_warning_grade")
    context.find(
        "R-PJ-28",
        f"{row['project_name']}：{note}" + ("，请说明" if pointed_out else ""),
        f"{row['project_name']}: last evaluation grade was {grade}" + ("; explain" if pointed_out else ""),
        level=Level.WARN if pointed_out else Level.FLAG,
        article="pj-2020#27",
    )
    return {"evaluation": note, "evaluation_poor": needs_handling(context, grade)}


def poor_performance(context: Context, row: Row) -> str | None:
    """R-PJ-29: the last performance score of the project, or of its unit's projects the lowest, when it is below the limit."""
    known = context.registers.search("evaluation", unit_id=row["unit_id"])
    scored = [one.data for one in known if one.data.get("performance_score") is not None]
    own = [data for data in scored if data.get("project_id") == row["project_id"]] or scored
    if not own:
        return None
    year = max(int(data["year"]) for data in own)
    score = min(Decimal(data["performance_score"]) for data in own if int(data["year"]) == year)
    limit = Decimal(context.parameter("performance_poor_score"))
    return f"{year} 年绩效评价 {score} 分，低于 {limit} 分" if score < limit else None


def _money(row: Row) -> Decimal:
    return Decimal(row.get("reviewed_total") or row.get("total_investment") or 0)
