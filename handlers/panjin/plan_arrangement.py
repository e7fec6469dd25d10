"""The arrangement plan (F-PJ-02) and its way to Finance. Open this when an arrangement is refused, or is stamped late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.panjin import plan_items, projects
from handlers.panjin.plan_pool import reject
from handlers.panjin.plan_years import SENT, due_day, patch_year, plan_year
from service.sdk import Context, Level, handler

BUDGET, BUDGET_ARTICLE = "R-PJ-16", "pj-2020#14"
NOT_ARRANGED = "未列入安排计划"
SPLIT = "经核实属于拆分项目"
CATEGORIES = {plan_items.BUILD: "建设", plan_items.MAINTENANCE: "运维"}
#: What the planner fills in; the rest of a line is the register's.
ENTERED = ("rank", "arranged_amount", "suggested_year_amount", "splitting_confirmed", "remark")


@handler("load_arrangement", inline=True)
def load_arrangement(context: Context) -> dict[str, Any]:
    """Fill in a line for each item of the pool, ranked by the experts' scores; figures that were entered before stay."""
    scores = {str(row["item"]): row.get("average") for row in context.rows("panel_items")}
    entered = {str(row["key"]): row for row in context.rows("arrangement")}
    rows = [dict(item) | {"panel_score": scores.get(item["project_name"])} for item in context.rows("pool_items")]
    for row in rows:
        row["category_name"] = CATEGORIES[row["category"]]
    rows.sort(key=lambda row: (row["category"], -Decimal(row["panel_score"] or 0), row["key"]))
    for number, row in enumerate(rows, 1):
        row |= dict.fromkeys(ENTERED) | {"rank": number}
        row |= {name: entered[row["key"]].get(name) for name in ENTERED if row["key"] in entered}
    return {"arrangement": rows}


@handler("check_arrangement", inline=True)
def check_arrangement(context: Context) -> dict[str, Any]:
    """What is arranged stays within what was reviewed, within the law on maintenance, and answers what the pool run marked."""
    rows = enter(context.rows("arrangement"), context.rows("arrangement_entered"), ENTERED)
    for number, row in enumerate(rows):
        at = f"items.{number}"
        _check_amounts(context, row, at)
        _check_splitting(context, row, at)
        _check_free_maintenance(context, row, at)
        if row.get("evaluation_poor") is True and not row.get("remark"):
            context.block(
                f"{at}.remark",
                "R-PJ-28",
                f"{row['evaluation']}，请说明如何处理",
                "The last evaluation was poor: explain how it is dealt with",
                article="pj-2020#27",
            )
    check_argued(context, "expert_opinion_file")
    return {"arrangement": rows}


@handler("send_to_finance", inline=True)
def send_to_finance(context: Context) -> dict[str, Any]:
    """R-PJ-34: nothing goes to Finance that experts have not argued. Stamp the day (D-PJ-02); drop what was not arranged."""
    check_argued(context, "decision")
    due = due_day(context)
    on_time = due is None or context.today <= due
    days = 0 if due is None else (context.today - due).days
    word, word_en = ("按期", "on time") if on_time else (f"逾期 {days} 天", f"{days} days late")
    context.find(
        "D-PJ-02",
        f"建设安排计划于 {context.today} 报送财政，{due} 截止：{word}",
        f"The arrangement plan was sent to Finance on {context.today}, due on {due}: {word_en}",
        level=Level.ROUTE if on_time else Level.FLAG,
        article="pj-2020#9",
    )
    arranged = []
    for row in context.rows("arrangement"):
        if row.get("splitting_confirmed") is True:
            reject(context, row, [f"{SPLIT}：{row['splitting']}"], [SPLIT])
        elif not _money(row, "arranged_amount"):
            reject(context, row, [row.get("remark") or NOT_ARRANGED], [NOT_ARRANGED])
        else:
            fields = {name: row.get(name) for name in ("rank", "arranged_amount", "panel_score", "remark")}
            plan_items.put(context, row["key"], status="arranged", year_amount=row["suggested_year_amount"], **fields)
            arranged.append(dict(row))
    patch_year(
        context, status=SENT, sent_on=context.today, sent_on_time=on_time, meeting_date=context["meeting_date"],
        expert_opinion=context["panel_opinion"],
    )  # fmt: skip
    return {
        "arranged_items": sorted(arranged, key=lambda row: int(row["rank"] or 0)),
        "sent_on": context.today,
        "sent_on_time": on_time,
    }


