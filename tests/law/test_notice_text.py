"""The wording of holiday notices, read into days. The sentences are ours; they are shaped like those of the notices."""

from __future__ import annotations

from datetime import date

import pytest

from service.law import Calendar
from service.law.notice_text import NoticeDays, as_document, as_lines, read_lines, read_notice


def days(text: str, *, year: int = 2027) -> dict[str, str]:
    """{"02-05": "休", …} of a text in which nothing is wrong."""
    found = read_notice(text, year=year)
    assert [one.message for one in found.findings] == []
    return {f"{row.day:%m-%d}": "班" if row.working else "休" for row in found.days}


def faults(found: NoticeDays) -> str:
    return " ".join(one.message for one in found.findings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一、元旦：1月1日（周五）放假，与周末连休。", {"01-01": "休"}),
        ("元旦：1月1日至3日放假，共3天。", {"01-01": "休", "01-02": "休", "01-03": "休"}),
        ("1、清明节：2027年4月5日（星期一）放假。", {"04-05": "休"}),
        ("劳动节：5月1日（周六）到2日（周日）放假调休；4月25日（周日）、5月8日（周六）上班。",
         {"05-01": "休", "05-02": "休", "04-25": "班", "05-08": "班"}),
        ("春节：2月28日至3月1日放假调休，共2天。", {"02-28": "休", "03-01": "休"}),
        ("国庆节放假安排为：10月1日－3日放假，１０月９日（周六）正常工作。",
         {"10-01": "休", "10-02": "休", "10-03": "休", "10-09": "班"}),
        ("二、春节：2月5日（农历除夕、周五）放假调休。", {"02-05": "休"}),
        ("端午：6月9日放假\n中秋：9月15日放假", {"06-09": "休", "09-15": "休"}),
        ("各单位：请妥善安排值班。\n一、元旦：1月1日放假。\n二、节日期间，注意安全。", {"01-01": "休"}),
    ],
)  # fmt: skip
def test_days_are_read(text: str, expected: dict[str, str]) -> None:
    assert days(text) == expected


def test_days_belong_to_their_holiday() -> None:
    found = read_notice("一、元旦：1月1日放假。二\n二、春节：2月5日放假，2月14日（周日）上班。", year=2027)
    assert [(row.name, row.working) for row in found.days] == [("元旦", False), ("春节", False), ("春节", True)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("元旦：1月1日（周四）放假。", "2027-01-01 是周五，文字说周四"),
        ("元旦：1月1日至3日放假，共4天。", "文字说共 4 天，读到 3 天"),
        ("元旦：1月32日放假。", "没有 1月32日 这一天"),
        ("元旦：1月3日至1日放假。", "起止日期不对"),
        ("元旦：1月1日休整。", "没有读懂 2027-01-01 是放假还是上班"),
        ("元旦：1月1日放假。1月4日（周一）上班。", "本来就是工作日"),
        ("元旦：2026年1月1日放假。", "2026-01-01 不在 2027 年内"),
        ("元旦：1月2日放假，1月2日（周六）上班。", "既放假又上班"),
        ("劳动节：5月1日至30日放假。", "连续放假"),
        ("现将有关事项通知如下。", "没有读到放假的日期"),
        ("", "没有读到放假的日期"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(text: str, words: str) -> None:
    assert words in faults(read_notice(text, year=2027))


def test_lines_are_what_was_read_and_read_the_same_again() -> None:
    text = "一、元旦：1月1日至3日放假。\n二、春节：2月5日放假，2月14日上班。"
    found = read_notice(text, year=2027)
    assert as_lines(found.days).splitlines()[-1] == "2027-02-14 班 春节"
    assert read_lines(as_lines(found.days), year=2027) == found


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("2027-02-30 休 春节", "第 1 行“2027-02-30 休 春节”应为"), ("2027-02-05 春节", "应为"), ("", "请填写"),
        ("2027-02-05 休 春节\n2027-02-05 休 春节", "第 2 行：2027-02-05 出现了两次"), ("2028-02-05 休 春节", "不在 2027 年内"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(lines: str, words: str) -> None:
    assert words in faults(read_lines(lines, year=2027))


def test_the_document_is_a_calendar_of_the_same_days() -> None:
    found = read_notice("元旦：1月1日至3日放假。\n春节：2月5日至6日放假，2月14日上班。", year=2027)
    document = as_document(found.days, year=2027, title="通知", number="1号")
    assert document["holidays"] == [
        {"name": "元旦", "from": date(2027, 1, 1), "to": date(2027, 1, 3)},
        {"name": "春节", "from": date(2027, 2, 5), "to": date(2027, 2, 6)},
    ]
    assert Calendar.from_years([document]).rows == found.days
