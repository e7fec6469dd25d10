"""Monthly reports on building (P4.T2 to T4). Open this when a report is refused, or a missed one told to the wrong person."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers.panjin import projects
from handlers.panjin.construction_parties import find_parties
from handlers.panjin.construction_start import following_month
from service.sdk import Context, Level, handler

RULE, ARTICLE = "R-PJ-20", "pj-2020#20"


@handler("open_report", inline=True)
def open_report(context: Context) -> dict[str, Any]:
    """Begin the report on the month that has ended; move on the day on which the next one begins."""
    return find_parties(context) | {"next_report_on": following_month(context["next_report_on"])}


@handler("check_progress", inline=True)
def check_progress(context: Context) -> dict[str, Any]:
    """Check the month's figures against the reports before it and the contracts, and see whether a change has to be filed."""
    report: Mapping[str, Any] = context["report"] or {}
    earlier = _before(context, str(report.get("period")))
    _check_percent(context, report, earlier)
    _check_spent(context, report)
    changed = report.get("condition_changed") is True or report.get("content_changed") is True
    return {
        "progress_reports": [*context.rows("progress_reports"), {**report, "filed_on": context.today}],
        "change_to_file": changed and _no_change_is_open(context),
    }


@handler("count_missed_report", inline=True)
def count_missed_report(context: Context) -> None:
    """R-PJ-20: count a report that is missed. D-PJ-05b tells the head of the unit; from the second on the Centre is told too."""
    missed = int(projects.get(context).data.get("progress_missed") or 0) + 1
    projects.patch(context, progress_missed=missed)
    zh = f"项目进展报送逾期：{context['period']}（累计第 {missed} 次）"
    en = f"Progress report overdue: {context['period']} (number {missed} in all)"
    context.find(RULE, zh, en, level=Level.FLAG, article=ARTICLE)
    if missed > 1:
        context.notify("pj_center_lead", zh, en, deadline="D-PJ-05b")


def _check_percent(context: Context, report: Mapping[str, Any], earlier: Mapping[str, Any]) -> None:
    """Progress that goes back needs a reason."""
    before, now = earlier.get("progress_pct"), report.get("progress_pct")
    if before is not None and now is not None and now < before and not str(report.get("lower_reason") or "").strip():
        context.block(
            "lower_reason",
            RULE,
            f"进度低于上次报送的 {before}%，请说明原因",
            f"Progress is below the {before}% reported before: give the reason",
            article=ARTICLE,
        )


def _check_spent(context: Context, report: Mapping[str, Any]) -> None:
    """R-PJ-16: no more is spent than was contracted."""
    contracted, spent = context.money("contract_total"), Decimal(str(report.get("spent_to_date") or 0))
    if contracted and spent > contracted:
        context.block(
            "spent_to_date",
            "R-PJ-16",
            f"累计支出 {spent:,.2f} 元超过合同总额 {contracted:,.2f} 元；核定指标不得随意更改，请走变更审批",
            f"{spent:,.2f} yuan spent is more than the {contracted:,.2f} contracted: file a change",
            article="pj-2020#14",
        )


def _no_change_is_open(context: Context) -> bool:
    """R-PJ-21: a major change is filed without delay; one that is open already takes the new facts along."""
    pending = [str(one) for one in projects.get(context).data.get("open_changes") or ()]
    zh, en = "项目发生重大变化，应及时申报", "Major change must be filed"
    if pending:
        zh, en = f"{zh}：请在未办结的变更 {'、'.join(pending)} 中一并说明", f"{en}: add it to {', '.join(pending)}, which is open"
    context.find("R-PJ-21", zh, en, level=Level.ROUTE, at="change_desc", article=ARTICLE)
    return not pending


def _before(context: Context, period: str) -> Mapping[str, Any]:
    """The report on the latest month before `period` ("2026-03")."""
    earlier = [row for row in context.rows("progress_reports") if str(row.get("period")) < period]
    return max(earlier, key=lambda row: str(row.get("period")), default={})
