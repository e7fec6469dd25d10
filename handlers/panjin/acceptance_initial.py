"""Initial acceptance (P6): application, panel, conclusion. Open this when a contractor or a panel is refused."""

from __future__ import annotations

from typing import Any

from handlers.panjin import projects
from handlers.panjin.acceptance_checklist import check_budget, make_checklist
from handlers.panjin.acceptance_facts import Entry, is_docked, is_major, lacks_report, last, list_choices, products
from handlers.panjin.acceptance_panel import check_members
from handlers.panjin.acceptance_rules import (
    DOCKING,
    FAILED,
    PRODUCTS,
    REPORTS,
    check_items,
    check_no_open_change,
    check_products,
    find_undocked,
)
from handlers.panjin.construction_parties import SUPERVISION, TESTING, find_parties
from handlers.panjin.rectification import BLANK
from service.sdk import Context, Level, handler

FIRST = "合格"
#: The field of F-PJ-50 under which a finding about the papers stands.
PAPERS = "docs"


@handler("load_initial", inline=True)
def load_initial(context: Context) -> dict[str, Any]:
    """Begin the initial acceptance: parties, contracts, and whether a test report is still wanted."""
    project = projects.get(context)
    facts = find_parties(context) | {"major": is_major(context, project)}
    return facts | {
        "attempt": 1,
        "contracts": list_choices(context),
        "test_report_wanted": lacks_report(project, facts),
        "conclusion": None,
        "rectify_items": [],
        "rectifications": [],
    }


@handler("check_initial", inline=True)
def check_initial(context: Context) -> dict[str, Any]:
    """What has to be on record before a panel meets (R-PJ-19, R-PJ-21, R-PJ-22, R-PJ-23, R-PJ-31)."""
    project = projects.get(context)
    facts = find_parties(context) | {"major": is_major(context, project)}
    check_no_open_change(context, PAPERS)
    _check_reports(context, facts)
    _check_baseline(context)
    if not products(project):
        rule, zh, en, article = FAILED[PRODUCTS]
        context.block(PAPERS, rule, f"{zh}：没有产品清单", f"{en}: there is no list of products", article=article)
    if not is_docked(project):
        find_undocked(context, PAPERS, level=Level.WARN)
    return facts | {"items": make_checklist(context, facts), "least_members": context.parameter("acceptance_panel_size")}


@handler("check_initial_panel", inline=True)
def check_initial_panel(context: Context) -> dict[str, Any]:
    """R-PJ-16 for what is over the approved budget, and a panel that may sit."""
    check_budget(context, context.rows("items"))
    return {"panel": check_members(context, "panel")}


@handler("check_initial_conclusion", inline=True)
def check_initial_conclusion(context: Context) -> dict[str, Any]:
    """R-PJ-16, R-PJ-19, R-PJ-21, R-PJ-23: nothing but docking may be missing where the conclusion is that it passed."""
    if context["conclusion"] == FIRST:
        check_no_open_change(context, "conclusion")
        check_items(context, context.rows("items"), "conclusion")
        check_products(context, "conclusion")
        if any(row.get("category") == DOCKING and row.get("ok") is False for row in context.rows("items")):
            find_undocked(context, "conclusion", level=Level.WARN)
    return {"concluded_on": context.today}


@handler("open_initial_rectification", inline=True)
def open_initial_rectification(context: Context) -> dict[str, Any]:
    """Count the next attempt, and hand the contractor a line for everything that is to be put right."""
    return {
        "attempt": int(context["attempt"]) + 1,
        "rectifications": [dict(BLANK) | {"item": row.get("item")} for row in context.rows("rectify_items")],
        "conclusion": None,
    }


@handler("renew_initial_checklist", inline=True)
def renew_initial_checklist(context: Context) -> dict[str, Any]:
    """What is known is read again, and nothing is marked: the panel of the next attempt begins with a clean list."""
    facts = find_parties(context) | {"major": is_major(context, projects.get(context))}
    return {"items": make_checklist(context, facts), "panel_marks": []}


@handler("record_initial_pass", inline=True)
def record_initial_pass(context: Context) -> dict[str, Any]:
    """The project may ask for its final acceptance."""
    projects.set_status(context, None, "initial_passed", initial_passed_on=context["concluded_on"])
    return {"initial_passed_on": context["concluded_on"]}


def _check_reports(context: Context, facts: Entry) -> None:
    """R-PJ-19: what was engaged has reported; of a major project both supervision and testing are."""
    _, zh, en, article = FAILED[REPORTS]
    if lacks_report(projects.get(context), facts):
        context.block(PAPERS, "R-PJ-19", zh, en, article=article)
    wanted = ((SUPERVISION, "supervised"), (TESTING, "tested")) if facts["major"] is True else ()
    for kind in (kind for kind, engaged in wanted if facts[engaged] is not True):
        context.block(
            PAPERS,
            "R-PJ-19",
            f"重大项目须引入监理和软件测评并列入预算：没有{kind}合同",
            f"Major projects need supervision and testing in budget: there is no contract ({kind})",
            article=article,
        )


def _check_baseline(context: Context) -> None:
    """R-PJ-31: unit and contractor have made an emergency plan together and assessed the risks."""
    baseline = last(projects.get(context), "security_baseline")
    for name, zh, en in (
        ("emergency_plan_file", "缺应急预案", "the emergency plan is missing"),
        ("risk_assessment_file", "缺风险评估", "the risk assessment is missing"),
    ):
        if not baseline.get(name):
            context.block(
                PAPERS,
                "R-PJ-31",
                f"须共同制定应急预案并开展风险评估：{zh}",
                f"Joint emergency plan and risk assessment required: {en}",
                article="pj-2020#31",
            )
