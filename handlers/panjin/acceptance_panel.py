"""The panel of an initial acceptance: who may sit on it, and what its marks add up to. Open this for SoD-4 and SoD-12."""

from __future__ import annotations

from typing import Any

from handlers.panjin.acceptance_facts import Entry, list_codes
from service.sdk import Context, handler


def check_members(context: Context, field: str) -> list[dict[str, Any]]:
    """Return the members with names and employers; enough of them, and nobody who works for those concerned."""
    codes, firms, members = list_codes(context), _firms(context), []
    for number, row in enumerate(context.rows(field)):
        expert = context.registers.read("expert", str(row.get("account")))
        data = expert.data if expert else {}
        employer, at = data.get("employer_unit"), f"{field}.{number}.account"
        if data.get("credit_code") in codes or employer in firms:
            said = "承建、监理、测评单位的人员不得参加验收组", "Nobody of a firm under contract sits on the panel"
            context.block(at, "SoD-4", *said, article="pj-2020#24")
        if employer and employer == context["unit_id"]:
            said = "需求单位的人员不得作为验收专家", "An expert does not work for the demanding unit"
            context.block(at, "SoD-12", *said, article="pj-2020#24")
        members.append({"account": row.get("account"), "name": data.get("name"), "employer": data.get("employer_name")})
    least = int(context.parameter("acceptance_panel_size"))
    if len(members) < least:
        said = f"验收组不得少于 {least} 人", f"The panel has at least {least} members"
        context.block(field, "acceptance_panel_size", *said, article="pj-2020#24")
    return members


@handler("count_marks", inline=True)
def count_marks(context: Context) -> dict[str, Any]:
    """Add up what the panel marked: a line fails when more than half of the members say so."""
    marks = [list(one.get("items") or ()) for one in context.rows("panel_marks")]
    rows = enumerate(context.rows("items"))
    counted = [_count(row, [given[number] for given in marks if number < len(given)]) for number, row in rows]
    failed = [f"{row['indicator']}：{row['note'] or '不符合'}" for row in counted if row["ok"] is False]
    listed = "\n".join(f"- {one}" for one in failed)
    return {
        "items": counted,
        "failed_items": failed,
        "marks_note": f"验收组认为不符合的事项：\n\n{listed}" if failed else "验收组认为各项均符合。",
        "rectify_items": [{"item": one} for one in failed],
    }


def _count(row: Entry, given: list[Entry]) -> dict[str, Any]:
    against = [one for one in given if one.get("ok") is False]
    notes = dict.fromkeys(str(one["note"]) for one in given if one.get("note"))
    return dict(row) | {"ok": len(against) * 2 <= len(given), "note": "；".join(notes) or row.get("note")}


def _firms(context: Context) -> set[str]:
    return {str(context[name]) for name in ("contractor_unit", "supervisor_unit", "tester_unit") if context[name]}
