"""Performance of the evaluated projects (P9.T4, T5): self-evaluations, Finance's sample, and what the fund plan refers to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from handlers.panjin import evaluation_year
from service.sdk import Context, Level, handler

SELF = "自评"


@handler("open_self_evaluation", inline=True)
def open_self_evaluation(context: Context) -> dict[str, Any]:
    """Say until when the unit evaluates itself."""
    return {"self_evaluation_due": context.today + timedelta(days=int(context.parameter("self_evaluation_days")))}


@handler("note_no_self_evaluation", inline=True)
def note_no_self_evaluation(context: Context) -> dict[str, Any]:
    """Nothing was filed in time: Finance sees that, and may take the project into its sample."""
    zh, en = "未在期限内报送绩效自评", "has not evaluated its own performance in time"
    context.find("self_evaluation_days", f"{context['project_name']}：{zh}", f"{context['project_name']} {en}", level=Level.FLAG)
    context.notify(f"pj_unit_lead@{context['unit_id']}", f"{context['project_name']}{zh}", f"{context['project_name']} {en}")
    return {"performance_targets": [], "performance_self_score": None}


@handler("collect_self_evaluations", inline=True)
def collect_self_evaluations(context: Context) -> dict[str, Any]:
    """Put the self-evaluations beside the projects, for Finance to choose from."""
    said = {str(one["project_id"]): one for one in context.rows("self_evaluations")}
    rows = [{**row, **_own(said.get(str(row["project_id"]), {}))} for row in context.rows("evaluated")]
    return {"evaluated": rows, "evaluated_choices": evaluation_year.choices(rows)}


@handler("record_performance", inline=True)
def record_performance(context: Context) -> None:
    """R-PJ-29: the rechecked score counts, without one the unit's own. Units whose score was rechecked are told."""
    year = int(context["year"])
    rechecked = {str(one["project_id"]): one for one in context.rows("recheck")}
    for row in context.rows("evaluated"):
        own, found = row.get("self_score"), rechecked.get(str(row["project_id"]))
        score = found["score"] if found else own
        evaluation_year.patch(
            context, row, year, self_score=own, targets=list(row.get("targets") or ()), performance_score=score,
            performance_source=found["kind"] if found else SELF if own is not None else None,
            score_difference=Decimal(found["score"]) - Decimal(own) if found and own is not None else None,
            performance_note=found["finding"] if found else None,
        )  # fmt: skip
        if found:
            context.notify(
                f"pj_unit_lead@{row['unit_id']}",
                f"{year} 年度绩效{found['kind']}：{row['project_name']} {score} 分",
                f"Performance of {row['project_name']} in {year}: {score}",
            )
    poor = _poor(context, rechecked)
    if poor:
        context.find(
            "R-PJ-29",
            f"绩效评价结果将作为资金计划依据：{'、'.join(poor)}得分偏低，安排资金须说明理由",
            f"Performance result is a basis for the fund plan: {', '.join(poor)} scored low",
            level=Level.FLAG,
            article="pj-2020#27",
        )


def _own(said: Any) -> dict[str, Any]:
    score = said.get("self_score")
    return {"targets": said.get("targets") or [], "self_score": score, "self_note": None if score is not None else "未报送自评"}


def _poor(context: Context, rechecked: Any) -> list[str]:
    limit = Decimal(context.parameter("performance_poor_score"))
    scores = {key: found["score"] for key, found in rechecked.items()}
    rows = [(row, scores.get(str(row["project_id"]), row.get("self_score"))) for row in context.rows("evaluated")]
    return [str(row["project_name"]) for row, score in rows if score is not None and Decimal(score) < limit]
