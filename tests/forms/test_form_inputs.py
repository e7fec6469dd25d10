"""Each input component: what it takes and gives, and what it refuses, by rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from service.clock import SHANGHAI

TEXT = {"type": "textfield", "key": "x", "label": "名称"}
AREA = {"type": "textarea", "key": "x", "label": "说明"}
MONEY = {"type": "number", "key": "x", "label": "金额", "decimalDigits": 2, "serializeToString": True}
WHOLE = {"type": "number", "key": "x", "label": "年限", "decimalDigits": 0}
LOOSE = {"type": "number", "key": "x", "label": "系数"}
TICK = {"type": "checkbox", "key": "x", "label": "承诺"}
RADIO = {
    "type": "radio",
    "key": "x",
    "label": "结论",
    "values": [{"label": "同意", "value": "同意"}, {"label": "否", "value": False}],
}
NUMBERED = {"type": "select", "key": "x", "label": "级别", "values": [{"label": "一级", "value": 1}, "二级"]}
TAGS = {
    "type": "taglist",
    "key": "x",
    "label": "部门",
    "values": [{"label": "教育局", "value": "edu"}, {"label": "水利局", "value": "water"}],
}
DAY = {"type": "datetime", "subtype": "date", "key": "x", "dateLabel": "日期"}
HOUR = {"type": "datetime", "subtype": "time", "key": "x", "timeLabel": "时间"}
WHEN = {"type": "datetime", "subtype": "datetime", "key": "x", "dateLabel": "发现时间"}


def validated(component: dict[str, Any], **validate: Any) -> dict[str, Any]:
    return {**component, "validate": validate}


ACCEPTED = [
    (TEXT, " 盘锦 ", "盘锦"),
    (TEXT, "   ", None),
    (TEXT, "字" * 4_000, "字" * 4_000),
    (TEXT, None, None),
    (AREA, "一\r\n二", "一\n二"),
    (AREA, " \n\t", None),
    (validated(TEXT, minLength=2, maxLength=3), "一二三", "一二三"),
    (validated(TEXT, pattern="^[0-9A-Z]{18}$"), "91211100MA0ABCDE1X", "91211100MA0ABCDE1X"),
    (validated(TEXT, validationType="email"), "wang@example.cn", "wang@example.cn"),
    (validated(TEXT, validationType="phone"), "+8613800000000", "+8613800000000"),
    (MONEY, "12.3", Decimal("12.30")),
    (MONEY, "-0", Decimal("0.00")),
    (MONEY, 12, Decimal("12.00")),
    (MONEY, 0.07, Decimal("0.07")),
    (MONEY, "", None),
    (MONEY, "999999999999999999.99", Decimal("999999999999999999.99")),
    (MONEY, Decimal("1E+3"), Decimal("1000.00")),
    ({**MONEY, "decimalDigits": None, "properties": {"money": "true"}}, "1.5", Decimal("1.50")),
    (WHOLE, 5, Decimal("5")),
    (WHOLE, 5.0, Decimal("5")),
    (LOOSE, "0.125", Decimal("0.125")),
    ({**WHOLE, "increment": 5}, 15, Decimal("15")),
    (validated(WHOLE, min=1, max="10"), 1, Decimal("1")),
    (validated(WHOLE, min=1, max="10"), 10, Decimal("10")),
    (TICK, True, True),
    (TICK, False, False),
    (TICK, None, False),
    (RADIO, "同意", "同意"),
    (RADIO, False, False),
    (RADIO, "", None),
    (NUMBERED, 1, 1),
    (NUMBERED, "二级", "二级"),
    (TAGS, ["water", "edu"], ["water", "edu"]),
    (TAGS, None, []),
    (DAY, "2026-02-28", date(2026, 2, 28)),
    (DAY, date(2026, 2, 28), date(2026, 2, 28)),
    (DAY, "", None),
    (HOUR, "09:30", time(9, 30)),
    (HOUR, "01:30Z", time(9, 30)),
    (WHEN, "2026-04-07T09:30", datetime(2026, 4, 7, 9, 30, tzinfo=SHANGHAI)),
    (WHEN, "2026-04-07T01:30Z", datetime(2026, 4, 7, 9, 30, tzinfo=SHANGHAI)),
    (WHEN, "2026-04-06T20:30:00-05:00", datetime(2026, 4, 7, 9, 30, tzinfo=SHANGHAI)),
    ({**DAY, "properties": {"min": "2026-01-01", "max": "=last"}}, "2026-12-31", date(2026, 12, 31)),
    ({**DAY, "disallowPassedDates": True}, "2026-04-07", date(2026, 4, 7)),
]

REFUSED = [
    (TEXT, 5, "type"),
    (TEXT, True, "type"),
    (TEXT, ["a"], "type"),
    (TEXT, {"a": 1}, "type"),
    (TEXT, "a\x00b", "type"),
    (TEXT, "a\nb", "type"),
    (TEXT, "invoice\u202efdp.exe", "type"),
    (TEXT, "\ud800", "type"),
    (TEXT, "字" * 4_001, "too-large"),
    (AREA, "字" * 100_001, "too-large"),
    (validated(TEXT, minLength=2, maxLength=3), "一", "min-length"),
    (validated(TEXT, minLength=2, maxLength=3), "一二三四", "max-length"),
    (validated(AREA, minLength=3), "一二  ", "min-length"),
    (validated(TEXT, pattern="^[0-9A-Z]{18}$"), "91211100MA0ABCDE1", "pattern"),
    (validated(TEXT, pattern="^\\d+$"), "１２", "pattern"),
    (validated(AREA, pattern="a"), "a" * 501, "pattern"),
    (validated(TEXT, validationType="email"), "wang", "email"),
    (validated(TEXT, validationType="phone"), "phone", "phone"),
    (MONEY, "12.345", "digits"),
    (MONEY, 0.1 + 0.2, "type"),
    (MONEY, 0.125, "digits"),
    (MONEY, "1e5", "type"),
    (MONEY, "NaN", "type"),
    (MONEY, "Infinity", "type"),
    (MONEY, float("nan"), "type"),
    (MONEY, float("inf"), "type"),
    (MONEY, 1e15, "type"),
    (MONEY, "1,000.00", "type"),
    (MONEY, "+1", "type"),
    (MONEY, "007", "type"),
    (MONEY, " 1", "type"),
    (MONEY, "１", "type"),
    (MONEY, "9" * 19, "type"),
    (MONEY, "9" * 5_000, "type"),
    (MONEY, 10**18, "type"),
    (MONEY, True, "type"),
    (MONEY, [1], "type"),
    (MONEY, Decimal("sNaN"), "type"),
    (WHOLE, "5.0", "digits"),
    (WHOLE, 5.5, "digits"),
    (LOOSE, "0.12345678901", "type"),
    ({**WHOLE, "increment": 5}, 16, "increment"),
    (validated(WHOLE, min=1, max="10"), 0, "min"),
    (validated(WHOLE, min=1, max="10"), 11, "max"),
    (TICK, 1, "type"),
    (TICK, "true", "type"),
    (RADIO, "不同意", "option"),
    (RADIO, 0, "option"),
    (RADIO, ["同意"], "type"),
    (NUMBERED, True, "option"),
    (NUMBERED, "1", "option"),
    (NUMBERED, 1.0, "type"),
    (TAGS, "edu", "type"),
    (TAGS, ["edu", "edu"], "unique"),
    (TAGS, ["edu", "fire"], "option"),
    (TAGS, [["edu"]], "type"),
    (TAGS, ["edu"] * 501, "type"),
    (DAY, "2026-02-29", "type"),
    (DAY, "2026-2-8", "type"),
    (DAY, "20260208", "type"),
    (DAY, "0001-01-01", "type"),
    (DAY, 20260208, "type"),
    (DAY, datetime(2026, 2, 8, tzinfo=timezone(timedelta(hours=8))), "type"),
    (HOUR, "25:00", "type"),
    (HOUR, "9.30", "type"),
    (WHEN, "2026-04-07", "type"),
    (WHEN, "2026-04-07T24:61", "type"),
    (WHEN, "9999-12-31T23:59Z", "type"),
    ({**DAY, "properties": {"min": "2026-01-01", "max": "=last"}}, "2025-12-31", "min"),
    ({**DAY, "properties": {"min": "2026-01-01", "max": "=last"}}, "2027-01-01", "max"),
    ({**DAY, "disallowPassedDates": True}, "2026-04-06", "min"),
]
VARIABLES = {"last": date(2026, 12, 31), "today": lambda: date(2026, 4, 7)}


@pytest.mark.parametrize(("component", "sent", "kept"), ACCEPTED)
def test_an_answer_of_the_right_kind_is_kept_typed(submission: Callable[..., Any], component: Any, sent: Any, kept: Any) -> None:
    result = submission(component, variables=VARIABLES).send({"x": sent})["x"]

    assert (type(result), result) == (type(kept), kept)
    assert not isinstance(kept, Decimal) or result.as_tuple() == kept.as_tuple()


@pytest.mark.parametrize(("component", "sent", "rule"), REFUSED)
def test_an_answer_of_the_wrong_kind_is_refused_at_its_field(
    submission: Callable[..., Any], component: Any, sent: Any, rule: str
) -> None:
    assert submission(component, variables=VARIABLES).refused({"x": sent}) == [("x", rule)]


@pytest.mark.parametrize("component", [TEXT, AREA, MONEY, TICK, RADIO, NUMBERED, TAGS, DAY, HOUR, WHEN])
@pytest.mark.parametrize("answers", [{}, {"x": None}])
def test_an_empty_answer_is_refused_only_where_it_is_required(
    submission: Callable[..., Any], component: Any, answers: Any
) -> None:
    assert submission(validated(component, required=True)).refused(answers) == [("x", "required")]
    assert submission(validated(component, required=False)).send(answers)["x"] in (None, False, [])


def test_a_required_tick_is_a_promise(submission: Callable[..., Any]) -> None:
    form = submission(validated(TICK, required=True))

    assert form.refused({"x": False}) == [("x", "required")]
    assert form.send({"x": True}) == {"x": True}


def test_requiredness_follows_another_answer(submission: Callable[..., Any]) -> None:
    choice = {**RADIO, "values": ["同意", "不同意"]}
    form = submission(choice, validated({**AREA, "key": "opinion"}, required='=x != "同意"'))

    assert form.refused({"x": "不同意"}) == [("opinion", "required")]
    assert form.refused({}) == [("opinion", "required")]
    assert form.send({"x": "同意"})["opinion"] is None


def test_limits_follow_other_answers_and_variables(submission: Callable[..., Any]) -> None:
    form = submission(MONEY, validated({**MONEY, "key": "part"}, max="=x", min="=floor"), variables={"floor": Decimal("5")})

    assert form.refused({"x": "10", "part": "10.01"}) == [("part", "max")]
    assert form.refused({"x": "10", "part": "4.99"}) == [("part", "min")]
    assert form.send({"x": "10", "part": "10.00"})["part"] == Decimal("10")


def test_options_come_from_variables(submission: Callable[..., Any]) -> None:
    keyed = {"type": "select", "key": "x", "label": "部门", "valuesKey": "units"}
    worked_out = {"type": "checklist", "key": "y", "label": "金额", "valuesExpression": "=for a in amounts return a"}
    units = [{"value": "edu", "label": "教育局"}, "water", 7, None]
    form = submission(keyed, worked_out, variables={"units": units, "amounts": [Decimal("1.50")]})

    assert form.send({"x": "water", "y": ["1.50"]}) == {"x": "water", "y": ["1.50"]}
    assert form.refused({"x": "fire", "y": ["1.5"]}) == [("x", "option"), ("y", "option")]


def test_options_that_no_variable_gives_refuse_every_choice(submission: Callable[..., Any]) -> None:
    form = submission({"type": "select", "key": "x", "label": "部门", "valuesKey": "units"}, variables={"units": "edu"})

    assert form.refused({"x": "edu"}) == [("x", "option")]


def test_a_field_that_the_form_does_not_have_is_named(submission: Callable[..., Any]) -> None:
    form = submission(TEXT)

    assert form.refused({"x": "a", "role": "admin", "other": 1}) == [("other", "unknown-field"), ("role", "unknown-field")]
    assert "“role”" in form.messages({"role": "admin"})[0]


@pytest.mark.parametrize("answers", [None, [], "x", 5])
def test_answers_that_are_no_object_are_refused_as_a_whole(submission: Callable[..., Any], answers: Any) -> None:
    assert submission(TEXT).refused(answers) == [("", "type")]


def test_all_findings_come_at_once_with_label_advice_and_article(submission: Callable[..., Any]) -> None:
    cited = {**validated(MONEY, required=True), "key": "amount", "properties": {"article": "pj-2020#10", "label_en": "Amount"}}
    form = submission(validated(TEXT, required=True, pattern="^A", patternErrorMessage="应以 A 开头"), cited)

    assert form.refused({"amount": "一百"}) == [("x", "required"), ("amount", "type")]
    assert form.messages({"x": "B", "amount": "一百"})[0] == "应以 A 开头"
    with pytest.raises(Exception) as caught:
        form.send({"amount": "一百"})
    second = caught.value.findings[1]  # type: ignore[attr-defined]
    assert second.article == "pj-2020#10"
    assert "“金额”" in second.message
    assert second.message_en.startswith("“Amount” must be a number")


def test_ten_megabytes_of_text_are_refused_before_anything_reads_them(submission: Callable[..., Any]) -> None:
    form = submission(validated(AREA, pattern="^[ab]*$", maxLength=100))

    assert form.refused({"x": "a" * 10_000_000}) == [("x", "too-large")]


def test_many_small_values_or_deep_nesting_are_too_large(submission: Callable[..., Any]) -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]

    assert submission(TEXT).refused({"x": [0] * 60_000}) == [("x", "too-large")]
    assert submission(TEXT).refused({"junk": deep}) == [("junk", "too-large")]
    assert submission(TEXT).refused({"x": {"k" * 1_000_000: 1, "l" * 1_000_001: 1}}) == [("x", "too-large")]
