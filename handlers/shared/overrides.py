"""Exceptions that a named role may grant (R-SYS-04). Open this when an override is not asked for, or is asked for twice.

A rule that allows an exception leaves a finding of level override and a row for the variable `overrides`; the call activity
`override` asks the role of each row. What is granted stands in the register `override`, by case and rule, and is not asked
for again while the value and the reason stay the same.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from service.sdk import Context, Level, Record, handler

REGISTER = "override"
AGREED = "同意"
#: Names under which `record_override` finds the exception in its case.
RECORDED = ("rule", "article", "field", "label", "finding", "finding_en", "value", "reason", "decider", "project_name", "unit_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """What is asked for: the rule and its finding, the value filed, the applicant's reason, and the role that decides."""

    rule: str
    article: str
    field: str
    label: str
    finding: str
    finding_en: str
    value: str
    reason: str
    decider: str


def ask(context: Context, wanted: Exemption) -> list[dict[str, Any]]:
    """Leave the finding; return the row for `overrides`, or none when the same exception was granted before."""
    context.find(
        wanted.rule,
        wanted.finding,
        wanted.finding_en,
        level=Level.OVERRIDE,
        at=wanted.field,
        article=wanted.article,
    )
    granted = find_granted(context, wanted.rule)
    if granted is not None and (granted.data["value"], granted.data["reason"]) == (wanted.value, wanted.reason):
        return []
    return [asdict(wanted) | {"evidence_files": context["exception_files"] or []}]


def find_granted(context: Context, rule: str) -> Record | None:
    """The entry of the override list for this case and rule."""
    return context.registers.read(REGISTER, _key(context, rule))


@handler("record_override", inline=True)
def record_override(context: Context) -> None:
    """R-SYS-04: put the exception on the override list and into the history."""
    rule = str(context["rule"])
    key = _key(context, rule)
    known = context.registers.read(REGISTER, key)
    data = {name: context[name] for name in RECORDED}
    data |= {"case_key": context.case.business_key, "opinion": context["override_opinion"], "granted_on": context.today}
    context.write(REGISTER, key, data, expected=known.version if known else 0)
    context.find(
        rule,
        f"已准予破例：{context['finding']}（申报：{context['value']}）；理由：{context['reason']}；意见：{context['override_opinion']}",
        f"Override granted: {context['finding_en']} ({context['value']}); reason: {context['reason']}",
        level=Level.FLAG,
        at=str(context["field"] or ""),
        article=context["article"],
    )


@handler("explain_refusal", inline=True)
def explain_refusal(context: Context) -> dict[str, Any]:
    """Tell the applicant which exceptions were refused, and why."""
    refused = [row for row in context.rows("override_decisions") if row.get("decision") != AGREED]
    return {"revise_reason": "\n".join(f"{row.get('label')}：不予破例。{row.get('opinion') or ''}" for row in refused)}


def _key(context: Context, rule: str) -> str:
    return f"{context.case.business_key}:{rule}"
