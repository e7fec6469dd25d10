"""Dynamic lists: rows, their limits, their conditions, and findings that name the row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

NAME = {"type": "textfield", "key": "name", "label": "名称", "validate": {"required": True}}
AMOUNT = {"type": "number", "key": "amount", "label": "金额", "decimalDigits": 2}
NOTE = {
    "type": "textfield",
    "key": "note",
    "label": "说明",
    "validate": {"required": True},
    "conditional": {"hide": "=this.amount <= limit"},
}


def rows(*components: Any, **attributes: Any) -> dict[str, Any]:
    return {"type": "dynamiclist", "path": "items", "label": "项目列表", "components": list(components), **attributes}


def test_rows_are_typed_and_a_blank_row_is_left_out(submission: Callable[..., Any]) -> None:
    form = submission(rows(NAME, AMOUNT))

    assert form.send({"items": [{"name": "甲", "amount": 1}, {"name": " ", "amount": None}, {}]}) == {
        "items": [{"name": "甲", "amount": Decimal("1.00")}]
    }
    assert form.send({}) == {"items": []}


def test_a_finding_names_the_row_as_it_was_sent(submission: Callable[..., Any]) -> None:
    form = submission(rows(NAME, AMOUNT))
    answers = {"items": [{}, {"name": "甲", "amount": "x"}, {"amount": 1}, "row", {"name": "乙", "colour": 1}]}

    assert form.refused(answers) == [
        ("items.1.amount", "type"),
        ("items.2.name", "required"),
        ("items.3", "type"),
        ("items.4.colour", "unknown-field"),
    ]
    assert form.messages(answers)[1] == "请填写“项目列表”第 3 行“名称”。"


@pytest.mark.parametrize("sent", ["x", 5, {"0": {}}, True])
def test_a_table_that_is_no_list_is_refused(submission: Callable[..., Any], sent: Any) -> None:
    assert submission(rows(NAME)).refused({"items": sent}) == [("items", "type")]


def test_rows_have_a_least_and_a_greatest_number(submission: Callable[..., Any]) -> None:
    form = submission(rows(NAME, properties={"min_rows": 2, "max_rows": "3"}))
    row = {"name": "甲"}

    assert form.refused({"items": []}) == [("items", "required")]
    assert form.refused({"items": [row]}) == [("items", "min-rows")]
    assert len(form.send({"items": [row] * 2})["items"]) == 2
    assert len(form.send({"items": [row] * 3})["items"]) == 3
    assert form.refused({"items": [row] * 4}) == [("items", "max-rows")]
    assert form.refused({"items": [row] * 501}) == [("items", "max-rows")]


def test_a_required_table_needs_a_row_with_something_in_it(submission: Callable[..., Any]) -> None:
    assert submission(rows(NAME, validate={"required": True})).refused({"items": [{"name": ""}]}) == [("items", "required")]


def test_a_unique_column_names_the_row_it_repeats(submission: Callable[..., Any]) -> None:
    form = submission(rows(NAME, AMOUNT, properties={"unique": "name, amount"}))
    answers = {"items": [{"name": "甲", "amount": "1"}, {"name": "乙"}, {"name": "甲"}, {"name": "丁", "amount": 1}]}

    assert form.refused(answers) == [("items.2.name", "unique"), ("items.3.amount", "unique")]
    assert "第 1 行重复" in form.messages(answers)[0]


def test_a_condition_in_a_row_sees_its_row_its_number_and_what_is_around_it(submission: Callable[..., Any]) -> None:
    first_only = {**NAME, "key": "first", "conditional": {"hide": "=i[1] > 1"}}
    by_parent = {**NAME, "key": "other", "conditional": {"hide": "=parent.mode = null"}}
    mode = {"type": "textfield", "key": "mode", "label": "方式"}
    form = submission(mode, rows(AMOUNT, NOTE, first_only, by_parent), variables={"limit": Decimal("10")})

    small, big = {"amount": "10", "note": "x", "first": "1", "other": "x"}, {"amount": "10.01"}
    assert form.refused({"items": [small, big]}) == [("items.1.note", "required")]
    assert form.send({"items": [small]}) == {"mode": None, "items": [{"amount": Decimal("10.00"), "first": "1"}]}
    assert form.refused({"mode": "x", "items": [{**small, "other": ""}]}) == [("items.0.other", "required")]


def test_a_field_is_computed_in_each_row(submission: Callable[..., Any]) -> None:
    quantity = {"type": "number", "key": "quantity", "label": "数量", "decimalDigits": 0}
    total = {
        "type": "expression",
        "key": "total",
        "label": "小计",
        "expression": "=this.quantity * this.amount",
        "properties": {"money": True},
    }
    grand = {"type": "expression", "key": "grand", "label": "总计", "expression": "=sum(items.total)"}
    form = submission(rows(quantity, AMOUNT, total), grand)

    answers = form.send({"items": [{"quantity": 2, "amount": "1.50", "total": 99}, {"quantity": 1, "amount": "0.10"}]})

    assert [row["total"] for row in answers["items"]] == [Decimal("3.00"), Decimal("0.10")]
    assert answers["grand"] == Decimal("3.10")


def test_rows_nest(submission: Callable[..., Any]) -> None:
    inner = {
        "type": "dynamiclist",
        "path": "parts",
        "label": "分项",
        "components": [
            AMOUNT,
            {
                "type": "textfield",
                "key": "why",
                "label": "原因",
                "conditional": {"hide": "=this.amount < parent.amount"},
            },
        ],
    }
    form = submission(rows(AMOUNT, inner))

    answers = form.send({"items": [{"amount": "5", "parts": [{"amount": "4", "why": "x"}, {"amount": "5", "why": "y"}]}]})

    assert answers["items"][0]["parts"] == [{"amount": Decimal("4.00")}, {"amount": Decimal("5.00"), "why": "y"}]
    assert form.refused({"items": [{"amount": "5", "parts": [{"amount": "x"}]}]}) == [("items.0.parts.0.amount", "type")]


CHECKLIST = rows(
    {**NAME, "readonly": True},
    {"type": "checkbox", "key": "present", "label": "齐全"},
    {"type": "textfield", "key": "note", "label": "说明", "validate": {"required": "=this.present = false"}},
    allowAddRemove=False,
)


def test_fixed_rows_keep_what_the_case_says_of_them(submission: Callable[..., Any]) -> None:
    form = submission(CHECKLIST, variables={"items": [{"name": "方案"}, {"name": "预算"}]})

    assert form.send({"items": [{"name": "伪造", "present": True}, {"present": False, "note": "缺"}]}) == {
        "items": [
            {"name": "方案", "present": True, "note": None},
            {"name": "预算", "present": False, "note": "缺"},
        ]
    }
    assert form.refused({"items": [{"present": True}]}) == [("items", "rows")]
    assert form.refused({"items": [{"present": True}, {}]}) == [("items.1.note", "required")]
    assert form.refused({"items": [{"present": True}] * 3}) == [("items", "rows")]


def test_fixed_rows_without_a_variable_are_as_many_as_the_form_repeats(submission: Callable[..., Any]) -> None:
    form = submission(rows({"type": "textfield", "key": "a", "label": "a"}, allowAddRemove=False, defaultRepetitions=2))

    assert len(form.send({"items": [{}, {}]})["items"]) == 2
    assert form.refused({"items": [{}]}) == [("items", "rows")]


def test_a_locked_table_is_the_one_of_the_case(submission: Callable[..., Any]) -> None:
    form = submission(rows(NAME, readonly=True), variables={"items": [{"name": "甲"}]})

    assert form.send({"items": [{"name": "伪造"}, {"junk": 1}]}) == {"items": [{"name": "甲"}]}


def test_a_hidden_table_is_dropped_with_everything_that_is_wrong_in_it(submission: Callable[..., Any]) -> None:
    form = submission(rows(NAME, conditional={"hide": "=true"}))

    assert form.send({"items": [{"name": 5, "junk": 1}, 7]}) == {}
