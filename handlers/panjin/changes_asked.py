"""What a change asks for (F-PJ-40), measured against what is in force. Open this when a change is graded or checked wrongly.

The table `change_grade` (R-PJ-21) judges the figures that are prepared here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.panjin import projects
from handlers.panjin.breaches import record_breach
from handlers.panjin.changes import check_changeable, open_change, put
from handlers.panjin.spans import add_years
from handlers.panjin.splitting import add_months
from handlers.shared.overrides import Exemption, ask
from service.sdk import Context, Level, handler

CONTENT, SCALE, BUDGET, SCHEDULE = "建设内容", "规模", "投资概算", "进度"
#: Indicators that a row of the comparison can replace, by what the form calls them.
ROWS = {"建设内容": "content", "建设规模": "scale"}
OTHER = "其他控制指标"


@handler("check_change", inline=True)
def check_change(context: Context) -> dict[str, Any]:
    """Open a change that a unit files by itself; put old beside new, and prepare what the grading table asks for."""
    opened: Mapping[str, Any] = {}
    if context["change_id"] is None:
        check_changeable(context)
        opened = open_change(context) or {}
    change_id = str(opened.get("change_id") or context["change_id"])
    old: Mapping[str, Any] = opened.get("in_force") or context["in_force"] or {}
    started = projects.get(context).data.get("started_on") or old.get("start")
    _check_complete(context)
    new = _new_indicators(context, old)
    rows = _compared(context, old, new)
    before = _money(old.get("budget"))
    budget, end = _money(new.get("budget", before)), new.get("end", old.get("end"))
    found: dict[str, Any] = {
        "comparison": rows,
        "new_indicators": new,
        "approved_budget": before,
        "budget_delta": budget - before,
        "budget_change_pct": (budget - before) * 100 / before if before else Decimal(0),
        "over_arranged": budget > before and _over_arranged(context, budget),
        "content_changed": CONTENT in _types(context),
        "scale_changed": SCALE in _types(context),
        "delay_months": _delay(old.get("end"), end),
        "over_two_years": False,
        "overrides": [],
        "override_decisions": None,
        "change_note": _note(rows),
    }
    if isinstance(end, date) and (last := _over_two_years(context, started, end)):
        found |= {"over_two_years": True, "overrides": _ask_for_more_time(context, last, end)}
    _flag_early(context, change_id)
    asked = {name: context[name] for name in ("change_types", "reason", "cause", "already_implemented")}
    put(
        context, change_id, **asked, filed_on=context.today, comparison=rows, budget_delta=budget - before, new_end=end,
    )  # fmt: skip
    return {**opened, **found}


@handler("explain_grade", inline=True)
def explain_grade(context: Context) -> dict[str, Any]:
    """R-PJ-21: tell the unit what follows from the grade that the table found."""
    zh, en = GRADES[str(context["grade"])]
    context.find("R-PJ-21", zh, en, level=Level.ROUTE, at="change_types", article="pj-2020#20")
    return {"grade_name": zh}


GRADES = {
    "minor": ("一般变化：由中心监管岗备案", "Minor change: the Centre records it"),
    "major": ("重大变化：由中心审查、批准", "Major change: the Centre reviews and decides"),
    "beyond": ("超出批准的变化：中心批准后另由财政部门调整资金", "Beyond what was approved: Finance also settles the funds"),
}


def _types(context: Context) -> list[str]:
    return [str(one) for one in context["change_types"] or ()]


def _check_complete(context: Context) -> None:
    """Each kind of change that is ticked says what is new."""
    given = {str(row.get("indicator")) for row in context.rows("before_after")}
    wanted = {CONTENT: "建设内容", SCALE: "建设规模"}
    for kind, indicator in wanted.items():
        if kind in _types(context) and indicator not in given:
            context.block(
                "before_after",
                "R-PJ-21",
                f"已选“{kind}”，请在对照表中填写变更后的{indicator}",
                f"Give the new {'content' if kind == CONTENT else 'scale'} in the comparison",
                article="pj-2020#20",
            )


def _new_indicators(context: Context, old: Mapping[str, Any]) -> dict[str, Any]:
    """The indicators as they would be: only what is asked for differs."""
    new: dict[str, Any] = {}
    others = [dict(row) for row in old.get("others") or ()]
    for row in context.rows("before_after"):
        indicator, value = str(row.get("indicator")), row.get("new")
        if indicator in ROWS:
            new[ROWS[indicator]] = value
        elif indicator == OTHER:
            name = str(row.get("name") or "")
            others = [one for one in others if one.get("name") != name] + [{"name": name, "value": value, "unit": None}]
    if OTHER in {str(row.get("indicator")) for row in context.rows("before_after")}:
        new["others"] = others
    if BUDGET in _types(context):
        new["budget"] = _money(context["new_budget"])
    if SCHEDULE in _types(context):
        new["end"] = context["new_end"]
    return new


def _compared(context: Context, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The comparison in full: what was entered with its old value, then budget and end."""
    named = {str(one.get("name")): one.get("value") for one in old.get("others") or ()}
    rows = []
    for row in context.rows("before_after"):
        indicator, name = str(row.get("indicator")), row.get("name")
        before = old.get(ROWS[indicator]) if indicator in ROWS else named.get(str(name))
        rows.append({"indicator": indicator, "name": name, "old": before, "new": row.get("new"), "delta": None})
    if "budget" in new:
        was = _money(old.get("budget"))
        rows.append(_row(BUDGET, f"{was:,.2f}", f"{new['budget']:,.2f}", f"{new['budget'] - was:+,.2f}"))
    if isinstance(end := new.get("end"), date):
        known = old.get("end")
        earlier = known if isinstance(known, date) else None
        delta = f"{(end - earlier).days:+d} 天" if earlier else None
        rows.append(_row("完工日期", earlier.isoformat() if earlier else None, end.isoformat(), delta))
    return rows


