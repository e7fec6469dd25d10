"""R-PJ-06 and R-PJ-07 on both sides of their boundaries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.spans import add_years, check_build, check_life


@pytest.mark.parametrize(
    ("start", "last"),
    [
        (date(2027, 1, 10), date(2029, 1, 10)),
        (date(2028, 2, 28), date(2030, 2, 28)),
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2026, 12, 31), date(2028, 12, 31)),
    ],
)
def test_two_years_later_is_the_corresponding_day_or_the_end_of_february(start: date, last: date) -> None:
    assert add_years(start, 2) == last


def test_a_leap_day_returns_after_four_years() -> None:
    assert add_years(date(2028, 2, 29), 4) == date(2032, 2, 29)


@pytest.mark.parametrize(
    ("start", "end", "passes"),
    [
        (date(2027, 1, 10), date(2029, 1, 10), True),
        (date(2027, 1, 10), date(2029, 1, 11), False),
        (date(2028, 2, 29), date(2030, 2, 28), True),
        (date(2028, 2, 29), date(2030, 3, 1), False),
        (date(2027, 1, 10), date(2027, 1, 10), True),
        (date(2027, 1, 10), date(2027, 1, 9), False),
        (date(2027, 1, 10), None, False),
    ],
)
def test_building_takes_two_years_at_most(context: Any, blocked: Any, start: date, end: date | None, passes: bool) -> None:
    facts = context({"build_start": start, "build_end": end})
    check_build(facts, "build_start", "build_end")
    assert [rule for rule, _ in blocked(facts)] == ([] if passes else ["R-PJ-07"])


def test_a_period_that_is_too_long_is_told_its_last_day(context: Any) -> None:
    facts = context({"s": date(2027, 1, 10), "e": date(2029, 1, 11)})
    check_build(facts, "s", "e")
    (finding,) = facts.findings
    assert finding.message == "建设周期不得超过2年：最迟 2029-01-10 完工"
    assert (finding.field, finding.article) == ("e", "pj-2020#11")


@pytest.mark.parametrize(
    ("years", "passes"), [(5, True), (Decimal(5), True), (6, True), (4, False), (Decimal("4"), False), (None, False)]
)
def test_a_project_serves_five_years_at_least(context: Any, blocked: Any, years: Any, passes: bool) -> None:
    facts = context({"service_life_years": years, "exception_reason": "技术更新快"})
    check_life(facts, "service_life_years")
    assert blocked(facts) == ([] if passes else [("R-PJ-06", "service_life_years")])