@handler("note_plan_overdue", inline=True)
def note_plan_overdue(context: Context) -> None:
    """The plan is not with Finance by the end of November: the head of the Centre has to know, and the city government."""
    zh = f"{plan_year(context)} 年度建设安排计划逾期未报送财政，提请中心负责人关注，抄送市政府办"
    en = f"The arrangement plan of {plan_year(context)} is overdue: brought to the head of the Centre and the city government"
    context.find("D-PJ-02", zh, en, level=Level.FLAG, article="pj-2020#9")
    context.notify(["pj_center_lead", "pj_gov"], zh, en, deadline="D-PJ-02")


def enter(rows: Sequence[Mapping[str, Any]], entered: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    """The lines that were laid out, with what was filled in: line for line, for the form neither adds nor removes any."""
    return [{**row, **{name: one.get(name) for name in names}} for row, one in zip(rows, entered, strict=True)]


def check_argued(context: Context, at: str) -> None:
    """R-PJ-34: the experts met, enough of them scored, their opinion is written and filed."""
    scored, least = len(context.rows("panel_scores")), int(context.parameter("panel_size"))
    if scored < least or not context["panel_opinion"] or not context["expert_opinion_file"]:
        context.block(at, "R-PJ-34", "须经专家论证评审", "Expert argumentation required", article="pj-2020#9")


def _check_amounts(context: Context, row: Mapping[str, Any], at: str) -> None:
    arranged, year, total = _money(row, "arranged_amount"), _money(row, "suggested_year_amount"), _money(row, "reviewed_total")
    if row["category"] == plan_items.BUILD and arranged > total:
        context.block(
            f"{at}.arranged_amount",
            BUDGET,
            f"安排金额不得超过审定的投资概算 {total:,.2f} 元",
            f"No more than the approved budget of {total:,.2f} yuan may be arranged",
            article=BUDGET_ARTICLE,
        )
    if year > arranged:
        context.block(
            f"{at}.suggested_year_amount",
            BUDGET,
            "建议当年资金不得超过安排金额",
            "The amount suggested for the year may not exceed what is arranged",
            article=BUDGET_ARTICLE,
        )


def _check_splitting(context: Context, row: Mapping[str, Any], at: str) -> None:
    if row.get("splitting") and row.get("splitting_confirmed") is None:
        zh, en = "疑似拆分，请核实后选择", "Suspected splitting: say whether it is"
        context.block(f"{at}.splitting_confirmed", "R-PJ-09", zh, en, article="pj-2020#11")
    elif row.get("splitting_confirmed") is True and _money(row, "arranged_amount"):
        zh, en = "拆分项目、化整为零的，不得安排", "A project split to evade oversight cannot be arranged"
        context.block(f"{at}.arranged_amount", "R-PJ-09", zh, en, article="pj-2020#11")


def _check_free_maintenance(context: Context, row: Mapping[str, Any], at: str) -> None:
    """R-PJ-27: no maintenance money for a year that lies within the three free years of the project."""
    if row["category"] != plan_items.MAINTENANCE or not row.get("project_id"):
        return
    known = projects.find(context, str(row["project_id"]))
    until = known.data.get("free_until") if known else None
    if until is not None and until >= date(plan_year(context), 12, 31) and _money(row, "arranged_amount"):
        context.block(
            f"{at}.arranged_amount",
            "R-PJ-27",
            f"免费运维期内不得列支运维费：免费至 {until}",
            f"No O&M fee within the free period, which lasts until {until}",
            article="pj-2020#21",
        )


def _money(row: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(row.get(name) or 0)
