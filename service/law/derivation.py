"""The sentences that say, step by step, how a deadline was found; a clerk reads them and can check each with a wall calendar.

Open this when a wording changes. Nothing is computed here that `deadlines.py` has not decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from service.law.calendar import DAY, WEEKEND, Calendar, english_name
from service.law.catalogue import Catalogue
from service.law.period import Period, PeriodUnit

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What was decided: the dates, the days taken off, and the years whose notice was missing."""

    trigger: date
    nominal: date
    effective: date
    suspended: tuple[date, ...] = ()
    refused_suspension: bool = False
    unsure: tuple[int, ...] = ()


def derive(period: Period, reckoning: Reckoning, *, catalogue: Catalogue, calendar: Calendar) -> tuple[Sentence, ...]:
    """Tell how the deadline came about: the start, the count, what was taken off, the move, the basis, and doubts."""
    sentences: list[Sentence] = []
    length = period.length
    if length.annual:
        sentences.append(_annual(period, reckoning))
    elif length.fixed or length.given or length.months < 0:
        sentences.append(_not_counted(period, reckoning))
    elif period.length.hours:
        sentences.append(_hours(period, reckoning))
    else:
        sentences.append(_start(period, reckoning))
        if period.unit is PeriodUnit.WORKING:
            sentences += _working(period, reckoning, calendar)
        else:
            sentences.append(_span(period, reckoning))
    sentences += _suspended(reckoning)
    if period.unit is PeriodUnit.CALENDAR and not period.length.hours:
        sentences += _roll(period, reckoning, calendar)
    sentences.append(_basis(period, catalogue))
    if reckoning.unsure:
        sentences.append(_doubt(reckoning.unsure))
    return tuple(sentences)


def _start(period: Period, reckoning: Reckoning) -> Sentence:
    zh, en = period.event_zh or "起算事由发生", period.event_en or "the event"
    if period.inclusive:
        return Sentence(
            zh=f"{zh}：{_zh(reckoning.trigger)}，自当日起算。",
            en=f"{_capital(en)}: {_en(reckoning.trigger)}, which is day 1.",
        )
    first = reckoning.trigger + DAY
    return Sentence(
        zh=f"{zh}：{_zh(reckoning.trigger)}；当日不计入，自{_zh(first)}起算。",
        en=f"{_capital(en)}: {_en(reckoning.trigger)}, which is not counted; day 1 is {_en(first)}.",
    )


def _span(period: Period, reckoning: Reckoning) -> Sentence:
    length, nominal = period.length, reckoning.nominal
    zh, en = length.zh(period.unit), length.en(period.unit)
    if reckoning.suspended:
        return Sentence(
            zh=f"期限{zh}，扣除中止的日数后于{_zh(nominal)}届满。",
            en=f"Length {en}; with the days taken off it ends on {_en(nominal)}.",
        )
    if not length.months:
        return Sentence(
            zh=f"期限{zh}，第{length.days}日为{_zh(nominal)}。", en=f"Length {en}; day {length.days} is {_en(nominal)}."
        )
    if not length.days and nominal.day < reckoning.trigger.day and not period.inclusive:
        return Sentence(
            zh=f"期限{zh}；{nominal.year}年{nominal.month}月没有{reckoning.trigger.day}日，以月末{_zh(nominal)}届满。",
            en=f"Length {en}; {nominal:%Y-%m} has no day {reckoning.trigger.day}: it ends with the month, {_en(nominal)}.",
        )
    return Sentence(zh=f"期限{zh}，于{_zh(nominal)}届满。", en=f"Length {en}; it ends on {_en(nominal)}.")


def _working(period: Period, reckoning: Reckoning, calendar: Calendar) -> list[Sentence]:
    first = reckoning.trigger + (DAY * 0 if period.inclusive else DAY)
    days = _days(first, reckoning.nominal)
    rests_zh, rests_en = _rests((day for day in days if calendar.is_rest(day)), calendar)
    makeups = [day for day in days if calendar.is_makeup(day) and day not in reckoning.suspended]
    zh = f"期限{period.length.zh(period.unit)}"
    en = f"Length {period.length.en(period.unit)}"
    if rests_zh:
        zh, en = f"{zh}，不计{rests_zh}", f"{en}, not counting the {rests_en}"
    if makeups:
        zh += f"；{'、'.join(_zh(day) for day in makeups)}为调休上班日，计入"
        en += f"; counting {', '.join(_en(day) for day in makeups)} (make-up working)"
    return [
        Sentence(
            zh=f"{zh}；第{period.length.days}个工作日为{_zh(reckoning.nominal)}。",
            en=f"{en}; working day {period.length.days} is {_en(reckoning.nominal)}.",
        )
    ]


def _annual(period: Period, reckoning: Reckoning) -> Sentence:
    year = reckoning.trigger.year
    if period.following:
        zh, en = period.event_zh or "起算事由发生", period.event_en or "the event"
        return Sentence(
            zh=f"{zh}：{_zh(reckoning.trigger)}；其后（含当日）的第一个期限日为{_zh(reckoning.nominal)}。",
            en=f"{_capital(en)}: {_en(reckoning.trigger)}; the first such date on or after it is {_en(reckoning.nominal)}.",
        )
    return Sentence(
        zh=f"{year}计划年度的期限日为{_zh(reckoning.nominal)}，当日计入。",
        en=f"For the plan year {year} the date is {_en(reckoning.nominal)}, that day included.",
    )


