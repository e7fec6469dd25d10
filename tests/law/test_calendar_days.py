"""Working days, rest days and the moves between them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.law import Calendar, add_working_days, roll_back, roll_forward, working_days_between
from service.law.calendar import english_name

PLAIN = Calendar.from_rows([], years=[])
DAYS = st.dates(date(2003, 12, 1), date(2027, 1, 31))


def test_every_day_of_the_shipped_years_agrees_with_the_package_they_were_seeded_from(calendar: Calendar) -> None:
    day, wrong = date(2004, 1, 1), []
    while day <= date(2026, 12, 31):
        if calendar.is_working(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_every_year_since_2004_has_a_notice_and_2027_has_none_yet(calendar: Calendar) -> None:
    assert calendar.years == frozenset(range(2004, 2027))


def test_days_that_the_notice_of_the_next_year_names_stand_in_their_own_year(calendar: Calendar) -> None:
    assert calendar.is_makeup(date(2011, 12, 31))
    assert calendar.rest_span(date(2007, 12, 31)) == (date(2007, 12, 30), date(2008, 1, 1))


def test_every_holiday_of_the_notices_has_an_english_name(calendar: Calendar) -> None:
    assert [row.name for row in calendar.rows if not english_name(row.name).isascii()] == []


def test_the_2026_notice_is_loaded_day_by_day(calendar: Calendar) -> None:
    makeup = [row.day for row in calendar.rows if row.working and row.day.year == 2026]
    assert [f"{day:%m-%d}" for day in makeup] == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert calendar.rest_span(date(2026, 2, 19)) == (date(2026, 2, 15), date(2026, 2, 23))
    assert calendar.rest_name(date(2026, 4, 5)) == "清明节"


def test_without_a_notice_only_weekends_rest() -> None:
    assert PLAIN.is_rest(date(2027, 2, 6))
    assert PLAIN.rest_name(date(2027, 2, 6)) == "周末"
    assert PLAIN.is_working(date(2027, 10, 1))
    assert not PLAIN.covers(date(2027, 10, 1))


def test_a_day_is_covered_only_by_the_notice_of_its_own_year(calendar: Calendar) -> None:
    assert calendar.covers(date(2026, 12, 31))
    assert not calendar.covers(date(2027, 1, 1))


def test_a_makeup_day_works_though_it_is_a_weekend_day(calendar: Calendar) -> None:
    assert calendar.is_makeup(date(2026, 5, 9))
    assert not calendar.is_makeup(date(2026, 5, 16))
    assert not calendar.is_makeup(date(2026, 5, 8))


def test_the_version_changes_with_a_day_and_with_a_loaded_year(calendar: Calendar) -> None:
    rows = calendar.rows
    assert Calendar.from_rows(reversed(rows), years=calendar.years).version == calendar.version
    assert Calendar.from_rows(rows[1:], years=calendar.years).version != calendar.version
    assert Calendar.from_rows(rows, years=calendar.years | {2027}).version != calendar.version


def test_rows_that_disagree_on_a_day_are_refused() -> None:
    day = date(2026, 1, 1)
    with pytest.raises(Invalid, match="2026-01-01"):
        Calendar.from_rows([(day, False, "元旦"), (day, True, "元旦")], years=[2026])


@pytest.mark.parametrize(
    "document",
    [
        {"holidays": []},
        {"year": 2026, "holidays": [{"name": "元旦", "from": "2026-01-03", "to": "2026-01-01"}]},
        {"year": 2026, "holidays": [{"name": "元旦", "from": "2026-13-01", "to": "2026-13-01"}]},
        {"year": 2026, "working": [{"date": "2025-12-31", "for": "元旦"}]},
    ],
)
def test_a_faulty_calendar_file_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        Calendar.from_years([document])


def test_a_year_that_comes_twice_is_refused() -> None:
    with pytest.raises(Invalid, match="2026"):
        Calendar.from_years([{"year": 2026}, {"year": 2026}])


def test_ten_working_days_over_national_day_count_the_makeup_saturday(calendar: Calendar) -> None:
    assert add_working_days(date(2026, 9, 24), 10, calendar) == date(2026, 10, 15)


@given(day=DAYS, count=st.integers(1, 60))
def test_counting_back_what_was_added_gives_the_same_number(calendar: Calendar, day: date, count: int) -> None:
    end = add_working_days(day, count, calendar)
    assert calendar.is_working(end)
    assert working_days_between(day, end, calendar) == count


def test_no_working_days_lie_between_a_day_and_an_earlier_one(calendar: Calendar) -> None:
    assert working_days_between(date(2026, 5, 8), date(2026, 5, 6), calendar) == 0


def test_rolling_forward_and_back_leaves_a_working_day_alone(calendar: Calendar) -> None:
    friday = date(2026, 9, 18)
    assert roll_forward(friday, calendar) == roll_back(friday, calendar) == friday


def test_a_reminder_in_the_spring_festival_moves_back_to_the_makeup_saturday(calendar: Calendar) -> None:
    assert roll_back(date(2026, 2, 16), calendar) == date(2026, 2, 14)
    assert roll_back(date(2026, 10, 2), calendar) == date(2026, 9, 30)


def test_a_calendar_in_which_nobody_ever_works_is_reported_instead_of_counted_forever() -> None:
    rows = [(date(2026, 1, 1) + timedelta(days=step), False, "停") for step in range(365)]
    idle = Calendar.from_rows(rows, years=[2026])
    with pytest.raises(Invalid):
        add_working_days(date(2025, 12, 31), 1, idle)
    with pytest.raises(Invalid):
        roll_forward(date(2026, 1, 1), idle)
