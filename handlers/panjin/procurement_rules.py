"""What a procurement plan has to satisfy (P3.B1). Open this when a plan of lots is blocked, or passes and should not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from handlers.panjin import lots, projects
from service.sdk import Context, Record

#: States of a plan item that allow buying (pj-2020#9, #16).
LISTED = ("listed", "urgent_approved")
#: States of a project that only a listed one reaches; they count where no plan item is in the register.
PAST_LISTING = ("listed", "urgent_approved", "funded", "procuring", "contracted", "building", "built", "initial_passed")
FUNDED = ("安排", "部分安排")
#: Ways of buying in which several compete.
COMPETITIVE = ("公开招标", "竞争性磋商", "竞争性谈判", "询价")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the project may spend: its place in the plan, the year's money, the locked budget, and the lots it has already."""

    listed: bool
    arranged: Decimal
    budget: Decimal
    standing: list[Record]
    plan_year: Any


def find_means(context: Context) -> Means:
    """Read the registers as they are now: indicators in force, plan item, lots."""
    project = projects.get(context)
    year = context["plan_year"]
    item = context.registers.read("plan_item", f"{project.key}:{year}")
    status = project.data.get("status")
    listed = status == "urgent_approved" or (item.data.get("status") in LISTED if item else status in PAST_LISTING)
    return Means(
        listed=listed, arranged=_arranged(item, project), budget=_decimal(projects.in_force(project).get("budget")),
        standing=lots.list_standing(context, project.key), plan_year=year,
    )  # fmt: skip


def check_plan(context: Context, means: Means, planned: list[Mapping[str, Any]]) -> None:
    """Leave every finding of the planned lots."""
    _check_listed(context, means)
    _check_numbers(context, means, planned)
    _check_funds(context, means, planned)
    _check_budget(context, means, planned)
    _check_splitting(context, means, planned)
    _check_competition(context, planned)
    _check_major(context, means, planned)


def _check_listed(context: Context, means: Means) -> None:
    """R-PJ-17: what is not in the plan is not bought."""
    if not means.listed:
        context.block(
            "lots", "R-PJ-17", "未列入年度计划（或一事一议未获批），不得采购",
            "Not in the annual plan; procurement not allowed", article="pj-2020#16",
        )  # fmt: skip


def _check_numbers(context: Context, means: Means, planned: list[Mapping[str, Any]]) -> None:
    taken = {record.data["lot_no"] for record in means.standing}
    for number, row in enumerate(planned):
        if row.get("lot_no") in taken:
            context.block(
                f"lots.{number}.lot_no", "lot-number", f"标项号 {row.get('lot_no')} 已在采购或已签合同，请另编号",
                f"Lot {row.get('lot_no')} is being bought or contracted; give another number", article="pj-2020#16",
            )  # fmt: skip


def _check_funds(context: Context, means: Means, planned: list[Mapping[str, Any]]) -> None:
    """R-PJ-35: what is to be paid in the plan year is arranged for."""
    for number, row in enumerate(planned):
        if _decimal(row.get("pay_this_year")) > _decimal(row.get("budget")):
            context.block(
                f"lots.{number}.pay_this_year", "R-PJ-35", "本年度支付不得超过标项预算",
                "What is paid this year may not exceed the lot's budget", article="pj-2020#9",
            )  # fmt: skip
    wanted = _sum(planned, "pay_this_year") + lots.total_pay(means.standing, means.plan_year)
    if means.arranged <= ZERO or wanted > means.arranged:
        context.block(
            "lots", "R-PJ-35",
            f"未落实资金计划：各标项本年度支付合计 {wanted:,.2f} 元，本年度安排 {means.arranged:,.2f} 元",
            f"Funds not arranged: {wanted:,.2f} yuan to be paid this year, {means.arranged:,.2f} arranged", article="pj-2020#9",
        )  # fmt: skip


