"""What holds of every deadline, whatever its trigger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.clock import SHANGHAI
from service.law import Calendar, Catalogue, deadline

DAY = timedelta(days=1)
LAST = date(2026, 12, 31)
PERIODS = """
    D-PJ-01 D-PJ-02 D-PJ-03 D-PJ-04 D-PJ-05a D-PJ-05b D-PJ-06 D-PJ-07 D-PJ-08 D-PJ-09 D-PJ-10 D-PJ-11 D-PJ-12 D-PJ-13 D-PJ-14a
    D-PJ-14b D-PJ-14c D-PJ-15 D-PJ-16 D-PJ-17 D-PJ-18a D-PJ-18b D-PJ-19a D-PJ-19b D-PJ-20
    D-JS-01 D-JS-02 D-JS-03 D-JS-04 D-JS-05 D-JS-06 D-JS-07 D-JS-08 D-JS-09 D-JS-10 D-JS-11 D-JS-12 D-JS-13 D-JS-14a D-JS-14b
    D-JS-15 D-JS-16a D-JS-16b D-JS-17 D-JS-18 D-JS-19 D-JS-20 D-JS-21a D-JS-21b D-JS-22
    D-CM-01 D-CM-01r D-CM-02 D-CM-03
"""
IDS = PERIODS.split()


def moment(day: date, id: str) -> date:
    return datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI) if id in ("D-PJ-14a", "D-PJ-14b") else day


def test_the_ids_of_these_tests_are_all_there_are(shipped: Catalogue) -> None:
    assert set(IDS) == set(shipped.periods)


@settings(max_examples=300)
@given(id=st.sampled_from(IDS), first=st.dates(date(2021, 1, 1), date(2035, 1, 1)), days=st.integers(0, 400))
def test_a_later_trigger_never_gives_an_earlier_date(
    id: str, first: date, days: int, shipped: Catalogue, calendar: Calendar
) -> None:
    early = deadline(id, moment(first, id), catalogue=shipped, calendar=calendar)
    late = deadline(id, moment(first + DAY * days, id), catalogue=shipped, calendar=calendar)
    assert early.nominal <= late.nominal
    assert early.effective <= late.effective


@settings(max_examples=300)
@given(id=st.sampled_from(IDS), trigger=st.dates(date(2021, 1, 1), date(2035, 1, 1)))
def test_the_derivation_names_the_date_and_its_origin(id: str, trigger: date, shipped: Catalogue, calendar: Calendar) -> None:
    found = deadline(id, moment(trigger, id), catalogue=shipped, calendar=calendar)
    wanted = f"{found.effective:%Y-%m-%d %H:%M}" if isinstance(found.effective, datetime) else f"{found.effective}"
    for told in ("\n".join(one.zh for one in found.derivation), "\n".join(one.en for one in found.derivation)):
        assert wanted in told
        assert f"{found.nominal:%Y-%m-%d}" in told
    practice = found.basis == ("practice",)
    assert any("实践参数，不是法律规定" in one.zh for one in found.derivation) is practice
    assert any(one.zh.startswith("依据：") for one in found.derivation) is not practice


@pytest.mark.parametrize(("length", "unit"), [("P20D", "calendar"), ("P2M", "calendar"), ("P1D", "working"), ("P10D", "working")])
def test_on_every_day_of_2004_to_2026_the_date_is_the_first_working_day_from_the_nominal_one(
    length: str,
    unit: str,
    calendar: Calendar,
    period: Callable[..., dict[str, Any]],
    regulation: Callable[..., dict[str, Any]],
) -> None:
    head = {"id": "test-1", "zh": "测试办法", "en": "Test Measures", "in_force": "2003-01-01"}
    catalogue = Catalogue.from_yaml_data([regulation(period("D-1", length, unit=unit), regulation=head)])
    trigger, before = date(2004, 1, 1), date.min
    while trigger <= LAST:
        found = deadline("D-1", trigger, catalogue=catalogue, calendar=calendar)
        idle = [found.nominal + DAY * step for step in range((found.effective - found.nominal).days)]
        assert calendar.is_working(found.effective)
        assert not any(calendar.is_working(day) for day in idle)
        assert before <= found.effective
        assert found.provisional == (found.effective > LAST)
        assert any(f"{found.effective}" in one.zh for one in found.derivation)
        trigger, before = trigger + DAY, found.effective
