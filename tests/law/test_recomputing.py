"""What a new holiday notice changes; the notice for 2027 in these tests is made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from service.law import Calendar, Catalogue, Deadline, Suspension, deadline, recomputed


def test_a_date_in_a_holiday_of_the_new_notice_moves_and_is_no_longer_provisional(
    shipped: Catalogue, calendar: Calendar, calendar_with_2027: Calendar
) -> None:
    held = deadline("D-JS-02", date(2027, 1, 7), catalogue=shipped, calendar=calendar)
    assert (held.effective, held.provisional) == (date(2027, 2, 8), True)  # 6 February is a Saturday
    (change,) = recomputed([held], catalogue=shipped, old=calendar, new=calendar_with_2027)
    assert (change.after.effective, change.after.provisional) == (date(2027, 2, 13), False)  # a Saturday on which people work
    assert "D-JS-02 由 2027-02-08 改为 2027-02-13，不再是暂定" in change.sentence.zh
    assert "moves from 2027-02-08 to 2027-02-13, no longer provisional" in change.sentence.en


def test_a_date_that_stays_is_told_to_be_final(shipped: Catalogue, calendar: Calendar, calendar_with_2027: Calendar) -> None:
    held = deadline("D-JS-02", date(2027, 2, 15), catalogue=shipped, calendar=calendar)
    (change,) = recomputed([held], catalogue=shipped, old=calendar, new=calendar_with_2027)
    assert change.after.effective == held.effective == date(2027, 3, 17)
    assert "仍为 2027-03-17，不再是暂定" in change.sentence.zh


def test_dates_of_other_years_and_spans_are_left_alone(
    shipped: Catalogue, calendar: Calendar, calendar_with_2027: Calendar
) -> None:
    held = [
        deadline("D-JS-02", date(2026, 9, 1), catalogue=shipped, calendar=calendar),
        deadline("D-PJ-07", date(2024, 2, 6), catalogue=shipped, calendar=calendar),  # ends 2027-02-06, a span
    ]
    assert list(recomputed(held, catalogue=shipped, old=calendar, new=calendar_with_2027)) == []


def test_a_date_that_an_administrator_set_is_left_alone(
    shipped: Catalogue, calendar: Calendar, calendar_with_2027: Calendar
) -> None:
    held = deadline("D-JS-02", date(2027, 1, 7), catalogue=shipped, calendar=calendar)
    extended = replace(held, effective=date(2027, 3, 1))
    assert list(recomputed([extended], catalogue=shipped, old=calendar, new=calendar_with_2027)) == []


def test_suspended_days_stay_taken_off(shipped: Catalogue, calendar: Calendar, calendar_with_2027: Calendar) -> None:
    away = Suspension(since=date(2027, 1, 11), until=date(2027, 1, 15))
    held = deadline("D-PJ-18b", date(2027, 1, 7), catalogue=shipped, calendar=calendar, suspensions=[away])
    stored = Deadline.from_context(held.as_context(), suspensions=[away])
    (change,) = recomputed([stored], catalogue=shipped, old=calendar, new=calendar_with_2027)
    wanted = deadline("D-PJ-18b", date(2027, 1, 7), catalogue=shipped, calendar=calendar_with_2027, suspensions=[away])
    assert change.after == wanted
    assert change.after.effective > held.effective


def test_what_is_stored_with_a_task_can_be_read_back(shipped: Catalogue, calendar: Calendar) -> None:
    held = deadline("D-JS-01", date(2026, 2, 4), catalogue=shipped, calendar=calendar)
    assert replace(Deadline.from_context(held.as_context()), calendar_version=calendar.version) == held


@given(triggers=st.lists(st.dates(date(2026, 6, 1), date(2027, 12, 1)), max_size=12), done=st.integers(0, 12))
def test_doing_it_again_after_an_interruption_changes_just_the_rest(
    triggers: list[date], done: int, shipped: Catalogue, calendar: Calendar, calendar_with_2027: Calendar
) -> None:
    held = [deadline("D-JS-02", trigger, catalogue=shipped, calendar=calendar) for trigger in triggers]
    whole = {change.before: change.after for change in recomputed(held, catalogue=shipped, old=calendar, new=calendar_with_2027)}
    half = [whole.get(one, one) if at < done else one for at, one in enumerate(held)]
    rest = {change.before: change.after for change in recomputed(half, catalogue=shipped, old=calendar, new=calendar_with_2027)}
    assert [rest.get(one, one) for one in half] == [whole.get(one, one) for one in held]
    assert not set(rest) & set(whole.values())
