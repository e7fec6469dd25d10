"""Putting right what the final acceptance found (P7.T4, T5). Open this when an opinion is with the wrong party."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.sdk import Context, handler

CONTRACTOR, UNIT, BOTH = "承建单位", "需求单位", "双方"
BLANK: Mapping[str, Any] = {"action": None, "evidence": [], "done_date": None}


@handler("split_opinions", inline=True)
def split_opinions(context: Context) -> dict[str, Any]:
    """Hand each party its opinions; one that names no party is for both. What was filled in before is kept."""
    clerk = f"pj_unit_clerk@{context['unit_id']}"
    firm = context["contractor_unit"]
    groups = {CONTRACTOR: f"pj_contractor@{firm}" if firm else clerk, UNIT: clerk}
    lists = {party: _of(context, party) for party in groups}
    return {"rectifiers": [{"party": party, "group": groups[party], "items": items} for party, items in lists.items() if items]}


@handler("list_rectified", inline=True)
def list_rectified(context: Context) -> dict[str, Any]:
    """What each party has done about each opinion, for the Centre to close."""
    done = [(part["party"], row) for part in context.rows("rectified_parts") for row in part.get("items") or ()]
    return {"rectified": [{**row, "party": party, "closed": False, "note": None} for party, row in done]}


@handler("check_rectified", inline=True)
def check_rectified(context: Context) -> dict[str, Any]:
    """R-PJ-24: what has to be put right is closed before the project applies again (article 25); counts the attempt."""
    if context["rectification_decision"] != "同意":
        return {"revise_reason": context["rectification_opinion"]}
    for number, row in enumerate(context.rows("rectified")):
        if row.get("must_fix") is not False and row.get("closed") is not True:
            opinion = row.get("opinion") or ""
            context.block(
                f"rectified.{number}.closed", "R-PJ-24", f"整改意见尚未销号，不得重新申请终验：{opinion}",
                f"Opinion not closed, so the project cannot apply again: {opinion}", article="pj-2020#25",
            )  # fmt: skip
    return {
        "attempt_no": int(context["attempt_no"]) + 1,
        "supplement_rounds": 0,
        "revise_reason": None,
        "conclusion": None,
        "rectified": [],
    }


def _of(context: Context, party: str) -> list[dict[str, Any]]:
    before = {row.get("no"): row for row in context.rows("rectified") if row.get("party") == party}
    wanted = [row for row in context.rows("opinion_items") if (row.get("responsible") or BOTH) in (party, BOTH)]
    return [{**BLANK, **_kept(before.get(row.get("no"))), **_opinion(row)} for row in wanted]


def _opinion(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in ("no", "opinion", "must_fix")}


def _kept(row: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: row[name] for name in BLANK if name in row} if row else {}
