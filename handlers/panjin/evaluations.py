"""What the last evaluation of a unit's systems means for its next project (R-PJ-28)."""

from __future__ import annotations

from typing import Any

from service.sdk import Context, Level

#: From the worst to the best.
GRADES = ("差", "中", "良", "优")


def find_evaluation(context: Context) -> dict[str, Any]:
    """Leave the finding of the unit's last evaluation; of several of one year the worst counts.

    `evaluation_needs_handling` is true when the reviewer has to write how it is dealt with.
    """
    since = context.today.year - int(context.parameter("evaluation_years_back"))
    records = [
        record.data
        for record in context.registers.search("evaluation", unit_id=context.case.unit)
        if int(record.data["year"]) >= since and record.data["grade"] in GRADES
    ]
    if not records:
        return {"evaluation_grade": None, "evaluation_note": None, "evaluation_needs_handling": False}
    year = max(int(data["year"]) for data in records)
    last = min((data for data in records if int(data["year"]) == year), key=lambda data: GRADES.index(data["grade"]))
    grade = str(last["grade"])
    handling = grade == context.parameter("evaluation_handling_grade")
    pointed_out = handling or grade == context.parameter("evaluation_warning_grade")
    note = f"上年度应用评估结果为{grade}"
    message = f"{note}，请说明" if pointed_out else note
    name = f"（{last['project_name']}，{year} 年）" if last.get("project_name") else f"（{year} 年）"
    context.find(
        "R-PJ-28",
        message + name,
        f"Last evaluation grade was {grade}" + ("; explain" if pointed_out else "") + f" ({year})",
        level=Level.WARN if pointed_out else Level.FLAG,
        article="pj-2020#27",
    )
    return {"evaluation_grade": grade, "evaluation_note": message + name, "evaluation_needs_handling": handling}
