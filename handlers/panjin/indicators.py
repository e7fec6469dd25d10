"""Control indicators: checked when they are fixed, locked when the review is signed. Open this for the project register."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from handlers.panjin.entries import REGISTER
from handlers.panjin.review import OTHER
from handlers.panjin.spans import check_approved_life, check_build
from service.sdk import Context, handler

#: Names in the register, and the answers of F-PJ-15 that they come from.
INDICATORS = {
    "content": "approved_content",
    "scale": "approved_scale",
    "budget": "approved_budget",
    "others": "other_indicators",
    "start": "approved_start",
    "end": "approved_end",
    "service_life": "approved_service_life",
}


@handler("check_indicators", inline=True)
def check_indicators(context: Context) -> None:
    """What is approved stays within what was applied for and within article 11."""
    if context.money("approved_budget") > context.money("total_investment"):
        context.block(
            "approved_budget",
            "R-PJ-16",
            "核定投资概算不得超过申报投资额",
            "The approved budget may not exceed the investment applied for",
            article="pj-2020#14",
        )
    check_approved_life(context)
    check_build(context, "approved_start", "approved_end")


@handler("lock_indicators", inline=True)
def lock_indicators(context: Context) -> dict[str, Any]:
    """R-PJ-16: write the next version of the indicators, with a digest of the plan documents, into the project register."""
    key = context.case.business_key
    known = context.registers.read(REGISTER, key)
    data = dict(known.data) if known else {}
    earlier = list(data.get("indicators") or ())
    number = len(earlier) + 1
    documents = sorted(str(one) for one in context["plan_doc"] or ())
    locked = {name: context[source] for name, source in INDICATORS.items()}
    locked |= {"version": number, "locked_on": context.today, "plan_docs": documents, "plan_digest": digest(documents)}
    locked |= {"change_id": None, "effective_on": context.today}
    data |= {
        "project_id": key,
        "project_name": context["project_name"],
        "unit_id": context.case.unit,
        "plan_year": context["plan_year"],
        "by_reference": context["by_reference"] is True,
        "status": "reviewed",
        "approved_on": context.today,
        "route": context["route"],
        "major": context["major"] is True,
        "indicator_version": number,
        "indicators": [*earlier, locked],
        "exclusion_grounds": grounds(context),
        "other_ground": context["other_ground"],
    }
    context.write(REGISTER, key, data, expected=known.version if known else 0)
    return {"indicator_version": number, "plan_digest": locked["plan_digest"], "exclusion_grounds": data["exclusion_grounds"]}


def grounds(context: Context) -> list[str]:
    """R-PJ-12: the grounds that stand; another ground only where the head of the Centre has upheld it."""
    upheld = context["other_ground_upheld"] is True
    return [str(ground) for ground in context["exclusion_grounds"] or () if ground != OTHER or upheld]


def digest(documents: Iterable[str]) -> str:
    """SHA-256 over the ids of the documents, one a line, in sorted order."""
    return hashlib.sha256("\n".join(sorted(documents)).encode()).hexdigest()