def _row(indicator: str, old: str | None, new: str, delta: str | None) -> dict[str, Any]:
    return {"indicator": indicator, "name": None, "old": old, "new": new, "delta": delta}


def _note(rows: list[dict[str, Any]]) -> str:
    """The change in one paragraph, for those who review and decide."""
    return "；".join(f"{_title(row)}：{row['old'] or '—'} → {row['new']}" for row in rows)


def _title(row: Mapping[str, Any]) -> str:
    return f"{row['indicator']}（{row['name']}）" if row["name"] else str(row["indicator"])


def _over_arranged(context: Context, budget: Decimal) -> bool:
    """Whether the new budget passes what the plan has arranged in all; not where nothing is known of the plan."""
    found = context.registers.search("plan_item", project_id=projects.key_of(context), category="build")
    arranged = [_money(one.data.get("arranged_amount")) for one in found if one.data.get("arranged_amount")]
    return bool(arranged) and budget > max(arranged)


def _delay(old: Any, new: Any) -> int:
    """Whole months, any begun one counted, by which the end moves; 0 when it does not move back."""
    if not isinstance(old, date) or not isinstance(new, date) or new <= old:
        return 0
    months = (new.year - old.year) * 12 + new.month - old.month
    return months if new <= add_months(old, months) else months + 1


def _over_two_years(context: Context, started: Any, end: date) -> date | None:
    """R-PJ-07: the last day that building may take, when the new end is later."""
    if not isinstance(started, date):
        return None
    last = add_years(started, int(context.parameter("build_max_years")))
    return last if end > last else None


def _ask_for_more_time(context: Context, last: date, end: date) -> list[dict[str, Any]]:
    years = int(context.parameter("build_max_years"))
    return ask(
        context,
        Exemption(
            rule="R-PJ-07", article="pj-2020#11", field="new_end", label="建设周期",
            finding=f"建设周期不得超过{years}年：最迟 {last.isoformat()} 完工",
            finding_en=f"Construction period must not exceed {years} years: it has to end by {last.isoformat()}",
            value=f"延至 {end.isoformat()}", reason=str(context["reason"] or ""), decider="pj_center_lead",
        ),
    )  # fmt: skip


def _flag_early(context: Context, change_id: str) -> None:
    """R-PJ-16: what was done before it was approved is a breach, whatever comes of the change."""
    if context["already_implemented"] is True:
        record_breach(
            context,
            "R-PJ-16",
            f"变更未经批准先行实施：{change_id}",
            f"A change was carried out before its approval: {change_id}",
            at="already_implemented",
            article="pj-2020#14",
        )


def _money(value: Any) -> Decimal:
    return Decimal(str(value or 0))
