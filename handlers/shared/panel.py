"""An expert panel (CM2): drawn, confirmed, scored without sight of each other, closed. Open this when a panel comes out wrong.

The draw is a matter of the case and the round alone, so that anybody can repeat it; who has a conflict is never drawn, and
whoever declares one while scoring is replaced in a further round.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from handlers.shared.panel_conflicts import NOBODY, find_relation
from service.sdk import Context, Level, Record, handler

REGISTER = "expert"
CENT = Decimal("0.01")


@handler("draw_experts", inline=True)
def draw_experts(context: Context) -> dict[str, Any]:
    """Draw as many experts as are missing, of those that nothing keeps out. Too few: the organizer has to name more."""
    kept, recused = context.rows("panel_members"), context.rows("recused_members")
    number, wanted = int(context["panel_round"] or 0) + 1, size(context) - len(kept)
    out = {str(row["account"]) for row in (*kept, *recused)}
    able = [
        one
        for one in context.registers.search(REGISTER, active=True)
        if one.key not in out and find_relation(context, one) == NOBODY
    ]
    drawn = sorted(able, key=lambda one: _lot(context, number, one.key))[:wanted]
    if len(drawn) < wanted:
        context.warn(
            "members",
            "panel_size",
            f"专家库中可抽取的只有 {len(drawn)} 名，还缺 {wanted - len(drawn)} 名，请组织方补充",
            f"Only {len(drawn)} experts could be drawn; {wanted - len(drawn)} more have to be named",
        )
    context.find(
        "R-PJ-11",
        f"第 {number} 轮抽取专家 {len(drawn)} 名，已回避编制单位、投标人、需求单位人员",
        f"Round {number}: {len(drawn)} experts drawn; staff of the plan author, of bidders and of the applicant were left out",
        level=Level.ROUTE,
        article="pj-2020#12",
    )
    rows = [describe(one) | {"expert": one.key, "reason": None} for one in drawn]
    return {"panel_round": number, "drawn_members": rows, "panel_closed": False, "panel_seats": size(context)}


@handler("collect_scores", inline=True)
def collect_scores(context: Context) -> dict[str, Any]:
    """Keep the scores of those who have no conflict, and count; the panel is closed when nobody had to stand aside."""
    round_scores = context.rows("round_scores")
    recused = [row for row in round_scores if row.get("no_conflict") is not True]
    for row in recused:
        context.find(
            "R-PJ-11",
            f"专家{row['name']}声明须回避：{row.get('conflict_reason') or ''}，另行抽取",
            f"Expert {row['name']} declares a conflict and is replaced",
            level=Level.ROUTE,
            article="pj-2020#12",
        )
    scores = [*context.rows("panel_scores"), *(scored(row) for row in round_scores if row not in recused)]
    gone = {str(row["account"]) for row in recused}
    seated = [*context.rows("panel_members"), *context.rows("pending_members")]
    return {
        "panel_scores": scores,
        "panel_members": [row for row in seated if str(row["account"]) not in gone],
        "recused_members": [
            *context.rows("recused_members"),
            *({"account": row["account"], "name": row["name"]} for row in recused),
        ],
        "panel_average": average([row["score"] for row in scores]),
        "panel_items": averages(scores),
        "panel_closed": not recused,
    }


def size(context: Context) -> int:
    """How many experts sit on the panel: as the caller asks, but never fewer than the parameter says."""
    return max(int(context["panel_size"] or 0), int(context.parameter("panel_size")))


def describe(record: Record) -> dict[str, Any]:
    """What the others learn of an expert."""
    data = record.data
    return {"account": record.key, "name": data.get("name"), "employer_name": data.get("employer_name")}


def scored(row: Mapping[str, Any]) -> dict[str, Any]:
    """One expert's scores; where items are scored one by one, the score is their mean."""
    items = [{"item": one.get("item"), "score": one.get("score")} for one in row.get("scores") or ()]
    score = average([one["score"] for one in items]) if items else row.get("score")
    return {"account": row["account"], "name": row["name"], "score": score, "scores": items, "opinion": row.get("opinion")}


def averages(scores: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The mean of each item over all experts, in the order of the items."""
    items = list(dict.fromkeys(one["item"] for row in scores for one in row["scores"]))
    return [
        {"item": item, "average": average([one["score"] for row in scores for one in row["scores"] if one["item"] == item])}
        for item in items
    ]


def average(numbers: list[Any]) -> Decimal | None:
    """The mean, rounded half up to two places; None of nothing."""
    found = [Decimal(number) for number in numbers if number is not None]
    return (sum(found, Decimal(0)) / len(found)).quantize(CENT, ROUND_HALF_UP) if found else None


def _lot(context: Context, number: int, account: str) -> str:
    return hashlib.sha256(f"{context.case.id}:{number}:{account}".encode()).hexdigest()