def _check_budget(context: Context, means: Means, planned: list[Mapping[str, Any]]) -> None:
    """R-PJ-16: the lots together stay within the locked budget."""
    wanted = _sum(planned, "budget") + lots.total_cost(means.standing)
    if wanted > means.budget:
        context.block(
            "lots", "R-PJ-16",
            f"核定指标不得随意更改，请走变更审批：各标项预算合计 {wanted:,.2f} 元，核定概算 {means.budget:,.2f} 元",
            f"Approved indicators are locked; file a change: lots of {wanted:,.2f} yuan, approved {means.budget:,.2f}",
            article="pj-2020#14",
        )  # fmt: skip


def _check_splitting(context: Context, means: Means, planned: list[Mapping[str, Any]]) -> None:
    """R-PJ-09: lots of one kind that together reach the limit of a public tender are not cut below it."""
    limit = Decimal(context.parameter("public_tender_threshold"))
    for kind in dict.fromkeys(str(row.get("lot_type")) for row in planned):
        small = [_decimal(row.get("budget")) for row in planned if row.get("lot_type") == kind]
        small += [_decimal(record.data["budget"]) for record in means.standing if record.data["lot_type"] == kind]
        small = [budget for budget in small if budget < limit]
        if len(small) > 1 and sum(small, ZERO) >= limit:
            number = next(number for number, row in enumerate(planned) if row.get("lot_type") == kind)
            context.block(
                f"lots.{number}.budget", "R-PJ-09",
                f"疑似拆分项目、化整为零规避监管：{len(small)} 个{kind}标项各低于 {limit:,.2f} 元，"
                f"合计 {sum(small, ZERO):,.2f} 元",
                f"Suspected splitting to evade oversight: {len(small)} lots of one kind, each below {limit:,.2f} yuan, "
                f"{sum(small, ZERO):,.2f} together",
                article="pj-2020#11",
            )  # fmt: skip


def _check_competition(context: Context, planned: list[Mapping[str, Any]]) -> None:
    """R-PJ-18: local firms are encouraged, not a barrier; what exceeds them is put to competition."""
    if context["local_first"] is True:
        context.warn(
            "local_first", "R-PJ-18", "鼓励本地企业参与，但不得设置排他条件", "Local firms encouraged, not a barrier",
            article="pj-2020#17",
        )  # fmt: skip
    stated = context["complex_project"]
    complex_project = stated if isinstance(stated, bool) else context["tech_complexity"] is True
    if not complex_project or context["local_capable"] is True:
        return
    for number, row in enumerate(planned):
        if row.get("lot_type") in (lots.BUILD, lots.HARDWARE) and row.get("method") not in COMPETITIVE:
            context.block(
                f"lots.{number}.method", "R-PJ-18", "复杂项目本地力量不足的，应面向市场公开竞争，不得采用单一来源等非竞争方式",
                "A complex project beyond local firms is put to open competition", article="pj-2020#17",
            )  # fmt: skip


def _check_major(context: Context, means: Means, planned: list[Mapping[str, Any]]) -> None:
    """R-PJ-19: a major project has lots for supervision and testing; before building starts they have to be contracted."""
    if context["major"] is not True:
        return
    kinds = {str(row.get("lot_type")) for row in planned} | {str(record.data["lot_type"]) for record in means.standing}
    missing = [kind for kind in lots.ACCOMPANYING if kind not in kinds]
    if missing:
        context.warn(
            "lots", "R-PJ-19", f"重大项目须引入监理和软件测评并列入预算：采购计划缺少{'、'.join(missing)}标项，开工前须补齐",
            "Major projects need supervision and testing in budget: lots for these are missing and have to be contracted "
            "before building starts",
            article="pj-2020#19",
        )  # fmt: skip


def _arranged(item: Record | None, project: Record) -> Decimal:
    """The year's money: what finance decided on the plan item, else what the project's entry says."""
    decided = item.data.get("decision") if item else None
    if item is not None and decided:
        return _decimal(item.data.get("amount")) if decided in FUNDED else ZERO
    return _decimal(project.data.get("arranged_amount"))


def _sum(rows: list[Mapping[str, Any]], name: str) -> Decimal:
    return sum((_decimal(row.get(name)) for row in rows), ZERO)


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value or 0))
