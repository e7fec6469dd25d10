"""The limits of article 11 on service life and building time. Open this when R-PJ-06 or R-PJ-07 judges wrongly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from service.sdk import Context

#: Years: the least service life and the longest building time (pj-2020#11).
LEAST_LIFE, LONGEST_BUILD = 5, 2
ARTICLE = "pj-2020#11"


def add_years(day: date, years: int) -> date:
    """The corresponding day `years` later; 28 February where 29 February has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def check_life(context: Context, field: str) -> None:
    """R-PJ-06: the service life is five years or more. A reason does not help before the override process exists."""
    years = context[field]
    if isinstance(years, (int, Decimal)) and years >= LEAST_LIFE:
        return
    context.block(
        field,
        "R-PJ-06",
        f"项目使用年限原则上不得少于{LEAST_LIFE}年",
        f"The service life should be at least {LEAST_LIFE} years",
        article=ARTICLE,
    )


def check_build(context: Context, start_field: str, end_field: str) -> None:
    """R-PJ-07: building ends on or before the corresponding day two years after it starts, and not before it starts."""
    start, end = context[start_field], context[end_field]
    if not isinstance(start, date) or not isinstance(end, date):
        context.block(start_field, "R-PJ-07", "请填写建设起止日期", "Give the start and the end of building", article=ARTICLE)
    elif end < start:
        context.block(end_field, "R-PJ-07", "完工日期不得早于开工日期", "Building cannot end before it starts", article=ARTICLE)
    elif end > (last := add_years(start, LONGEST_BUILD)):
        context.block(
            end_field,
            "R-PJ-07",
            f"建设周期不得超过{LONGEST_BUILD}年：最迟 {last.isoformat()} 完工",
            f"Building may take at most {LONGEST_BUILD} years: it has to end by {last.isoformat()}",
            article=ARTICLE,
        )
