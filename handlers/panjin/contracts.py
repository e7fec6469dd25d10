"""The contract of a lot (P3.T10): checked against award, indicators and law, then registered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from handlers.panjin import bids, lots, projects
from handlers.panjin.procurement_terms import check_free_maintenance
from handlers.panjin.spans import check_build
from service.sdk import Context, Record, handler

REGISTER = "contract"
LOCKED_ZH, LOCKED_EN = "核定指标不得随意更改，请走变更审批", "Approved indicators are locked; file a change"
#: What an entry repeats from F-PJ-25.
COPIED = (
    "contract_no", "party_b", "amount", "sign_date", "start", "end", "free_om_years", "free_om_reason", "data_docking_clause",
    "security_clause", "contract_file",
)  # fmt: skip


def list_of(context: Context, project_id: str) -> list[Record]:
    """The contracts of a project."""
    return list(context.registers.search(REGISTER, project_id=project_id))


@handler("check_contract", inline=True)
def check_contract(context: Context) -> dict[str, Any]:
    """Leave every finding of the contract; `overrides` is what the head of the Centre has to decide before the unit signs."""
    project = projects.get(context)
    _check_award(context)
    check_build(context, "start", "end")
    _check_approval(context, project)
    _check_indicators(context, project)
    _check_clauses(context)
    return {"overrides": check_free_maintenance(context, contract=True), "override_decisions": None, "revise_reason": None}


@handler("record_contract", inline=True)
def record_contract(context: Context) -> dict[str, Any]:
    """Enter the contract and close its lot; says which unit of the house the contractor is, if it is one."""
    lot = lots.get(context)
    code = str(context["winner"])
    unit = next(iter(context.registers.search("unit", credit_code=code)), None)
    known = context.registers.read(REGISTER, lot.key)
    data = {name: context[name] for name in COPIED} | {
        "lot_id": lot.key,
        "lot_type": lot.data["lot_type"],
        "project_id": lot.data["project_id"],
        "project_name": lot.data["project_name"],
        "unit_id": lot.data["unit_id"],
        "credit_code": code,
        "party_unit": unit.key if unit else None,
        "registered_on": context.today,
    }
    context.write(REGISTER, lot.key, data, expected=known.version if known else 0)
    lots.patch(context, status=lots.CONTRACTED, award_price=context["amount"], contracted_on=context["sign_date"])
    return {"party_unit": unit.key if unit else None, "lot_result": lots.CONTRACTED}


def _check_award(context: Context) -> None:
    """R-PJ-16: the contract is with the winner and for the price that won."""
    won = context.registers.read(bids.REGISTER, bids.key_of(context["lot_id"], context["winner"]))
    if won is None or won.data["status"] != bids.WINNER or context["party_b"] != won.data["name"]:
        context.block("party_b", "R-PJ-16", "乙方应为中标人", "Party B has to be the winner", article="pj-2020#16")
    price = context.money("award_price")
    if context.money("amount") != price:
        context.block(
            "amount", "R-PJ-16", f"{LOCKED_ZH}：合同金额应等于中标价 {price:,.2f} 元",
            f"{LOCKED_EN}: the amount has to be the award price of {price:,.2f} yuan", article="pj-2020#14",
        )  # fmt: skip
    day, notice = context["sign_date"], context["award_notice_on"]
    if isinstance(day, date) and isinstance(notice, date) and not notice <= day <= context.today:
        context.block(
            "sign_date", "sign-date", "签订日期应在中标通知之后、今日之前（含）",
            "The contract is signed after the award was notified and not later than today", article="pj-2020#16",
        )  # fmt: skip


def _check_approval(context: Context, project: Record) -> None:
    """R-PJ-08: work does not start before the project is approved and listed."""
    start = context["start"]
    known = [day for day in (project.data.get("approved_on"), project.data.get("listed_on")) if isinstance(day, date)]
    if isinstance(start, date) and known and start < max(known):
        context.block(
            "start", "R-PJ-08", f"严禁未批先建：起始日期不得早于 {max(known).isoformat()}",
            f"Building before approval is prohibited: not before {max(known).isoformat()}", article="pj-2020#11",
        )  # fmt: skip


def _check_indicators(context: Context, project: Record) -> None:
    """R-PJ-16: end and money stay within the indicators in force, those of an approved change included."""
    locked, kind = projects.in_force(project), context["lot_type"]
    end, latest = context["end"], locked.get("end")
    work = kind in (lots.BUILD, lots.HARDWARE)
    if work and isinstance(end, date) and isinstance(latest, date) and end > latest:
        context.block(
            "end", "R-PJ-16", f"{LOCKED_ZH}：核定完工日期 {latest.isoformat()}",
            f"{LOCKED_EN}: the approved end is {latest.isoformat()}", article="pj-2020#14",
        )  # fmt: skip
    others = [record for record in list_of(context, project.key) if record.data["lot_id"] != context["lot_id"]]
    total = sum((Decimal(str(record.data["amount"])) for record in others), context.money("amount"))
    budget = Decimal(str(locked.get("budget") or 0))
    if total > budget:
        context.block(
            "amount", "R-PJ-16", f"{LOCKED_ZH}：各合同合计 {total:,.2f} 元，核定概算 {budget:,.2f} 元",
            f"{LOCKED_EN}: contracts of {total:,.2f} yuan, approved {budget:,.2f}", article="pj-2020#14",
        )  # fmt: skip


def _check_clauses(context: Context) -> None:
    """R-PJ-22 and R-PJ-23: a build contract says that the system docks, and that its products are safe."""
    if context["lot_type"] != lots.BUILD:
        return
    for field, rule, zh, en, article in (
        ("data_docking_clause", "R-PJ-22", "合同须载明与市政务数据交换共享平台对接", "The contract has to agree on docking", 22),
        ("security_clause", "R-PJ-23", "合同须载明采用安全可靠产品", "The contract has to agree on safe products", 23),
    ):
        if context[field] is not True:
            context.block(field, rule, zh, en, article=f"pj-2020#{article}")
