"""Yearly drills and risk assessments (P10.T5, T6). Open this for R-PJ-31 after acceptance."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.panjin.construction_parties import find_parties
from service.sdk import Context, Level, Record, handler

REGISTER, RULE = "security_duty", "R-PJ-31"
DRILL, ASSESSMENT = "演练", "安全评估"
#: Of either kind: its part of the key, its article, what it is called.
_KINDS = {DRILL: ("drill", "pj-2020#31", "应急演练", "drill"), ASSESSMENT: ("assessment", "pj-2020#30", "安全评估", "assessment")}


@handler("open_drill", inline=True)
def open_drill(context: Context) -> dict[str, Any]:
    """Enter the drill that falls due."""
    return _open(context, DRILL)


@handler("open_assessment", inline=True)
def open_assessment(context: Context) -> dict[str, Any]:
    """Enter the assessment that falls due, and see who built the system: unit and contractor assess together."""
    return _open(context, ASSESSMENT) | {"assessment_decision": None, "assessment_opinion": None}


@handler("record_drill", inline=True)
def record_drill(context: Context) -> None:
    """Complete the entry of the drill."""
    fields = {"content": "scenario", "participants": "participants", "result": "result", "improvement": "improvement"}
    _record(context, DRILL, context["drill_date"], **{name: context[source] for name, source in fields.items()})


@handler("record_assessment", inline=True)
def record_assessment(context: Context) -> None:
    """Complete the entry of the assessment."""
    contractor = context["contractor"] if context["contractor_unit"] is not None else None
    _record(
        context, ASSESSMENT, context["assess_date"], content=context["method"], findings=context.rows("findings"),
        improvement=context["measures"], confirmed_by=contractor,
    )  # fmt: skip


def is_overdue(context: Context, duty: Record) -> bool:
    """Whether a drill or assessment was held late, or is not held and past its day."""
    due = duty.data.get("due")
    return duty.data.get("late") is True or (duty.data.get("status") == "open" and isinstance(due, date) and due < context.today)


def _open(context: Context, kind: str) -> dict[str, Any]:
    data = {
        "kind": kind, "project_id": context["project_id"], "project_name": context["project_name"], "unit_id": context["unit_id"],
        "status": "open", "counted_from": context["trigger_date"], "due": context["due"],
    }  # fmt: skip
    known = context.registers.read(REGISTER, _key(context, kind))
    context.write(REGISTER, _key(context, kind), data, expected=known.version if known else 0)
    parties = find_parties(context)
    return {"contractor": parties["contractor"], "contractor_unit": context["contractor_unit"] or parties["contractor_unit"]}


def _record(context: Context, kind: str, held_on: date, **fields: Any) -> None:
    """R-PJ-31: more than a year after the last one is on record."""
    late = held_on > context["due"]
    known = context.registers.read(REGISTER, _key(context, kind))
    before = dict(known.data) if known else {}
    data = before | fields | {"status": "done", "done_on": held_on, "late": late}
    context.write(REGISTER, _key(context, kind), data, expected=known.version if known else 0)
    if late:
        _, article, zh, en = _KINDS[kind]
        context.find(
            RULE,
            f"{zh}应于 {context['due']} 前完成，实际 {held_on}：每年至少一次",
            f"The {en} was due by {context['due']} and held on {held_on}: one a year at least",
            level=Level.FLAG,
            article=article,
        )


def _key(context: Context, kind: str) -> str:
    return f"{context['project_id']}:{_KINDS[kind][0]}:{context['due']}"
