"""Bids from the opening to the award (P3.T6 to T9). Open this when a bidder is flagged wrongly, ranked wrongly, or wins wrongly.

Nothing of a bid exists before `open_bids` is completed: these handlers are the first to see one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from handlers.panjin import lots
from service.sdk import Context, Level, handler

REGISTER = "bidder"
SAME, RELATED, NONE = "同一单位", "控制或同一法定代表人", "无"
BLOCK, WARN = "block", "warn"
REGISTERED, REJECTED, LOSING, WINNER = "registered", "rejected", "losing", "winner"
AWARDED, ABORTED = "中标", "流标"
ARTICLE = "pj-2020#12"
#: Words of a declared relation, unless one of control or of person is denied just before.
_DECLARED = re.compile(
    "(?<!无)(?<!没有)(?<!不存在)(?<!非)(?<!不是)(控制|控股|参股|同一法定代表人|法定代表人相同|同一实际控制人|关联|母公司|子公司|分公司)"
)
#: What an entry holds of the row that the steps hand on.
ENTERED = (
    "name", "credit_code", "bid_price", "declared_relations", "relation", "conflict", "status", "reason", "average_score",
    "rank",
)  # fmt: skip
_CENT = Decimal("0.01")


@handler("read_bids", inline=True)
def read_bids(context: Context) -> dict[str, Any]:
    """Say of each bidder how it is related to the author of the plan; without bidders the opening says that there are none."""
    rows = context.rows("bidders")
    if not rows and context["no_bids"] is not True:
        context.block(
            "bidders", "no-bids", "请登记投标人；无人投标的，请勾选“无人投标（流标）”",
            "Enter the bidders, or tick that nobody bid", article="pj-2020#16",
        )  # fmt: skip
    if rows and context["no_bids"] is True:
        context.block("no_bids", "no-bids", "已登记投标人，不是流标", "There are bidders: somebody did bid", article="pj-2020#16")
    read = [{**row, "relation": _relation(context, row), "status": REGISTERED, "conflict": "none"} for row in rows]
    return {"bidders": read, "remaining": [], "failure": None if rows else "无人投标"}


@handler("flag_conflicts", inline=True)
def flag_conflicts(context: Context) -> dict[str, Any]:
    """R-PJ-11: enter the bidders with what the table `author_conflict` found; who is in conflict can only be rejected."""
    judged = list(context["conflicts"] or ())
    bidders = [{**row, "conflict": judged[number]} for number, row in enumerate(context.rows("bidders"))]
    for number, row in enumerate(bidders):
        name = f"{row['name']}（{row['relation']}）"
        if row["conflict"] == BLOCK:
            _find(context, Level.FLAG, number, f"冲突：{name}。方案编制单位不得参加承建标项的投标、评审，只能取消其投标资格",
                  "Conflict: the plan author may not bid for the build lot; it can only be rejected")  # fmt: skip
        elif row["conflict"] == WARN:
            _find(context, Level.WARN, number, f"{name}是方案编制方或其关联单位，请注意监理、测评的独立性",
                  "Plan author or related to it: watch the independence of supervision and testing")  # fmt: skip
        if other := _other_side(context, row["credit_code"]):
            context.warn(
                f"bidders.{number}.credit_code", "SoD-4", f"{row['name']} 已中本项目{other}标项，不能再中本标项（惯例）",
                "The bidder has won a lot on the other side of this project and cannot win this one (practice)",
                article="pj-2020#19",
            )  # fmt: skip
        _enter(context, row)
    conflicted = [row for row in bidders if row["conflict"] == BLOCK]
    return {
        "bidders": bidders,
        "rejections": [
            {"name": row["name"], "credit_code": row["credit_code"], "relation": row["relation"]} for row in conflicted
        ],
        **_remaining([row for row in bidders if row["conflict"] != BLOCK]),
    }


@handler("record_rejections", inline=True)
def record_rejections(context: Context) -> dict[str, Any]:
    """R-PJ-11: reject every bidder in conflict, with the reason given."""
    reasons = {row.get("credit_code"): row.get("reason") for row in context.rows("rejections")}
    bidders = []
    for number, row in enumerate(context.rows("bidders")):
        if row["conflict"] == BLOCK:
            reason = reasons.get(row["credit_code"])
            row = {**row, "status": REJECTED, "reason": reason}
            _enter(context, row)
            _find(context, Level.FLAG, number, f"取消投标资格：{row['name']}；理由：{reason}", "The bidder is rejected")
        bidders.append(row)
    left = [row for row in bidders if row["status"] == REGISTERED]
    return {"bidders": bidders, "failure": None if left else "投标人均被取消资格"}


@handler("rank_bids", inline=True)
def rank_bids(context: Context) -> dict[str, Any]:
    """Rank the remaining bidders by the mean of the experts' scores, two places; among equals the lower price first."""
    scores: dict[str, list[Decimal]] = {}
    for sheet in context.rows("evaluations"):
        for row in sheet.get("scores") or ():
            scores.setdefault(str(row["credit_code"]), []).append(Decimal(str(row["score"])))
    rows = []
    for row in context.rows("remaining"):
        given = scores[str(row["credit_code"])]
        mean = (sum(given, Decimal(0)) / len(given)).quantize(_CENT, ROUND_HALF_UP)
        rows.append({**row, "average_score": mean})
    rows.sort(key=lambda row: (-row["average_score"], row.get("bid_price") is None, row.get("bid_price") or 0))
    return {"ranking": [{**row, "rank": number} for number, row in enumerate(rows, 1)], "evaluation_closed": True}


