"""Challenges of an evaluation (质疑投诉, P3.E3). Open this when a challenge is refused, or does not reach its lot."""

from __future__ import annotations

from typing import Any

from handlers.panjin import bids, lots
from service.sdk import Context, handler

UPHELD = "成立"


@handler("load_challenge", inline=True)
def load_challenge(context: Context) -> dict[str, Any]:
    """Take up a challenge only between the opening of the bids and the contract."""
    lot = context.registers.read(lots.REGISTER, str(context["lot_id"]))
    if lot is None:
        context.block("lot_id", "challenge", "没有这个标项", "There is no such lot", article="pj-2020#16")
        return {}
    opened = any(
        record.data.get("round") == lot.data.get("round") for record in context.registers.search(bids.REGISTER, lot_id=lot.key)
    )
    if not opened or lot.data["status"] not in (lots.TENDERING, lots.AWARDED):
        _refuse(context, "lot_id")
    return {
        "project_id": lot.data["project_id"], "project_name": lot.data["project_name"], "lot_name": lot.data["lot_name"],
        "winner_name": lot.data.get("winner_name"),
    }  # fmt: skip


@handler("check_challenge", inline=True)
def check_challenge(context: Context) -> None:
    """A challenge cannot be upheld when the contract was signed meanwhile, or nobody is left to evaluate."""
    lot = lots.get(context)
    if context["challenge_decision"] == UPHELD and lot.data["status"] not in (lots.TENDERING, lots.AWARDED):
        _refuse(context, "decision")


def _refuse(context: Context, field: str) -> None:
    context.block(
        field, "challenge", "只能在开标之后、签约之前质疑评审；已签约的请按合同争议处理",
        "An evaluation is challenged between the opening of the bids and the contract", article="pj-2020#16",
    )  # fmt: skip
