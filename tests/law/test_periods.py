"""Lengths as they are written, and calendar arithmetic with them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.law import Length, PeriodUnit, add_months
from service.law.period import add_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P20D", Length(days=20)),
        ("P2W", Length(days=14)),
        ("P1Y6M", Length(months=18)),
        ("P3Y", Length(months=36)),
        ("PT4H", Length(hours=4)),
        ("--08-31", Length(annual=(8, 31))),
        ("-P6M", Length(months=-6)),
        ("2020-11-01", Length(fixed=date(2020, 11, 1))),
        ("given", Length(given=True)),
    ],
)
def test_a_length_is_read(text: str, length: Length) -> None:
    assert Length.parse(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P0D",
        "20",
        "P-5D",
        "P1.5D",
        "PT30M",
        "P1DT2H",
        "--02-29",
        "--13-01",
        "-P30D",
        "-PT1H",
        "2020-13-01",
        "-08-31",
        "p5d",
    ],
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Length.parse(text)


@pytest.mark.parametrize("text", ["P20D", "P1Y6M", "P3Y", "PT4H", "--08-31", "-P6M", "2020-11-01", "given"])
def test_a_length_is_written_as_it_was_read(text: str) -> None:
    assert str(Length.parse(text)) == text


def test_a_length_is_told_in_both_languages() -> None:
    assert Length.parse("P1Y6M").zh(PeriodUnit.CALENDAR) == "1年6个月"
    assert Length.parse("P1Y6M").en(PeriodUnit.CALENDAR) == "1 year 6 months"
    assert Length.parse("P5D").zh(PeriodUnit.WORKING) == "5个工作日"
    assert Length.parse("P1D").en(PeriodUnit.WORKING) == "1 working day"


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_end_on_the_corresponding_day_or_with_the_month(day: date, months: int, end: date) -> None:
    assert add_months(day, months) == end


@pytest.mark.parametrize(
    ("day", "text", "last"),
    [
        (date(2027, 1, 1), "P5Y", date(2031, 12, 31)),
        (date(2023, 3, 1), "P1Y", date(2024, 2, 29)),  # the year ends with the leap day before the next 1 March
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2026, 1, 31), "P1M", date(2026, 2, 28)),
        (date(2026, 5, 1), "P30D", date(2026, 5, 30)),
    ],
)
def test_a_term_that_counts_its_first_day_ends_a_day_earlier(day: date, text: str, last: date) -> None:
    assert add_length(day, Length.parse(text), inclusive=True) == last


@given(day=st.dates(date(2000, 1, 1), date(2090, 1, 1)), months=st.integers(0, 600))
def test_adding_months_lands_in_the_right_month_and_never_after_the_day(day: date, months: int) -> None:
    end = add_months(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day <= day.day
