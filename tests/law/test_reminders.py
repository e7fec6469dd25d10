"""On which days people are reminded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clock import SHANGHAI
from service.law import Calendar, Catalogue, Lead, Suspension, deadline, reminders


def told(id: str, trigger: date | int, catalogue: Catalogue, calendar: Calendar) -> list[tuple[str, str]]:
    found = deadline(id, trigger, catalogue=catalogue, calendar=calendar)
    return [(f"{one.day}", " ".join(one.labels)) for one in reminders(found, catalogue=catalogue, calendar=calendar)]


def test_reminders_in_the_spring_festival_come_as_one_on_the_makeup_saturday(shipped: Catalogue, calendar: Calendar) -> None:
    assert told("D-JS-03", date(2026, 1, 30), shipped, calendar) == [("2026-02-09", "T-10"), ("2026-02-14", "T-3 T-1")]


def test_reminders_that_meet_name_both_distances(shipped: Catalogue, calendar: Calendar) -> None:
    found = deadline("D-JS-03", date(2026, 1, 30), catalogue=shipped, calendar=calendar)
    last = reminders(found, catalogue=shipped, calendar=calendar)[-1]
    assert last.zh == "到期前3日、1日提醒"
    assert last.en == "Reminder 3 days and 1 day before it is due"


def test_reminders_of_the_plan_come_on_the_working_day_before_a_weekend(shipped: Catalogue, calendar: Calendar) -> None:
    assert told("D-PJ-01", 2027, shipped, calendar) == [
        ("2026-07-31", "T-30"),  # 1 August is a Saturday
        ("2026-08-21", "T-10"),
        ("2026-08-28", "T-3 T-1"),  # 30 August is a Sunday
    ]


def test_reminders_before_national_day_move_back_to_september(shipped: Catalogue, calendar: Calendar) -> None:
    assert told("D-JS-08", date(2025, 1, 1), shipped, calendar) == [("2026-09-30", "T-90"), ("2026-12-01", "T-30")]


def test_reminders_count_from_the_nominal_date_not_from_the_one_it_moved_to(shipped: Catalogue, calendar: Calendar) -> None:
    found = deadline("D-JS-01", date(2026, 2, 4), catalogue=shipped, calendar=calendar)
    assert found.effective == date(2026, 4, 7)
    days = [f"{one.day:%m-%d}" for one in reminders(found, catalogue=shipped, calendar=calendar)]
    assert days == ["03-16", "03-26", "04-02", "04-03"]  # T-20 … T-1 of 5 April


def test_months_before_a_date_are_counted_as_months(shipped: Catalogue, calendar: Calendar) -> None:
    assert told("D-PJ-07", date(2021, 3, 31), shipped, calendar) == [
        ("2023-03-31", "T-12M"),
        ("2023-09-28", "T-6M"),  # 30 September 2023 is in the holiday
        ("2024-02-29", "T-1M"),
    ]


def test_a_short_period_is_reminded_of_in_working_days(shipped: Catalogue, calendar: Calendar) -> None:
    # Five working days from Thu 09-24: 28, 29, 30, then 8 and 9 October.
    assert told("D-PJ-18a", date(2026, 9, 24), shipped, calendar) == [("2026-09-29", "T-3WD"), ("2026-10-08", "T-1WD")]


def test_no_reminder_comes_on_or_before_the_trigger_day(shipped: Catalogue, calendar: Calendar) -> None:
    # T-30 and T-20 of these 20 days lie before the count began.
    assert told("D-JS-04", date(2026, 3, 2), shipped, calendar)[0] == ("2026-03-12", "T-10")


def test_a_reminder_that_falls_on_the_trigger_day_itself_is_left_out(
    calendar: Calendar, period: Callable[..., dict[str, Any]], regulation: Callable[..., dict[str, Any]]
) -> None:
    catalogue = Catalogue.from_yaml_data([regulation(period("D-1", "P10D", reminders=["P10D", "P9D"]))])
    assert told("D-1", date(2026, 3, 2), catalogue, calendar) == [("2026-03-03", "T-9")]


def test_hours_have_no_reminder_days(shipped: Catalogue, calendar: Calendar) -> None:
    found = deadline("D-PJ-14b", datetime(2026, 9, 10, 9, tzinfo=SHANGHAI), catalogue=shipped, calendar=calendar)
    assert reminders(found, catalogue=shipped, calendar=calendar) == ()


def test_a_suspension_moves_the_reminders_with_the_date(shipped: Catalogue, calendar: Calendar) -> None:
    away = Suspension(since=date(2026, 3, 10), until=date(2026, 3, 13))
    found = deadline("D-PJ-18b", date(2026, 3, 2), catalogue=shipped, calendar=calendar, suspensions=[away])
    days = [one.day for one in reminders(found, catalogue=shipped, calendar=calendar)]
    assert days == [date(2026, 3, 23), date(2026, 3, 30), date(2026, 4, 1)]  # before 2 April


def test_a_reminder_in_a_year_without_a_notice_is_provisional(shipped: Catalogue, calendar: Calendar) -> None:
    found = deadline("D-JS-02", date(2026, 12, 10), catalogue=shipped, calendar=calendar)  # 9 January 2027
    marks = [(f"{one.day}", one.provisional) for one in reminders(found, catalogue=shipped, calendar=calendar)]
    assert marks == [("2026-12-30", False), ("2027-01-06", True), ("2027-01-08", True)]


@given(trigger=st.dates(date(2020, 12, 1), date(2026, 10, 1)), id=st.sampled_from(["D-JS-01", "D-JS-02", "D-PJ-18a", "D-PJ-18b"]))
def test_reminders_are_distinct_working_days_between_trigger_and_date(
    trigger: date, id: str, shipped: Catalogue, calendar: Calendar
) -> None:
    found = deadline(id, trigger, catalogue=shipped, calendar=calendar)
    given_out = reminders(found, catalogue=shipped, calendar=calendar)
    days = [one.day for one in given_out]
    assert days == sorted(set(days))
    assert all(calendar.is_working(day) and trigger < day < found.nominal for day in days)
    for one in given_out:
        for lead in one.leads:
            if lead.days:
                wanted = found.nominal - timedelta(days=lead.days)
                assert one.day <= wanted
                assert not any(calendar.is_working(one.day + timedelta(days=n)) for n in range(1, (wanted - one.day).days + 1))


@pytest.mark.parametrize("text", ["", "P", "10", "P0D", "0WD", "P1M2D", "PT1H", "-P3D", "P3W"])
def test_what_is_no_lead_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Lead.parse(text)


@pytest.mark.parametrize(("text", "label"), [("P10D", "T-10"), ("P1Y", "T-12M"), ("P6M", "T-6M"), ("3WD", "T-3WD")])
def test_a_lead_is_read_and_labelled(text: str, label: str) -> None:
    assert Lead.parse(text).label == label
