"""The tender document of a lot, its compliance and its notice (P3.T3 to S1). Open this when a tender is refused or goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.panjin import lots, projects
from handlers.panjin.author import THIRD_PARTY
from handlers.panjin.procurement_terms import check_free_maintenance
from service.sdk import Context, Level, handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """What a tender document says for some kinds of lots: `field` is the drafter's answer, None when only the reviewer judges."""

    field: str | None
    zh: str
    rule: str
    article: str
    kinds: tuple[str, ...] = ()


CLAUSES = (
    Clause(
        field="author_exclusion_clause", zh="方案编制单位及其关联单位不得投标", rule="R-PJ-11", article="pj-2020#12",
        kinds=(lots.BUILD,),
    ),
    Clause(field="free_om_years", zh="免费运行维护年限", rule="R-PJ-26", article="pj-2020#21", kinds=(lots.BUILD,)),
    Clause(
        field="data_docking_clause", zh="与市政务数据交换共享平台对接", rule="R-PJ-22", article="pj-2020#22", kinds=(lots.BUILD,)
    ),
    Clause(
        field="security_clause", zh="采用安全可靠产品", rule="R-PJ-23", article="pj-2020#23", kinds=(lots.BUILD, lots.HARDWARE)
    ),
    Clause(field=None, zh="无歧视性、排他性条款（含地域限制）", rule="R-PJ-18", article="pj-2020#17"),
)  # fmt: skip


@handler("load_lot", inline=True)
def load_lot(context: Context) -> dict[str, Any]:
    """What the steps of a lot need to know of its project; the lot's own facts come from its entry."""
    lot, project = lots.get(context).data, projects.get(context)
    author = project.data.get("plan_author_type") == THIRD_PARTY
    return {
        "lot_name": lot["lot_name"],
        "lot_no": lot["lot_no"],
        "lot_type": lot["lot_type"],
        "lot_budget": lot["budget"],
        "method": lot["method"],
        "plan_author_name": project.data.get("plan_author_name") if author else None,
        "plan_author_code": project.data.get("credit_code") if author else None,
        "tender_round": int(lot.get("round") or 0),
        "free_om_years": None if lot["lot_type"] in lots.ACCOMPANYING else int(context.parameter("free_maintenance_years")),
        "revise_reason": None,
    }


@handler("check_tender", inline=True)
def check_tender(context: Context) -> dict[str, Any]:
    """Judge the draft: free maintenance may need an override, a clause that is missing is pointed out to the reviewer."""
    overrides = check_free_maintenance(context, contract=False)
    items = []
    for clause in _clauses(context):
        missing = _is_missing(context, clause)
        if missing and clause.field is not None:
            context.warn(
                clause.field, clause.rule, f"招标文件未载明：{clause.zh}", "The tender document lacks a clause that it needs",
                article=clause.article,
            )  # fmt: skip
        items.append({"clause": clause.zh, "ok": False, "note": _remark(context, clause, missing=missing)})
    return {"overrides": overrides, "override_decisions": None, "compliance_items": items, "revise_reason": None}


@handler("check_compliance", inline=True)
def check_compliance(context: Context) -> dict[str, Any]:
    """Pass only a document in which every item is met; what is returned says why."""
    passed = context["compliance_result"] == "通过"
    rows = context.rows("compliance_items")
    for number, clause in enumerate(_clauses(context)):
        met = number < len(rows) and rows[number].get("ok") is True
        if passed and (not met or (clause.field is not None and _is_missing(context, clause))):
            context.block(
                f"items.{number}.ok", clause.rule, f"不符合，不得通过：{clause.zh}",
                "The tender document does not meet this item and may not pass", article=clause.article,
            )  # fmt: skip
    unmet = [_line(row) for row in rows if row.get("ok") is not True]
    note = str(context["compliance_note"] or "")
    return {"revise_reason": None if passed else "\n".join([note, *unmet]).strip()}


@handler("publish_notice", inline=True)
def publish_notice(context: Context) -> dict[str, Any]:
    """Announce the tender: the bid window runs from today; a new round begins."""
    number = int(context["tender_round"] or 0) + 1
    lots.patch(context, status=lots.TENDERING, round=number, notice_on=context.today, winner=None, winner_name=None,
               award_price=None, award_notice_on=None, failure=None)  # fmt: skip
    context.find(
        "notice", f"招标公告已发布：{context['lot_name']}，{context['method']}，第 {number} 轮",
        f"The tender is announced: {context['lot_id']}, round {number}", level=Level.FLAG, article="pj-2020#16",
    )  # fmt: skip
    # What an earlier round left binds nobody.
    earlier = ("bidders", "remaining", "award_result", "winner", "winner_name", "award_price", "challenge_reason")
    return {"notice_on": context.today, "tender_round": number, **dict.fromkeys(earlier)}


@handler("fail_lot", inline=True)
def fail_lot(context: Context) -> dict[str, Any]:
    """Nobody won and it is not tendered again."""
    lots.patch(context, status=lots.FAILED, failure=str(context["retender_opinion"] or context["failure"] or "流标"))
    return {"lot_result": lots.FAILED}


def _clauses(context: Context) -> list[Clause]:
    return [clause for clause in CLAUSES if not clause.kinds or context["lot_type"] in clause.kinds]


def _is_missing(context: Context, clause: Clause) -> bool:
    if clause.field is None:
        return False
    return context[clause.field] is None if clause.field == "free_om_years" else context[clause.field] is not True


def _remark(context: Context, clause: Clause, *, missing: bool) -> str | None:
    if clause.field == "free_om_years" and not missing:
        return f"编制人填写：{context['free_om_years']} 年"
    return "编制人填写：未载明" if missing else None


def _line(row: Mapping[str, Any]) -> str:
    return f"{row.get('clause')}：{row.get('note') or '不符合'}"
