"""Notices of timers that do not change the flow. Open this when a deadline passes and nobody is told."""

from __future__ import annotations

from service.sdk import Context, Level, handler

#: Roles to whom an overdue step is brought, as the sentence names them. `unit_lead` is the head of the unit of whoever files.
ROLES = {
    "unit_lead": ("单位负责人", "the head of the unit"),
    "pj_unit_lead": ("单位负责人", "the head of the unit"),
    "pj_unit_clerk": ("需求单位经办人", "the clerk of the unit"),
    "pj_center_lead": ("中心负责人", "the head of the Centre"),
    "pj_center_plan": ("中心规划计划岗", "Centre planning"),
    "pj_center_proc": ("中心采购岗", "Centre procurement"),
    "pj_center_super": ("中心监管岗", "Centre supervision"),
    "pj_center_accept": ("中心终验岗", "Centre final acceptance"),
    "pj_center_eval": ("中心评估岗", "Centre evaluation"),
    "pj_fin_budget": ("财政局预算岗", "Finance budget"),
    "pj_fin_proc": ("财政局采购监管岗", "Finance procurement oversight"),
    "pj_fin_perf": ("财政局绩效岗", "Finance performance"),
    "pj_gov": ("市政府（办）", "the city government office"),
}
#: Roles that are held in units: those of the case's own unit are meant.
OF_UNIT = frozenset({"pj_unit_lead", "pj_unit_clerk", "js_dept_lead", "js_dept_clerk"})
#: Who heads a unit, by the regulation whose roles the applicant has.
HEADS = {"pj": "pj_unit_lead", "js": "js_dept_lead"}


@handler("note_overdue", inline=True)
def note_overdue(context: Context) -> None:
    """Record that the step in the headers has passed its deadline, and tell the roles of `escalate_to` (several by commas)."""
    headers = context.headers
    deadline, step = headers.get("deadline", ""), headers.get("step", "")
    roles = [role.strip() for role in headers.get("escalate_to", "").split(",") if role.strip()]
    named = [ROLES.get(role, (role, role)) for role in roles]
    zh, en = f"“{step}”已逾期（{deadline}）", f"{headers.get('step_en', '')} is overdue ({deadline})"
    if named:
        zh += f"，提请{'、'.join(name for name, _ in named)}关注"
        en += f"; brought to the attention of {', '.join(name for _, name in named)}"
    context.find(deadline, zh, en, level=Level.FLAG)
    context.notify([_group(role, context) for role in roles], zh, en, deadline=deadline or None)


@handler("remind_applicant", inline=True)
def remind_applicant(context: Context) -> None:
    """Remind the applicant of the supplement, and record it."""
    deadline = context.headers.get("deadline", "")
    zh, en = "补正期限将至，请尽快补正", "The supplement is due soon; please send it"
    context.find(
        deadline, "补正期限将至，已提醒申请人", "The supplement is due soon; the applicant was reminded", level=Level.FLAG
    )
    context.notify(_applicant(context), zh, en)


def _group(role: str, context: Context) -> str:
    if role == "unit_lead":
        role = HEADS.get(_applicant(context).partition("_")[0], HEADS["pj"])
    return f"{role}@{context.case.unit}" if role in OF_UNIT and context.case.unit else role


def _applicant(context: Context) -> str:
    """To whom the supplement is offered; who started the case when that is not said."""
    applicant = context["applicant"]
    return applicant if isinstance(applicant, str) and applicant else f"@{context.case.started_by}"
