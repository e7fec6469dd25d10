"""Deadlines beside the worked examples: triggers, versions of the law, suspensions, doubts and the derivation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import tagged
from service.errors import Invalid, NotFound
from service.law import Calendar, Catalogue, Deadline, Suspension, deadline

Make = Callable[..., dict[str, Any]]


def zh(found: Deadline) -> str:
    return "\n".join(sentence.zh for sentence in found.derivation)


def en(found: Deadline) -> str:
    return "\n".join(sentence.en for sentence in found.derivation)


# --- triggers


def test_the_day_of_a_moment_is_its_day_in_shanghai(examples: Catalogue, calendar: Calendar) -> None:
    late = datetime(2026, 2, 3, 16, 30, tzinfo=UTC)  # 00:30 on the 4th in Shanghai
    assert deadline("D-JS-01", late, catalogue=examples, calendar=calendar).trigger == date(2026, 2, 4)


def test_a_moment_without_a_zone_is_refused(examples: Catalogue, calendar: Calendar) -> None:
    naive = datetime(2026, 2, 4, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(Invalid, match="时区"):
        deadline("D-JS-01", naive, catalogue=examples, calendar=calendar)


@pytest.mark.parametrize("year", [2027, Decimal(2027), date(2027, 1, 1), date(2027, 12, 31)])
def test_an_annual_date_takes_the_plan_year_in_any_form(
    year: int | Decimal | date, examples: Catalogue, calendar: Calendar
) -> None:
    found = deadline("D-PJ-01", year, catalogue=examples, calendar=calendar)
    assert (found.trigger, found.nominal) == (date(2027, 1, 1), date(2026, 8, 31))


@pytest.mark.parametrize(("id", "trigger"), [("D-JS-01", 2027), ("D-PJ-01", Decimal("2026.5")), ("D-PJ-14b", date(2026, 9, 10))])
def test_a_trigger_that_does_not_suit_the_period_is_refused(
    id: str, trigger: int | Decimal | date, examples: Catalogue, calendar: Calendar
) -> None:
    with pytest.raises(Invalid, match=id):
        deadline(id, trigger, catalogue=examples, calendar=calendar)


def test_the_stored_trigger_gives_the_same_deadline_again(examples: Catalogue, calendar: Calendar) -> None:
    for id in ("D-PJ-01", "D-JS-01", "D-JS-15"):
        found = deadline(id, date(2026, 3, 3), catalogue=examples, calendar=calendar)
        assert deadline(id, found.trigger, catalogue=examples, calendar=calendar) == found


# --- versions


def test_the_version_in_force_on_the_trigger_day_applies(calendar: Calendar, period: Make, regulation: Make) -> None:
    changing = Catalogue.from_yaml_data(
        [regulation(period("D-1", "P20D", **{"from": "2026-07-01"}), period("D-1", "P30D", until="2026-06-30"))]
    )
    before = deadline("D-1", date(2026, 6, 30), catalogue=changing, calendar=calendar)
    after = deadline("D-1", date(2026, 7, 1), catalogue=changing, calendar=calendar)
    assert (before.nominal, after.nominal) == (date(2026, 7, 30), date(2026, 7, 21))


def test_an_annual_date_follows_the_law_of_the_date_itself(calendar: Calendar, period: Make, regulation: Make) -> None:
    changing = Catalogue.from_yaml_data(
        [regulation(period("D-1", "--09-30", year=-1, **{"from": "2026-07-01"}), period("D-1", "--08-31", year=-1))]
    )
    assert deadline("D-1", 2026, catalogue=changing, calendar=calendar).nominal == date(2025, 8, 31)
    assert deadline("D-1", 2027, catalogue=changing, calendar=calendar).nominal == date(2026, 9, 30)
    late = Catalogue.from_yaml_data(
        [regulation(period("D-1", "--09-30", year=-1, **{"from": "2026-10-01"}), period("D-1", "--08-31", year=-1))]
    )
    assert deadline("D-1", 2027, catalogue=late, calendar=calendar).nominal == date(2026, 8, 31)


def test_a_period_that_is_unknown_or_not_yet_law_is_not_found(examples: Catalogue, calendar: Calendar) -> None:
    with pytest.raises(NotFound, match="D-XX-99"):
        deadline("D-XX-99", date(2026, 1, 5), catalogue=examples, calendar=calendar)
    with pytest.raises(NotFound, match="2019-12-31"):
        deadline("D-JS-01", date(2019, 12, 31), catalogue=examples, calendar=calendar)


# --- suspensions


def test_working_days_do_not_run_while_the_applicant_supplements(shipped: Catalogue, calendar: Calendar) -> None:
    away = Suspension(since=date(2026, 3, 10), until=date(2026, 3, 13))  # Wed, Thu, Fri
    plain = deadline("D-PJ-18b", date(2026, 3, 2), catalogue=shipped, calendar=calendar)
    found = deadline("D-PJ-18b", date(2026, 3, 2), catalogue=shipped, calendar=calendar, suspensions=[away])
    assert (plain.effective, found.effective) == (date(2026, 3, 30), date(2026, 4, 2))
    assert "扣除中止的时间：2026-03-11至03-13。" in zh(found)


def test_overlapping_suspensions_count_once(shipped: Catalogue, calendar: Calendar) -> None:
    spans = [
        Suspension(since=date(2026, 3, 10), until=date(2026, 3, 13)),
        Suspension(since=date(2026, 3, 11), until=date(2026, 3, 13)),
    ]
    once = deadline("D-PJ-18b", date(2026, 3, 2), catalogue=shipped, calendar=calendar, suspensions=spans[:1])
    twice = deadline("D-PJ-18b", date(2026, 3, 2), catalogue=shipped, calendar=calendar, suspensions=spans)
    assert twice.effective == once.effective


def test_calendar_days_move_on_by_the_days_suspended_and_what_those_reach(examples: Catalogue, calendar: Calendar) -> None:
    spans = [
        Suspension(since=date(2026, 3, 10), until=date(2026, 3, 15)),
        Suspension(since=date(2026, 4, 1), until=date(2026, 4, 3)),
    ]
    found = deadline("stoppable", date(2026, 3, 2), catalogue=examples, calendar=calendar, suspensions=spans)
    assert found.nominal == date(2026, 4, 8)  # 30 days end 04-01; five owed days skip 04-02 and 04-03


def test_a_suspension_outside_the_period_changes_nothing(examples: Catalogue, calendar: Calendar) -> None:
    later = Suspension(since=date(2026, 6, 1), until=date(2026, 6, 9))
    plain = deadline("stoppable", date(2026, 3, 2), catalogue=examples, calendar=calendar)
    assert deadline("stoppable", date(2026, 3, 2), catalogue=examples, calendar=calendar, suspensions=[later]) == plain


def test_a_statutory_period_never_stops_and_says_so(examples: Catalogue, calendar: Calendar) -> None:
    away = Suspension(since=date(2026, 2, 10), until=date(2026, 2, 28))
    found = deadline("D-JS-01", date(2026, 2, 4), catalogue=examples, calendar=calendar, suspensions=[away])
    assert found.effective == date(2026, 4, 7)
    assert "不因补正" in zh(found)


@given(
    start=st.dates(date(2026, 1, 1), date(2026, 8, 1)),
    gaps=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=4),
)
def test_exactly_the_days_not_suspended_are_counted(
    start: date, gaps: list[tuple[int, int]], examples: Catalogue, calendar: Calendar
) -> None:
    day = timedelta(days=1)
    spans = [Suspension(since=start + day * after, until=start + day * (after + length)) for after, length in gaps]
    found = deadline("stoppable", start, catalogue=examples, calendar=calendar, suspensions=spans)
    days = [start + day * step for step in range(1, (found.nominal - start).days + 1)]
    counted = [each for each in days if not any(span.since < each <= span.until for span in spans)]
    assert len(counted) == 30
    assert counted[-1] == found.nominal


# --- doubts


@pytest.mark.parametrize(
    ("id", "trigger", "provisional"),
    [
        ("D-JS-02", date(2026, 12, 1), False),  # ends Thursday 2026-12-31
        ("D-JS-02", date(2026, 12, 2), True),  # ends Friday 2027-01-01
        ("D-JS-15", date(2026, 12, 17), False),  # the tenth working day is 2026-12-31
        ("D-JS-15", date(2026, 12, 18), True),
        ("D-PJ-07", date(2026, 5, 20), False),  # a span asks no calendar
    ],
)
def test_a_date_is_provisional_just_when_it_depends_on_a_year_without_a_notice(
    id: str, trigger: date, provisional: bool, examples: Catalogue, calendar: Calendar
) -> None:
    found = deadline(id, trigger, catalogue=examples, calendar=calendar)
    assert found.provisional is provisional
    assert ("2027年的节假日安排尚未载入" in zh(found)) is provisional
    assert found.calendar_version == calendar.version


def test_the_year_of_an_uncounted_trigger_day_needs_no_notice(examples: Catalogue, calendar: Calendar) -> None:
    only = Calendar.from_rows((row for row in calendar.rows if row.day.year == 2026), years=[2026])
    assert not deadline("D-JS-15", date(2025, 12, 31), catalogue=examples, calendar=only).provisional
    assert deadline("D-JS-15", date(2025, 12, 30), catalogue=examples, calendar=only).provisional


# --- derivation


def test_the_derivation_tells_start_count_holiday_move_and_basis(examples: Catalogue, calendar: Calendar) -> None:
    found = deadline("D-JS-01", date(2026, 2, 4), catalogue=examples, calendar=calendar)
    assert [sentence.zh for sentence in found.derivation] == [
        "起算事由发生：2026-02-04（周三）；当日不计入，自2026-02-05（周四）起算。",
        "期限60日，第60日为2026-04-05（周日）。",
        "该日在清明节假期（2026-04-04至04-06）内，顺延至其后第一个工作日2026-04-07（周二）。",
        "依据：《测试办法》第一条（test-1#1）。",
    ]
    assert "in the Qingming Festival holiday (2026-04-04 to 04-06); moved to the next working day, Tue 2026-04-07" in en(found)
    assert found.basis == ("test-1#1",)


def test_working_days_name_the_holidays_in_the_way_and_the_makeup_day(examples: Catalogue, calendar: Calendar) -> None:
    found = deadline("D-JS-15", date(2026, 9, 24), catalogue=examples, calendar=calendar)
    told = zh(found)
    assert "中秋节假期（2026-09-25至09-27）、国庆节假期（2026-10-01至10-07）" in told
    assert "2026-10-10（周六）为调休上班日，计入" in told
    assert "第10个工作日为2026-10-15（周四）" in told


def test_a_practice_figure_is_never_given_an_article_as_its_basis(shipped: Catalogue, calendar: Calendar) -> None:
    found = deadline("D-PJ-18b", date(2026, 8, 24), catalogue=shipped, calendar=calendar)
    assert found.basis == ("practice",)
    assert "实践参数，不是法律规定" in zh(found)
    assert "practice parameter, not law" in en(found)
    assert "依据：" not in zh(found)


@pytest.mark.parametrize(
    ("id", "trigger", "words"),
    [
        ("D-PJ-11", 2027, "没有规定日期"),
        ("D-PJ-08", date(2028, 5, 20), "其后（含当日）的第一个期限日为2028-08-31（周四）"),
        ("D-JS-06", date(2031, 12, 31), "应在其6个月之前，即2031-06-30（周一）之前（含当日）办理"),
        ("D-JS-22", date(2026, 10, 3), "决定规定的日期：2026-10-03（周六）"),
        ("D-JS-18", date(2020, 9, 23), "固定日期：2020-11-01（周日）"),
    ],
)
def test_the_derivation_explains_dates_that_are_not_counted(
    id: str, trigger: date | int, words: str, shipped: Catalogue, calendar: Calendar
) -> None:
    assert words in zh(deadline(id, trigger, catalogue=shipped, calendar=calendar))


def test_a_fixed_date_says_nothing_of_moving(shipped: Catalogue, calendar: Calendar) -> None:
    assert "顺延" not in zh(deadline("D-JS-18", date(2020, 9, 23), catalogue=shipped, calendar=calendar))


def test_a_date_that_follows_goes_by_the_law_of_its_trigger_day(calendar: Calendar, period: Make, regulation: Make) -> None:
    changing = Catalogue.from_yaml_data(
        [regulation(period("D-1", "--09-30", following=True, **{"from": "2026-07-01"}), period("D-1", "--08-31", following=True))]
    )
    assert deadline("D-1", date(2026, 6, 30), catalogue=changing, calendar=calendar).nominal == date(2026, 8, 31)
    assert deadline("D-1", date(2026, 7, 1), catalogue=changing, calendar=calendar).nominal == date(2026, 9, 30)


def test_only_the_date_that_follows_needs_a_day_and_not_a_year(shipped: Catalogue, calendar: Calendar) -> None:
    with pytest.raises(Invalid, match="D-PJ-08"):
        deadline("D-PJ-08", 2027, catalogue=shipped, calendar=calendar)


@pytest.mark.parametrize(
    ("id", "trigger", "words"),
    [
        ("D-JS-02", date(2026, 4, 9), "为调休上班日，不顺延"),
        ("D-PJ-07", date(2026, 5, 20), "不顺延"),
        ("D-JS-09", date(2024, 2, 29), "2027年2月没有29日"),
        ("D-JS-05", date(2021, 1, 1), "自当日起算"),
        ("D-PJ-01", 2027, "2027计划年度的期限日为2026-08-31（周一），当日计入"),
        ("D-JS-03", date(2026, 8, 16), "第20日为2026-09-05（周六）"),
    ],
)
def test_the_derivation_explains_the_particular_case(
    id: str, trigger: date | int, words: str, examples: Catalogue, calendar: Calendar
) -> None:
    assert words in zh(deadline(id, trigger, catalogue=examples, calendar=calendar))


def test_the_context_for_diagrams_is_plain_and_can_be_stored(examples: Catalogue, calendar: Calendar) -> None:
    context = deadline("D-JS-01", date(2026, 2, 4), catalogue=examples, calendar=calendar).as_context()
    assert set(context) == {"id", "trigger", "nominal", "effective", "provisional", "basis", "derivation"}
    assert context["derivation"][0].keys() == {"zh", "en"}
    assert tagged.loads(tagged.dumps(context)) == context