def _not_counted(period: Period, reckoning: Reckoning) -> Sentence:
    zh, en = period.event_zh or "起算事由发生", period.event_en or "the event"
    trigger, nominal, length = reckoning.trigger, reckoning.nominal, period.length
    if length.fixed:
        return Sentence(zh=f"固定日期：{_zh(nominal)}。", en=f"A fixed date: {_en(nominal)}.")
    if length.given:
        return Sentence(zh=f"{zh}：{_zh(nominal)}。", en=f"{_capital(en)}: {_en(nominal)}.")
    return Sentence(
        zh=f"{zh}：{_zh(trigger)}；应在其{length.zh(period.unit)}之前，即{_zh(nominal)}之前（含当日）办理。",
        en=f"{_capital(en)}: {_en(trigger)}; due {length.en(period.unit)} before it, by {_en(nominal)}.",
    )


def _hours(period: Period, reckoning: Reckoning) -> Sentence:
    begins, ends = f"{reckoning.trigger:%Y-%m-%d %H:%M}", f"{reckoning.nominal:%Y-%m-%d %H:%M}"
    zh, en = period.event_zh or "起算事由发生", period.event_en or "the event"
    return Sentence(
        zh=f"{zh}：{begins}；期限{period.length.zh(period.unit)}，至{ends}。",
        en=f"{_capital(en)}: {begins}; with {period.length.en(period.unit)} it ends at {ends}.",
    )


def _suspended(reckoning: Reckoning) -> list[Sentence]:
    if reckoning.refused_suspension:
        return [Sentence(zh="本期限不因补正、评审等中止。", en="This period does not stop for supplements or reviews.")]
    if not reckoning.suspended:
        return []
    runs = _runs(reckoning.suspended)
    return [
        Sentence(
            zh=f"扣除中止的时间：{'、'.join(_range_zh(first, last) for first, last in runs)}。",
            en=f"Taken off: {', '.join(_range_en(first, last) for first, last in runs)}.",
        )
    ]


def _roll(period: Period, reckoning: Reckoning, calendar: Calendar) -> list[Sentence]:
    nominal, effective = reckoning.nominal, reckoning.effective
    if nominal != effective:
        rests_zh, rests_en = _rests(_days(nominal, effective - DAY), calendar)
        return [
            Sentence(
                zh=f"该日在{rests_zh}内，顺延至其后第一个工作日{_zh(effective)}。",
                en=f"That day is in the {rests_en}; moved to the next working day, {_en(effective)}.",
            )
        ]
    if period.roll and calendar.is_makeup(nominal):
        return [
            Sentence(
                zh="该日虽在周末，但为调休上班日，不顺延。",
                en="That day is in a weekend but is a make-up working day: not moved.",
            )
        ]
    if not period.roll and not period.length.fixed and calendar.is_rest(nominal):
        return [
            Sentence(
                zh="该日为休息日；本期限是存续的时间而不是办事的期限，不顺延。",
                en="That day is a rest day; this period is a span, not a duty to act, and is not moved.",
            )
        ]
    return []


def _basis(period: Period, catalogue: Catalogue) -> Sentence:
    cited = [catalogue.cite(article) for article in period.articles]
    zh, en = "、".join(zh for zh, _ in cited), "; ".join(en for _, en in cited)
    if not period.practice:
        return Sentence(zh=f"依据：{zh}。", en=f"Basis: {en}.")
    if not cited:
        return Sentence(zh="本期限为实践参数，不是法律规定。", en="This period is a practice parameter, not law.")
    lacks_zh, lacks_en = ("日期", "date") if period.length.annual else ("时限", "figure")
    return Sentence(
        zh=f"本期限为实践参数，不是法律规定：{zh}规定了这一步骤，没有规定{lacks_zh}。",
        en=f"This period is a practice parameter, not law: {en} has the step but gives no {lacks_en}.",
    )


def _doubt(years: tuple[int, ...]) -> Sentence:
    names = "、".join(map(str, years))
    return Sentence(
        zh=f"{names}年的节假日安排尚未载入，只按周末推算，日期为暂定。",
        en=f"No holiday notice is loaded for {', '.join(map(str, years))}: only weekends count, the date is provisional.",
    )


def _rests(days: Iterable[date], calendar: Calendar) -> tuple[str, str]:
    """Name the holidays among rest days with their dates, and plain weekends in a word."""
    names: dict[str, tuple[date, date]] = {}
    for day in days:
        names.setdefault(calendar.rest_name(day), calendar.rest_span(day))
    zh, en = [], []
    for name, (first, last) in sorted(names.items(), key=lambda item: item[0] == WEEKEND):
        zh.append(name if name == WEEKEND else f"{name}假期（{_range_zh(first, last)}）")
        en.append("weekend" if name == WEEKEND else f"{english_name(name)} holiday ({_range_en(first, last)})")
    return "、".join(zh), " and the ".join(en)


def _days(first: date, last: date) -> list[date]:
    return [first + DAY * step for step in range((last - first).days + 1)]


def _runs(days: tuple[date, ...]) -> list[tuple[date, date]]:
    """Join consecutive days (sorted) into (first, last)."""
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0])]
    return [(run[0], run[-1]) for run in runs]


def _range_zh(first: date, last: date) -> str:
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d}至{last:%m-%d}"


def _range_en(first: date, last: date) -> str:
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} to {last:%m-%d}"


def _zh(day: date) -> str:
    return f"{day:%Y-%m-%d}（周{_WEEKDAYS_ZH[day.weekday()]}）"


def _en(day: date) -> str:
    return f"{_WEEKDAYS_EN[day.weekday()]} {day:%Y-%m-%d}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
