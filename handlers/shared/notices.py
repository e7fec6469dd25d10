"""Notices of timers that do not change the flow. Open this when a deadline passes and nobody is told."""

from __future__ import annotations

from service.sdk import Context, Level, handler


@handler("note_overdue", inline=True)
def note_overdue(context: Context) -> None:
    """Record that the step in the headers has passed its deadline, and whose attention it needs."""
    headers = context.headers
    deadline, role = headers.get("deadline", ""), headers.get("escalate_to", "")
    context.find(
        deadline,
        f"“{headers.get('step', '')}”已逾期（{deadline}），提请{ROLES.get(role, (role, role))[0]}关注",
        f"{headers.get('step_en', '')} is overdue ({deadline}); brought to the attention of {ROLES.get(role, (role, role))[1]}",
        level=Level.FLAG,
    )


@handler("remind_applicant", inline=True)
def remind_applicant(context: Context) -> None:
    """Record that the applicant was reminded of the supplement."""
    deadline = context.headers.get("deadline", "")
    context.find(
        deadline, "补正期限将至，已提醒申请人", "The supplement is due soon; the applicant was reminded", level=Level.FLAG
    )


ROLES = {
    "pj_center_lead": ("中心负责人", "the head of the Centre"),
    "unit_lead": ("单位负责人", "the head of the unit"),
}