@handler("check_award", inline=True)
def check_award(context: Context) -> dict[str, Any]:
    """R-PJ-16: the winner remained in the contest and costs no more than its lot; or nobody wins."""
    ranking = context.rows("ranking")
    if context["award_result"] == ABORTED:
        for row in ranking:
            _enter(context, {**row, "status": LOSING})
        lots.patch(context, failure="评审后流标")
        return {"winner_name": None, "failure": "评审后流标"}
    price, budget = context.money("award_price"), context.money("lot_budget")
    won = next((row for row in ranking if row["credit_code"] == context["winner"]), None)
    if won is not None and (other := _other_side(context, won["credit_code"])):
        context.block(
            "winner", "SoD-4", f"承建与监理、测评不得为同一单位：{won['name']} 已中{other}标项（惯例）",
            "Contractor and supervisor or tester of one project have to be different (practice)", article="pj-2020#19",
        )  # fmt: skip
    if won is None:
        context.block(
            "winner",
            "R-PJ-11",
            "中标人须是未被取消资格的投标人",
            "The winner has to be a bidder that was not rejected",
            article=ARTICLE,
        )
    if price > budget:
        context.block(
            "award_price", "R-PJ-16", f"核定指标不得随意更改，请走变更审批：中标价不得超过标项预算 {budget:,.2f} 元",
            f"Approved indicators are locked; file a change: the price may not exceed the lot's budget of {budget:,.2f} yuan",
            article="pj-2020#14",
        )  # fmt: skip
    _check_notice(context)
    if won is None:
        return {}
    for row in ranking:
        _enter(context, {**row, "status": WINNER if row is won else LOSING})
    lots.patch(context, status=lots.AWARDED, winner=won["credit_code"], winner_name=won["name"], award_price=price,
               award_notice_on=context["award_notice_on"])  # fmt: skip
    return {"winner_name": won["name"], "failure": None}


@handler("reopen_evaluation", inline=True)
def reopen_evaluation(context: Context) -> dict[str, Any]:
    """A challenge was upheld: the award falls, and a committee is formed anew."""
    for row in context.rows("remaining"):
        _enter(context, {**row, "status": REGISTERED})
    lots.patch(context, status=lots.TENDERING, winner=None, winner_name=None, award_price=None, award_notice_on=None)
    context.find(
        "challenge", f"质疑成立，重新评审：{context['challenge_reason']}", "A challenge was upheld: the bids are evaluated anew",
        level=Level.FLAG, article="pj-2020#16",
    )  # fmt: skip
    return dict.fromkeys(("award_result", "winner", "winner_name", "award_price", "award_notice_on"))


def key_of(lot_id: Any, credit_code: Any) -> str:
    return f"{lot_id}:{credit_code}"


def _check_notice(context: Context) -> None:
    """The award is notified after the bids were opened, and not in the future."""
    day, notice = context["award_notice_on"], context["notice_on"]
    if isinstance(day, date) and isinstance(notice, date) and not notice <= day <= context.today:
        context.block(
            "notice_date", "award-notice", "中标通知日期应在招标公告之后、今日之前（含）",
            "The award is notified after the tender was announced and not later than today", article="pj-2020#16",
        )  # fmt: skip


def _other_side(context: Context, code: Any) -> str | None:
    """SoD-4: the kind of lot that a bidder has won on the other side of the project, work against supervision and testing."""
    accompanies = context["lot_type"] in lots.ACCOMPANYING
    for record in lots.list_standing(context, str(context["project_id"])):
        kind = str(record.data["lot_type"])
        if record.data.get("winner") == code and record.key != context["lot_id"] and (kind in lots.ACCOMPANYING) != accompanies:
            return kind
    return None


def _relation(context: Context, row: Mapping[str, Any]) -> str:
    """How a bidder is related to the author of the plan: by its code, by what it ticked, or by what it wrote."""
    code, name = context["plan_author_code"], context["plan_author_name"]
    if not code:
        return NONE
    if row.get("credit_code") == code:
        return SAME
    if row.get("author_relation") == RELATED:
        return RELATED
    declared = str(row.get("declared_relations") or "").strip()
    names = [word for word in (code, name, "编制单位", "编制方") if word]
    told = any(str(word) in declared for word in names) and _DECLARED.search(declared)
    return RELATED if told else NONE


def _remaining(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the evaluation works on: the bidders, a blank score sheet and the choice of a winner."""
    return {
        "remaining": rows,
        "score_sheet": [{"name": row["name"], "credit_code": row["credit_code"], "score": None} for row in rows],
        "winner_options": [{"label": row["name"], "value": row["credit_code"]} for row in rows],
        "failure": None if rows else "没有有效投标人",
    }


def _enter(context: Context, row: Mapping[str, Any]) -> None:
    """Write the bidder's entry as it is now."""
    key = key_of(context["lot_id"], row["credit_code"])
    known = context.registers.read(REGISTER, key)
    data = {name: row.get(name) for name in ENTERED} | {
        "lot_id": context["lot_id"], "project_id": context["project_id"], "unit_id": context["unit_id"],
        "round": context["tender_round"], "opened_on": context["opened_on"] or context.today,
    }  # fmt: skip
    context.write(REGISTER, key, data, expected=known.version if known else 0)


def _find(context: Context, level: Level, number: int, zh: str, en: str) -> None:
    context.find("R-PJ-11", zh, en, level=level, at=f"bidders.{number}.credit_code", article=ARTICLE)
