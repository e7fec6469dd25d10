"""R-PJ-06 and R-PJ-07 on both sides of their boundaries, and the override of the first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.panjin.spans import add_years, check_approved_life, check_build, check_life
from service.sdk import Record

GRANTED = Record(register="override", key="PJ-2026-0001:R-PJ-06", version=1, data={"value": "4 年", "reason": "技术更新快"})


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


def test_a_longer_building_period_in_the_catalogue_moves_the_boundary(context: Any, blocked: Any) -> None:
    for end, passes in ((date(2030, 1, 10), True), (date(2030, 1, 11), False)):
        facts = context({"s": date(2027, 1, 10), "e": end}, law={"build_max_years": Decimal(3)})
        check_build(facts, "s", "e")
        assert (blocked(facts) == []) is passes


@pytest.mark.parametrize("years", [5, Decimal(5), 6])
def test_five_years_of_service_need_no_word(context: Any, years: Any) -> None:
    facts = context({"service_life_years": years})
    assert (check_life(facts), facts.findings) == ([], [])


@pytest.mark.parametrize(("years", "reason"), [(4, None), (4, "  "), (Decimal("4"), ""), (None, "技术更新快")])
def test_four_years_without_a_reason_are_blocked(context: Any, levels: Any, years: Any, reason: str | None) -> None:
    facts = context({"service_life_years": years, "exception_reason": reason})
    assert check_life(facts) == []
    assert levels(facts) == [("R-PJ-06", "block", "service_life_years")]
    assert facts.findings[0].message == "项目使用年限原则上不得少于5年"


def test_four_years_with_a_reason_wait_for_the_head_of_the_centre(context: Any, levels: Any) -> None:
    facts = context({"service_life_years": 4, "exception_reason": "技术更新快", "exception_files": ["f"]})
    (wanted,) = check_life(facts)
    assert levels(facts) == [("R-PJ-06", "override", "service_life_years")]
    assert (wanted["rule"], wanted["decider"], wanted["value"]) == ("R-PJ-06", "pj_center_lead", "4 年")
    assert (wanted["reason"], wanted["evidence_files"]) == ("技术更新快", ["f"])


@pytest.mark.parametrize(("years", "reason", "asked"), [(4, "技术更新快", 0), (3, "技术更新快", 1), (4, "另一理由", 1)])
def test_what_was_granted_is_asked_again_only_when_it_changes(context: Any, years: int, reason: str, asked: int) -> None:
    facts = context({"service_life_years": years, "exception_reason": reason}, records=[GRANTED])
    assert len(check_life(facts)) == asked


@pytest.mark.parametrize(
    ("approved", "applied", "granted", "level"),
    [(5, 4, False, None), (4, 4, True, "flag"), (4, 4, False, "block"), (3, 4, True, "block"), (4, 6, True, "block")],
)
def test_indicators_may_be_short_only_as_far_as_an_override_goes(
    context: Any, levels: Any, approved: int, applied: int, granted: bool, level: str | None
) -> None:
    facts = context({"approved_service_life": approved, "service_life_years": applied}, records=[GRANTED] if granted else [])
    check_approved_life(facts)
    assert [found for _, found, _ in levels(facts)] == ([level] if level else [])
