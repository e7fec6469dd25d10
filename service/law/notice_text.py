"""The wording of a holiday notice of the State Council, read into days: what rests, what is worked instead.

A notice names each holiday, then dates or spans of dates and what holds for them: 放假 (rest), 上班 (work). Weekdays in brackets
and totals (共7天) are not needed and are checked: they tell a slip of the pen, or text that was not understood. Days as lines
("2027-02-05 休 春节") are for correction by hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.errors import Finding
from service.law.calendar import LONGEST_REST, CalendarDay

NAMES = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节", "抗战胜利纪念日")
LONGEST = 20_000
_WEEKDAYS = "一二三四五六日"
_NAME = re.compile("|".join(name.removesuffix("节") if name.endswith("节") and name != "春节" else name for name in NAMES))
_DAY = r"(?:(?:(\d{4})年)?(\d{1,2})月)?(\d{1,2})日(?:\((?:农历[^)]*?)?(?:(?:周|星期)([一二三四五六日天]))?[^)]*\))?"
_TOKEN = re.compile(
    rf"(?P<span>{_DAY}(?:\s*(?:至|到|-|—|~)\s*{_DAY})?)|(?P<verb>放假|连休|调休|补休|上班|正常工作)|共(?P<total>\d+)天|(?P<stop>[。;])"
)
_ITEM = re.compile(r"(?:^|\n)\s*(?:[一二三四五六七八九十]+[、.]|\d+[、.])")
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})\s+([休班])\s+(\S{1,20})")
_RESTS, _WORKS = "休", "班"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDays:
    """The days that were understood, by date, and what does not fit."""

    days: tuple[CalendarDay, ...]
    findings: tuple[Finding, ...]


def read_notice(text: str, *, year: int) -> NoticeDays:
    """Read the wording of the notice of a year. Nothing is left out silently: what does not fit is a finding."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    days: dict[date, CalendarDay] = {}
    findings: list[Finding] = []
    for item in _items(plain):
        name = _name_of(item)
        if name is None:
            continue
        for row in _item_days(item, name, year, findings):
            known = days.setdefault(row.day, row)
            if known.working != row.working:
                findings.append(_fault(f"{row.day} 既放假又上班。", f"{row.day} both rests and is worked."))
    if not days:
        findings.append(
            _fault(
                "没有读到放假的日期，请检查文字，或直接按行填写。",
                "No holiday was understood; look at the text, or write the days by hand.",
            )
        )
    return NoticeDays(days=tuple(sorted(days.values())), findings=(*findings, *check_days(days.values(), year=year)))


def read_lines(text: str, *, year: int) -> NoticeDays:
    """Read days that were written or corrected by hand, one a line."""
    days: dict[date, CalendarDay] = {}
    findings: list[Finding] = []
    for number, line in enumerate(text[:LONGEST].splitlines(), 1):
        plain = unicodedata.normalize("NFKC", line).strip()
        if not plain:
            continue
        match = _LINE.fullmatch(plain)
        day = _real(match[1]) if match else None
        if match is None or day is None:
            wanted = "应为“2027-02-05 休 春节”或“2027-02-14 班 春节”"
            findings.append(
                _fault(f"第 {number} 行“{plain[:40]}”{wanted}。", f"Line {number}: write it like 2027-02-05 休 春节.")
            )
            continue
        if day in days:
            findings.append(_fault(f"第 {number} 行：{day} 出现了两次。", f"Line {number}: {day} is there twice."))
        days[day] = CalendarDay(day=day, working=match[2] == _WORKS, name=match[3])
    if not days and not findings:
        findings.append(_fault("请填写放假和上班的日期。", "Write the days that rest and are worked."))
    return NoticeDays(days=tuple(sorted(days.values())), findings=(*findings, *check_days(days.values(), year=year)))


def as_lines(days: Iterable[CalendarDay]) -> str:
    """Days as `read_lines` reads them."""
    return "\n".join(f"{row.day} {_WORKS if row.working else _RESTS} {row.name}" for row in sorted(days))


def as_document(days: Sequence[CalendarDay], *, year: int, title: str, number: str) -> dict[str, object]:
    """A calendar document as `processes/calendars` holds them."""
    holidays: list[dict[str, object]] = []
    before: CalendarDay | None = None
    for row in sorted(row for row in days if not row.working):
        if before is not None and row.name == before.name and row.day == before.day + timedelta(days=1):
            holidays[-1]["to"] = row.day
        else:
            holidays.append({"name": row.name, "from": row.day, "to": row.day})
        before = row
    working = [{"date": row.day, "for": row.name} for row in sorted(days) if row.working]
    return {"year": year, "notice": {"title": title, "number": number}, "holidays": holidays, "working": working}


