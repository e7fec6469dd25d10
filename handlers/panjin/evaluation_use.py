"""The evaluation of one project's use (P9.T1, T2): what is known of it, and whether score and grade agree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from handlers.panjin import projects, security_duties
from service.sdk import Context, Level, Record, handler

ARTICLE = "pj-2020#27"
#: From the best to the worst, with the parameter that says from which score; what reaches none is poor.
BANDS = (("优", "evaluation_excellent_score"), ("良", "evaluation_good_score"), ("中", "evaluation_fair_score"))
POOR = "差"


@handler("load_use", inline=True)
def load_use(context: Context) -> dict[str, Any]:
    """Gather what the registers know of the project since the year before, and say until when the unit reports."""
    since = date(int(context["year"]) - 1, 1, 1)
    known = projects.find(context, str(context["project_id"]))
    missed = int((known.data.get("progress_missed") if known else 0) or 0)
    incidents = _since(context.registers.search("incident", project_id=context["project_id"]), "found_on", since)
    overdue = [
        one
        for one in _since(context.registers.search(security_duties.REGISTER, project_id=context["project_id"]), "due", since)
        if security_duties.is_overdue(context, one)
    ]
    if context["return_reason"] is None:
        _flag(context, missed, overdue)
    grades = "、".join(str(one.data["grade"]) for one in incidents)
    facts = [
        f"安全事件 {len(incidents)} 件" + (f"（{grades}）" if grades else ""),
        f"进展报送逾期 {missed} 次",
        f"演练、安全评估逾期 {len(overdue)} 次",
    ]
    bands = {name.removeprefix("evaluation_").removesuffix("_score"): context.parameter(name) for _, name in BANDS}
    return {
        "known": "；".join(facts),
        "report_due": context.today + timedelta(days=int(context.parameter("self_report_days"))),
        **bands,
    }


@handler("note_no_report", inline=True)
def note_no_report(context: Context) -> None:
    """The unit has not reported: the evaluator goes by what is known."""
    zh, en = "单位未在期限内报送应用情况自评，径行评估", "The unit did not report on the use in time; it is evaluated without"
    context.find("self_report_days", f"{context['project_name']}：{zh}", f"{context['project_name']}: {en}", level=Level.FLAG)
    context.notify(f"pj_unit_lead@{context['unit_id']}", f"{context['project_name']}：{zh}", f"{context['project_name']}: {en}")


@handler("check_grade", inline=True)
def check_grade(context: Context) -> None:
    """The grade is the one that the score stands for."""
    wanted, grade, score = grade_of(context, context["use_score"]), context["use_grade"], context["use_score"]
    if grade != wanted:
        context.block(
            "grade",
            "evaluation_bands",
            f"得分 {score} 对应的等级为“{wanted}”，不是“{grade}”",
            f"A score of {score} stands for {wanted}, not for {grade}",
            article=ARTICLE,
        )


def grade_of(context: Context, score: Any) -> str:
    """The grade that a score of 0 to 100 stands for."""
    points = Decimal(str(score))
    return next((grade for grade, name in BANDS if points >= Decimal(context.parameter(name))), POOR)


def _since(records: Iterable[Record], field: str, since: date) -> list[Record]:
    return [one for one in records if isinstance(one.data.get(field), date) and one.data[field] >= since]


def _flag(context: Context, missed: int, overdue: list[Record]) -> None:
    """R-PJ-20 and R-PJ-31 count in the evaluation."""
    if missed:
        zh, en = f"进展报送逾期 {missed} 次，计入评估", f"{missed} progress reports were overdue, which counts here"
        context.find("R-PJ-20", zh, en, level=Level.FLAG, article="pj-2020#20")
    if overdue:
        zh, en = (
            f"演练、安全评估逾期 {len(overdue)} 次，计入评估",
            f"{len(overdue)} drills or assessments were overdue, which counts here",
        )
        context.find("R-PJ-31", zh, en, level=Level.FLAG, article="pj-2020#31")
