"""The limits of article 11 on service life and building time. Open this when R-PJ-06 or R-PJ-07 judges wrongly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from handlers.shared.overrides import Exemption, ask, find_granted
from service.sdk import Context, Level

ARTICLE = "pj-2020#11"
LIFE_RULE = "R-PJ-06"


def add_years(day: date, years: int) -> date:
    """The corresponding day `years` later; 28 February where 29 February has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def check_life(context: Context) -> list[dict[str, Any]]:
    """R-PJ-06 of an application: what is shorter needs a reason, and then the override that is returned."""
    least = int(context.parameter("service_life_min_years"))
    years = context["service_life_years"]
    if _enough(years, least):
        return []
    zh, en = life_message(least)
    reason = str(context["exception_reason"] or "").strip()
    if not reason or years is None:
        context.block("service_life_years", LIFE_RULE, zh, en, article=ARTICLE)
        return []
    return ask(
        context,
        Exemption(
            rule=LIFE_RULE, article=ARTICLE, field="service_life_years", label="使用年限", finding=zh, finding_en=en,
            value=f"{years} 年", reason=reason, decider="pj_center_lead",
        ),
    )  # fmt: skip


def check_approved_life(context: Context) -> None:
    """R-PJ-06 of the indicators: less than the law wants only where an override was granted, and not less than that one."""
    least = int(context.parameter("service_life_min_years"))
    years = context["approved_service_life"]
    if _enough(years, least):
        return
    zh, en = life_message(least)
    applied = context["service_life_years"]
    if years is None or applied is None or years < applied or find_granted(context, LIFE_RULE) is None:
        context.block("approved_service_life", LIFE_RULE, zh, en, article=ARTICLE)
        return
    context.find(LIFE_RULE, f"{zh}：已准予破例", f"{en}: an override was granted", level=Level.FLAG, article=ARTICLE)


def check_build(context: Context, start_field: str, end_field: str) -> None:
    """R-PJ-07: building ends on or before the corresponding day two years after it starts, and not before it starts."""
    longest = int(context.parameter("build_max_years"))
    start, end = context[start_field], context[end_field]
    if not isinstance(start, date) or not isinstance(end, date):
        context.block(start_field, "R-PJ-07", "请填写建设起止日期", "Give the start and the end of building", article=ARTICLE)
    elif end < start:
        context.block(end_field, "R-PJ-07", "完工日期不得早于开工日期", "Building cannot end before it starts", article=ARTICLE)
    elif end > (last := add_years(start, longest)):
        context.block(
            end_field,
            "R-PJ-07",
            f"建设周期不得超过{longest}年：最迟 {last.isoformat()} 完工",
            f"Construction period must not exceed {longest} years: it has to end by {last.isoformat()}",
            article=ARTICLE,
        )


def check_not_started(context: Context) -> None:
    """R-PJ-08: nothing is built before it is approved."""
    if context["started_already"] is True:
        context.block("started_already", "R-PJ-08", "严禁未批先建", "Building before approval is prohibited", article=ARTICLE)


def life_message(least: int) -> tuple[str, str]:
    return f"项目使用年限原则上不得少于{least}年", f"Service life should be at least {least} years"


def _enough(years: Any, least: int) -> bool:
    return isinstance(years, (int, Decimal)) and years >= least
