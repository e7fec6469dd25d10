"""Who may not sit on a panel (R-PJ-11 with table A3, SoD-12). Open this when an expert is refused, or slips in.

The table `author_conflict` judges the staff of a plan's author; bidders' and the applicant's own staff are out in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.sdk import Context, Level, Record, handler

AUTHOR, BIDDER, APPLICANT, NOBODY = "编制单位人员", "投标人人员", "需求单位人员", "无"


@handler("relate_members", inline=True)
def relate_members(context: Context) -> dict[str, Any]:
    """Say of each proposed expert whose staff it is."""
    rows = []
    for row in context.rows("members"):
        record = context.registers.read("expert", str(row.get("expert")))
        relation = find_relation(context, record) if record is not None else NOBODY
        rows.append({"expert": row.get("expert"), "reason": row.get("reason"), "relation": relation})
    return {"candidates": rows}


@handler("check_draw", inline=True)
def check_draw(context: Context) -> dict[str, Any]:
    """Refuse an expert with a conflict (R-PJ-11), a replacement without a reason, a panel that is too small."""
    drawn = {str(row["expert"]) for row in context.rows("drawn_members")}
    seated = [str(row["account"]) for row in context.rows("panel_members")]
    recused = {str(row["account"]) for row in context.rows("recused_members")}
    members: list[dict[str, Any]] = []
    for number, (row, conflict) in enumerate(zip(context.rows("candidates"), context["conflicts"] or (), strict=True)):
        at, account = f"members.{number}.expert", str(row.get("expert"))
        record = context.registers.read("expert", account)
        if record is None or record.data.get("active") is not True:
            context.block(at, "R-PJ-11", "不在专家库内", "Not in the register of experts", article="pj-2020#12")
            continue
        _check_conflict(context, at, row, str(conflict), record)
        if account in seated or account in {one["account"] for one in members}:
            context.block(at, "R-SYS-01", "同一名专家只能参加一次", "An expert sits on a panel once")
        if account in recused:
            context.block(at, "R-PJ-11", "该专家已声明回避", "This expert has stood aside", article="pj-2020#12")
        if account not in drawn and not row.get("reason"):
            context.block(
                f"members.{number}.reason",
                "R-PJ-11",
                "更换专家请说明理由",
                "State why the expert is replaced",
                article="pj-2020#12",
            )
        members.append({"account": account, "name": record.data.get("name"), "employer_name": record.data.get("employer_name")})
    seats = int(context["panel_seats"] or 0)
    if len(members) + len(seated) < seats:
        zh, en = f"专家不得少于 {seats} 名", f"There have to be at least {seats} experts"
        context.block("members", "panel_size", zh, en, article="pj-2020#9")
    return {"pending_members": members}


def find_relation(context: Context, record: Record) -> str:
    """Whose staff an expert is, as far as it matters for this panel."""
    codes = _employer_codes(context, record)
    if codes & _codes(context["author_code"], context["author_codes"]):
        return AUTHOR
    if codes & _codes(context["bidder_codes"]):
        return BIDDER
    if record.data.get("employer_unit") in {str(unit) for unit in (context["unit_id"], *(context["applicant_units"] or ()))}:
        return APPLICANT
    return NOBODY


def _check_conflict(context: Context, at: str, row: Mapping[str, Any], conflict: str, record: Record) -> None:
    name = record.data.get("name")
    if row["relation"] == AUTHOR:
        zh, en = "方案编制单位不得参加承建标项的投标、评审", "The plan author may not bid for or evaluate the build lot"
        level = Level.BLOCK if conflict == "block" else Level.WARN
        context.find("R-PJ-11", f"{zh}：{name}", f"{en}: {name}", level=level, at=at, article="pj-2020#12")
    elif row["relation"] == BIDDER:
        context.block(
            at,
            "R-PJ-11",
            f"投标人的工作人员不得参加评审：{name}",
            f"A bidder's staff may not judge it: {name}",
            article="pj-2020#12",
        )
    elif row["relation"] == APPLICANT:
        context.block(
            at,
            "SoD-12",
            f"需求单位的工作人员不得评审本单位项目：{name}",
            f"The applicant's staff may not judge its project: {name}",
        )


def _employer_codes(context: Context, record: Record) -> frozenset[str]:
    employer = record.data.get("employer_unit")
    unit = context.registers.read("unit", str(employer)) if employer else None
    return _codes(record.data.get("credit_code"), unit.data.get("credit_code") if unit else None)


def _codes(*given: Any) -> frozenset[str]:
    found: list[Any] = []
    for one in given:
        found.extend(one if isinstance(one, Iterable) and not isinstance(one, str) else [one])
    return frozenset(str(one) for one in found if one)
