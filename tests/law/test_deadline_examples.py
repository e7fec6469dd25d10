"""The worked examples: each is a computation that was checked by hand against the 2026 notice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from service.clock import SHANGHAI
from service.law import Calendar, Catalogue, deadline

EXAMPLES = [
    ("D-JS-01", "2026-02-04", "2026-04-05", "2026-04-07"),  # 60 days, Qingming
    ("D-JS-03", "2026-01-30", "2026-02-19", "2026-02-24"),  # 20 days, Spring Festival
    ("D-JS-03", "2026-02-04", "2026-02-24", "2026-02-24"),
    ("D-JS-02", "2026-04-01", "2026-05-01", "2026-05-06"),  # 30 days, Labour Day
    ("D-JS-02", "2026-04-09", "2026-05-09", "2026-05-09"),  # a Saturday, but a make-up working day
    ("D-JS-02", "2026-09-01", "2026-10-01", "2026-10-08"),  # National Day
    ("D-PJ-09", "2026-04-02", "2026-05-02", "2026-05-06"),
    ("D-PJ-01", "2027-01-01", "2026-08-31", "2026-08-31"),
    ("D-PJ-01", "2026-07-15", "2025-08-31", "2025-09-01"),  # any day of plan year 2026
    ("D-PJ-01", "2025-01-01", "2024-08-31", "2024-09-02"),
    ("D-PJ-02", "2027-01-01", "2026-11-30", "2026-11-30"),
    ("D-PJ-02", "2026-01-01", "2025-11-30", "2025-12-01"),
    ("D-PJ-07", "2026-05-20", "2029-05-20", "2029-05-20"),  # a Sunday, but a span
    ("D-JS-09", "2024-02-29", "2027-02-28", "2027-02-28"),  # no 29 February
    ("D-PJ-03", "2026-10-10", "2028-10-10", "2028-10-10"),
    ("D-PJ-03", "2027-01-10", "2029-01-10", "2029-01-10"),
    ("D-JS-15", "2026-09-24", "2026-10-15", "2026-10-15"),  # 10 working days, make-up Saturday 10-10
    ("D-PJ-05b", "2026-03-31", "2026-04-08", "2026-04-08"),
    ("D-PJ-05b", "2026-04-30", "2026-05-11", "2026-05-11"),
    ("D-JS-07", "2025-01-01", "2025-12-31", "2025-12-31"),
    ("D-JS-08", "2025-01-01", "2026-12-31", "2026-12-31"),
    ("D-JS-05", "2021-01-01", "2025-12-31", "2025-12-31"),  # a term counts its first day
    ("D-JS-05", "2027-01-01", "2031-12-31", "2031-12-31"),
]


@pytest.mark.parametrize(("id", "trigger", "nominal", "effective"), EXAMPLES)
def test_worked_example(id: str, trigger: str, nominal: str, effective: str, shipped: Catalogue, calendar: Calendar) -> None:
    found = deadline(id, date.fromisoformat(trigger), catalogue=shipped, calendar=calendar)
    assert (found.nominal.isoformat(), found.effective.isoformat()) == (nominal, effective)
    assert not found.provisional


@pytest.mark.parametrize(
    ("id", "trigger", "last"),
    [
        ("D-PJ-08", "2028-05-20", "2028-08-31"),  # free until 2029-05-20: budgeted in the filing of 2028
        ("D-PJ-08", "2028-08-31", "2028-08-31"),
        ("D-PJ-08", "2028-09-01", "2029-08-31"),
        ("D-JS-06", "2031-12-31", "2031-06-30"),  # six months before the term ends
        ("D-JS-06", "2032-08-31", "2032-02-29"),
        ("D-PJ-05a", "2026-03-01", "2026-03-31"),
        ("D-JS-14a", "2026-07-01", "2026-09-30"),
        ("D-JS-22", "2026-09-30", "2026-09-30"),
        ("D-JS-18", "2020-09-23", "2020-11-01"),
        ("D-PJ-20", "2020-06-24", "2020-06-24"),
        ("D-JS-13", "2026-01-01", "2027-03-31"),
        ("D-JS-16b", "2026-01-01", "2027-01-15"),
        ("D-PJ-16", "2027-01-01", "2026-12-31"),
    ],
)
def test_dates_that_are_not_counted_on_from_a_trigger(
    id: str, trigger: str, last: str, shipped: Catalogue, calendar: Calendar
) -> None:
    assert deadline(id, date.fromisoformat(trigger), catalogue=shipped, calendar=calendar).nominal.isoformat() == last


def test_a_given_day_in_a_holiday_moves_and_a_fixed_one_does_not(shipped: Catalogue, calendar: Calendar) -> None:
    given = deadline("D-JS-22", date(2026, 10, 3), catalogue=shipped, calendar=calendar)
    fixed = deadline("D-JS-18", date(2020, 9, 23), catalogue=shipped, calendar=calendar)  # 2020-11-01 is a Sunday
    assert (given.effective, fixed.effective) == (date(2026, 10, 8), date(2020, 11, 1))


def test_two_years_reach_to_the_same_day_and_a_term_of_five_to_the_day_before(shipped: Catalogue, calendar: Calendar) -> None:
    build = deadline("D-PJ-03", date(2026, 10, 10), catalogue=shipped, calendar=calendar)
    term = deadline("D-JS-05", date(2021, 1, 1), catalogue=shipped, calendar=calendar)
    assert build.effective < date(2028, 10, 11)
    assert term.effective < date(2026, 1, 1)


@pytest.mark.parametrize(
    ("filed", "intake", "accepted", "review"),
    [("2026-08-20", "2026-08-27", "2026-08-24", "2026-09-20"), ("2026-09-18", "2026-09-24", "2026-09-24", "2026-10-29")],
)
def test_the_shipped_periods_of_an_application(
    filed: str, intake: str, accepted: str, review: str, shipped: Catalogue, calendar: Calendar
) -> None:
    first = deadline("D-PJ-18a", date.fromisoformat(filed), catalogue=shipped, calendar=calendar)
    second = deadline("D-PJ-18b", date.fromisoformat(accepted), catalogue=shipped, calendar=calendar)
    assert (first.effective.isoformat(), second.effective.isoformat()) == (intake, review)
    assert first.basis == second.basis == ("practice",)


def test_a_supplement_has_ten_working_days_and_a_reminder_three_before(shipped: Catalogue, calendar: Calendar) -> None:
    due = deadline("D-CM-01", date(2026, 9, 24), catalogue=shipped, calendar=calendar)
    reminder = deadline("D-CM-01r", date(2026, 9, 24), catalogue=shipped, calendar=calendar)
    assert (due.effective, reminder.effective) == (date(2026, 10, 15), date(2026, 10, 12))


def test_hours_run_on_the_clock_through_nights_and_holidays(shipped: Catalogue, calendar: Calendar) -> None:
    found_at = datetime(2026, 9, 10, 9, 0, tzinfo=SHANGHAI)
    incident = deadline("D-PJ-14b", found_at, catalogue=shipped, calendar=calendar)
    assert incident.effective == incident.ends_at == datetime(2026, 9, 10, 13, 0, tzinfo=SHANGHAI)
    assert not incident.provisional
    night = deadline("D-PJ-14b", datetime(2026, 10, 1, 22, 0, tzinfo=SHANGHAI), catalogue=shipped, calendar=calendar)
    assert night.effective == datetime(2026, 10, 2, 2, 0, tzinfo=SHANGHAI)


def test_a_deadline_ends_at_midnight_after_its_effective_date(examples: Catalogue, calendar: Calendar) -> None:
    found = deadline("D-JS-01", date(2026, 2, 4), catalogue=examples, calendar=calendar)
    assert found.ends_at == datetime(2026, 4, 8, tzinfo=SHANGHAI)
    assert found.ends_at.utcoffset() == timedelta(hours=8)
