"""The evaluation committee of a lot (P3.T7, T8). Open this when an expert is refused, or sits where they should not."""

from __future__ import annotations

from typing import Any

from service.sdk import Context, Record, handler

REGISTER = "expert"
STAFF, NONE = "编制单位人员", "无"


@handler("look_up_committee", inline=True)
def look_up_committee(context: Context) -> dict[str, Any]:
    """Find the experts that were chosen, their employers, and whether they work for the author of the plan."""
    members = []
    for account in context["committee_accounts"] or ():
        record = context.registers.read(REGISTER, str(account))
        data = record.data if record else {}
        code = data.get("credit_code") or _code_of(context, data.get("employer_unit"))
        members.append(
            {
                "account": account,
                "name": data.get("name") or account,
                "employer_unit": data.get("employer_unit"),
                "employer_name": data.get("employer_name"),
                "employer_code": code,
                "known": record is not None and data.get("active") is not False,
                "relation": STAFF if code and code == context["plan_author_code"] else NONE,
            }
        )
    return {"committee": members}


@handler("check_committee", inline=True)
def check_committee(context: Context) -> None:
    """R-PJ-11 by the table `author_conflict`; no expert of a bidder or of the demanding unit; and enough of them."""
    members = context.rows("committee")
    least = int(context.parameter("bid_panel_min"))
    if len(members) < least:
        context.block(
            "committee_accounts", "bid_panel_min", f"评标委员会不少于 {least} 人（惯例）",
            f"The committee has at least {least} members (practice)", article="pj-2020#16",
        )  # fmt: skip
    codes = {str(row["credit_code"]): str(row["name"]) for row in context.rows("bidders")}
    for member, judged in zip(members, context["committee_conflicts"] or (), strict=True):
        name, employer = member["name"], member["employer_name"] or "—"
        if not member["known"]:
            _block(context, "expert", f"{name} 不是在库专家", f"{name} is not an expert of the register")
        if judged == "block":
            _block(context, "R-PJ-11", f"方案编制单位不得参加承建标项的投标、评审：{name} 任职于{employer}",
                   f"The plan author may not bid for or evaluate the build lot: {name} works for it")  # fmt: skip
        if member["employer_code"] in codes:
            _block(context, "R-SYS-01", f"投标人的人员不得参加评审：{name} 任职于{codes[member['employer_code']]}",
                   f"Staff of a bidder may not evaluate: {name}")  # fmt: skip
        if member["employer_unit"] and member["employer_unit"] == context["unit_id"]:
            _block(
                context, "SoD-12", f"评审专家不得来自需求单位：{name}", f"An expert may not come from the demanding unit: {name}"
            )


def _block(context: Context, rule: str, zh: str, en: str) -> None:
    context.block("committee_accounts", rule, zh, en, article="pj-2020#12" if rule == "R-PJ-11" else "pj-2020#16")


def _code_of(context: Context, unit: Any) -> str | None:
    """The credit code of the unit that employs an expert."""
    found: Record | None = context.registers.read("unit", str(unit)) if unit else None
    return str(found.data["credit_code"]) if found and found.data.get("credit_code") else None
