"""A change of law adds entries with a date; nothing that stood before is edited."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.law import Calendar, Catalogue, deadline


def test_a_period_triggered_before_keeps_its_length_and_one_triggered_later_takes_the_new(
    shipped: Catalogue, amended: Catalogue, calendar: Calendar
) -> None:
    before = deadline("D-PJ-18b", date(2026, 8, 31), catalogue=amended, calendar=calendar)
    assert before == deadline("D-PJ-18b", date(2026, 8, 31), catalogue=shipped, calendar=calendar)
    after = deadline("D-PJ-18b", date(2026, 9, 1), catalogue=amended, calendar=calendar)
    assert (before.effective, after.effective) == (date(2026, 9, 28), date(2026, 9, 21))
    assert "期限15个工作日" in after.derivation[1].zh


def test_nothing_of_the_shipped_catalogue_is_edited(shipped: Catalogue, amended: Catalogue) -> None:
    for id, versions in shipped.periods.items():
        assert amended.periods[id][: len(versions)] == versions
    for name, values in shipped.parameters.items():
        assert amended.parameters[name][: len(values)] == values
    assert amended.articles == shipped.articles
    assert len(amended.periods["D-PJ-18b"]) == 2


@pytest.mark.parametrize(
    ("started", "today", "value"),
    [
        (date(2026, 8, 31), date(2026, 12, 1), 5_000_000),
        (date(2026, 9, 1), date(2026, 12, 1), 3_000_000),
    ],
)
def test_a_case_keeps_the_parameter_it_started_under(started: date, today: date, value: int, amended: Catalogue) -> None:
    assert amended.get_parameter_for_case("major_project_threshold", started=started, today=today).value == value


@pytest.mark.parametrize(("today", "value"), [(date(2026, 8, 31), Decimal("0.6")), (date(2026, 9, 1), Decimal("0.7"))])
def test_a_parameter_that_says_so_applies_to_open_cases_from_its_day(today: date, value: Decimal, amended: Catalogue) -> None:
    found = amended.get_parameter_for_case("similarity_threshold", started=date(2026, 1, 5), today=today)
    assert found.value == value
