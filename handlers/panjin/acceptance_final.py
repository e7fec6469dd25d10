"""Final acceptance (P7): application, checklist, conclusion. Open this when the Centre cannot pass a project."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.panjin import projects
from handlers.panjin.acceptance_checklist import check_budget, enumerate_overspent, make_checklist
from handlers.panjin.acceptance_facts import is_major, list_codes
from handlers.panjin.acceptance_rules import (
    DOCKING_EN,
    DOCKING_RULE,
    DOCKING_ZH,
    FAILED,
    PRODUCTS,
    check_items,
    check_no_open_change,
    check_products,
    find_undocked,
)
from handlers.panjin.breaches import record_breach
from handlers.panjin.construction_parties import find_parties
from service.sdk import Context, Level, handler

PASS = "通过"
#: The four sets of article 24: field, whose it is in both languages. The supervisor's is looked at apart.
SETS = (
    ("unit_docs", "需求单位", "the demanding unit"),
    ("contractor_docs", "承建单位", "the contractor"),
    ("supervisor_docs", "监理单位", "the supervision firm"),
    ("other_docs", "相关单位", "other bodies concerned"),
)
MISSING_ZH, MISSING_EN = "初验未合格或验收材料不齐，不得申请终验", "Initial acceptance or documents missing"
PAPERS_ARTICLE = "pj-2020#24"


@handler("load_final", inline=True)
def load_final(context: Context) -> dict[str, Any]:
    """Begin the final acceptance: parties, the initial acceptance, and how long a trial run is expected to take."""
    project = projects.get(context)
    passed_on = project.data.get("initial_passed_on")
    months = int(context.parameter("trial_run_months"))
    facts = find_parties(context) | {"major": is_major(context, project)}
    return facts | {
        "attempt_no": 1,
        "initial_passed_on": passed_on,
        "initial_report": f"初验合格（{passed_on.isoformat()}）" if isinstance(passed_on, date) else None,
        "trial_run_months": months,
        "author_code": project.data.get("credit_code"),
        "bidder_codes": list_codes(context),
        "supplement_rounds": 0,
        "round_limit": int(context.parameter("supplement_rounds")),
        "rectified": [],
        "revise_reason": None,
        "conclusion": None,
        "opinion_items": [],
    }


@handler("check_final", inline=True)
def check_final(context: Context) -> dict[str, Any]:
    """R-PJ-24: initial acceptance and four sets of papers; R-PJ-21: no open change; R-PJ-22 is pointed out."""
    if not isinstance(projects.get(context).data.get("initial_passed_on"), date):
        context.block(
            "initial_report", "R-PJ-24", f"{MISSING_ZH}：没有初验合格的记录", f"{MISSING_EN}: no initial acceptance is on record",
            article=PAPERS_ARTICLE,
        )  # fmt: skip
    for field, zh, en in SETS:
        if not context[field] and not (field == "supervisor_docs" and _needs_no_supervision(context)):
            context.block(
                field, "R-PJ-24", f"{MISSING_ZH}：缺{zh}的验收材料", f"{MISSING_EN}: the papers of {en}", article=PAPERS_ARTICLE
            )
    check_no_open_change(context, "initial_report")
    if not context["docking_certificate"]:
        find_undocked(context, "docking_certificate", level=Level.WARN)
    return {"applied_on": context.today}


@handler("prepare_final_checklist", inline=True)
def prepare_final_checklist(context: Context) -> dict[str, Any]:
    """What the Centre has to check on site, line by line."""
    facts = find_parties(context) | {"major": is_major(context, projects.get(context))}
    return {"items": make_checklist(context, facts)}


@handler("check_final_conclusion", inline=True)
def check_final_conclusion(context: Context) -> dict[str, Any]:
    """What stands against passing (R-PJ-16, R-PJ-21, R-PJ-22, R-PJ-23, R-PJ-24), and the day on which it passed."""
    if context["conclusion"] == PASS:
        check_no_open_change(context, "conclusion")
        check_items(context, context.rows("items"), "conclusion")
        check_budget(context, context.rows("items"), at="conclusion")
        check_products(context, "conclusion")
        _check_docking(context)
        if context["secure_product_result"] is not True:
            rule, zh, en, article = FAILED[PRODUCTS]
            context.block("conclusion", rule, zh, en, article=article)
        if context["doc_complete"] is not True:
            context.block("conclusion", "R-PJ-24", "验收材料不齐，不得通过终验", "Papers are missing", article=PAPERS_ARTICLE)
        _check_day(context)
    else:
        _record_overspent(context)
    return {"decided_on": context.today, "opinion_items": context.rows("opinion_items")}


def _needs_no_supervision(context: Context) -> bool:
    """R-PJ-24: said to be without supervision, where none is engaged and none has to be."""
    facts = find_parties(context)
    return context["no_supervisor"] is True and facts["supervised"] is not True and not is_major(context, projects.get(context))


def _check_docking(context: Context) -> None:
    """R-PJ-22: docked, or the Centre has recorded why docking does not apply."""
    if context["docking_result"] is True:
        return
    reason = str(context["docking_na_reason"] or "").strip()
    if context["docking_na"] is True and reason:
        context.find(
            DOCKING_RULE, f"中心认定不适用对接：{reason}", f"Docking does not apply, as the Centre recorded: {reason}",
            level=Level.FLAG, at="conclusion", article="pj-2020#22",
        )  # fmt: skip
        return
    context.block("conclusion", DOCKING_RULE, DOCKING_ZH, DOCKING_EN, article="pj-2020#22")


def _record_overspent(context: Context) -> None:
    """R-PJ-16: money spent beyond the approved budget without a change is a breach, however the acceptance ends."""
    for _, (zh, en) in enumerate_overspent(context, context.rows("items")):
        said = f"超出核定投资概算：{zh}", f"More spent than approved: {en}"
        record_breach(context, "R-PJ-16", *said, at="conclusion", article="pj-2020#14")


def _check_day(context: Context) -> None:
    """The day of acceptance lies between the initial acceptance and today: periods begin with it."""
    accepted, initial = context["accepted_on"], context["initial_passed_on"]
    if not isinstance(accepted, date) or accepted > context.today or (isinstance(initial, date) and accepted < initial):
        context.block(
            "accepted_on", "R-PJ-24", "终验通过日期应在初验合格之后，且不晚于今天",
            "The day of final acceptance lies after the initial acceptance and not after today", article=PAPERS_ARTICLE,
        )  # fmt: skip