def check_days(days: Iterable[CalendarDay], *, year: int) -> Iterator[Finding]:
    """What can not be right, however it was written."""
    run: list[date] = []
    for row in sorted(days):
        if row.day.year != year:
            yield _fault(f"{row.day} 不在 {year} 年内。", f"{row.day} is not in {year}.")
        if row.working and row.day.weekday() < 5:
            yield _fault(f"{row.day} 本来就是工作日，不必列为上班。", f"{row.day} is a working day anyway.")
        if not row.working:
            run = [*run, row.day] if run and row.day == run[-1] + timedelta(days=1) else [row.day]
            if len(run) == LONGEST_REST // 4:
                yield _fault(f"{run[0]} 起连续放假 {len(run)} 天以上。", f"From {run[0]} on {len(run)} days in a row rest.")


def _items(text: str) -> list[str]:
    """The parts that each name a holiday: numbered ones, else paragraphs."""
    numbered = _ITEM.split(text)
    return numbered if len(numbered) > 1 else text.splitlines()


def _name_of(item: str) -> str | None:
    match = _NAME.search(item)
    return None if match is None else next(name for name in NAMES if name.startswith(match[0]))


def _item_days(item: str, name: str, year: int, findings: list[Finding]) -> Iterator[CalendarDay]:
    pending: list[date] = []
    rested: list[date] = []
    month: tuple[int, int] | None = None
    for token in _TOKEN.finditer(item):
        if token["span"]:
            first, last, month = _span(token, year, month, findings)
            if first is not None and last is not None:
                pending += [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        elif token["verb"] in ("上班", "正常工作"):
            yield from (CalendarDay(day=day, working=True, name=name) for day in pending)
            pending = []
        elif token["verb"] and pending:
            yield from (CalendarDay(day=day, working=False, name=name) for day in pending)
            rested, pending = [*rested, *pending], []
        elif token["total"] and rested and int(token["total"]) != len(rested):
            told, found = token["total"], len(rested)
            findings.append(
                _fault(f"{name}：文字说共 {told} 天，读到 {found} 天。", f"{name}: the text says {told} days, {found} were read.")
            )
    if pending:
        listed = "、".join(map(str, pending[:3]))
        findings.append(
            _fault(
                f"{name}：没有读懂 {listed} 是放假还是上班。", f"{name}: whether {listed} rests or is worked was not understood."
            )
        )


def _span(
    token: re.Match[str], year: int, month: tuple[int, int] | None, findings: list[Finding]
) -> tuple[date | None, date | None, tuple[int, int] | None]:
    """The first and the last day of a span, and its month, which what follows may leave out."""
    groups = token.groups()[1:9]
    first, month = _one(groups[:4], year, month, findings)
    if groups[6] is None:
        return first, first, month
    last, month = _one(groups[4:], year, month, findings)
    if first is not None and last is not None and not first <= last <= first + timedelta(days=LONGEST_REST):
        findings.append(_fault(f"“{token['span']}”的起止日期不对。", f"{token['span']!r} is no span."))
        return None, None, month
    return first, last, month


def _one(
    parts: Sequence[str | None], year: int, month: tuple[int, int] | None, findings: list[Finding]
) -> tuple[date | None, tuple[int, int] | None]:
    said_year, said_month, said_day, weekday = parts
    if said_month is not None:
        month = (int(said_year) if said_year else year, int(said_month))
    if month is None:
        return None, None
    try:
        day = date(*month, int(said_day or 0))
    except ValueError:
        shown = f"{month[1]}月{said_day}日"
        findings.append(_fault(f"没有 {shown} 这一天。", f"There is no day {month[1]}-{said_day}."))
        return None, month
    if weekday and _WEEKDAYS[day.weekday()] != weekday.replace("天", "日"):
        findings.append(
            _fault(
                f"{day} 是周{_WEEKDAYS[day.weekday()]}，文字说周{weekday}；请核对年份和日期。",
                f"{day} is a {day:%A}, the text says otherwise.",
            )
        )
    return day, month


def _real(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _fault(zh: str, en: str) -> Finding:
    return Finding(field="lines", rule="holiday-notice", message=zh, message_en=en)
