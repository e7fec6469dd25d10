"""Hidden, locked and computed fields: the server decides, whatever was sent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

ROUTE = {
    "type": "radio",
    "key": "route",
    "label": "路径",
    "values": [{"label": "年度", "value": "年度"}, {"label": "急", "value": "急"}],
}
REASON = {
    "type": "textarea",
    "key": "reason",
    "label": "理由",
    "validate": {"required": True},
    "conditional": {"hide": '=route != "急"'},
}


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": key, **more}


def hidden(condition: str) -> dict[str, Any]:
    return {"conditional": {"hide": condition}}


def test_a_hidden_field_is_neither_required_nor_kept(submission: Callable[..., Any]) -> None:
    form = submission(ROUTE, REASON)

    assert form.send({"route": "年度", "reason": "客户端留下的文字"}) == {"route": "年度"}
    assert form.send({"route": "年度", "reason": 5}) == {"route": "年度"}
    assert form.refused({"route": "急"}) == [("reason", "required")]


def test_a_condition_that_is_null_hides_nothing(submission: Callable[..., Any]) -> None:
    assert submission(text("a", **hidden("=missing > 5"))).send({"a": "1"}) == {"a": "1"}


def test_hiding_a_field_hides_what_depends_on_it(submission: Callable[..., Any]) -> None:
    form = submission(
        text("a"), text("b", **hidden('=a = "no"')), text("c", **hidden("=b = null")), text("d", **hidden("=c = null"))
    )

    assert form.send({"a": "no", "b": "1", "c": "2", "d": "3"}) == {"a": "no"}
    assert set(form.send({"a": "yes", "b": "1", "c": "2", "d": "3"})) == {"a", "b", "c", "d"}


def test_a_hidden_field_does_not_fall_through_to_an_older_variable(submission: Callable[..., Any]) -> None:
    form = submission(ROUTE, REASON, text("follow_up", **hidden("=reason = null")), variables={"reason": "上次的理由"})

    assert form.send({"route": "年度", "follow_up": "x"}) == {"route": "年度"}


def test_a_hidden_group_hides_its_children_and_a_path_nests_them(submission: Callable[..., Any]) -> None:
    inner = {"type": "group", "components": [text("name", validate={"required": True}), text("code")]}
    group = {"type": "group", "path": "firm.author", "components": [inner], **hidden('=own = "是"')}
    form = submission(text("own"), group)

    assert form.send({"own": "否", "firm": {"author": {"name": "甲"}}})["firm"] == {"author": {"name": "甲", "code": None}}
    assert form.send({"own": "是", "firm": {"author": {"name": 7}}}) == {"own": "是"}
    assert form.refused({"own": "否"}) == [("firm.author.name", "required")]
    assert form.refused({"own": "否", "firm": {"author": {"name": "甲", "x": 1}}}) == [("firm.author.x", "unknown-field")]
    assert ("firm", "type") in form.refused({"own": "否", "firm": "甲"})


def test_conditions_that_contradict_each_other_still_end(submission: Callable[..., Any]) -> None:
    form = submission(text("a", **hidden("=b = null")), text("b", **hidden("=a != null")))

    assert set(form.send({"a": "1", "b": "2"})) <= {"a", "b"}


def test_a_locked_field_keeps_the_value_of_the_case(submission: Callable[..., Any]) -> None:
    form = submission(
        text("dimension", readonly=True, validate={"required": True}),
        text("score", disabled=True),
        text("unit", readonly='=state = "已定"'),
        variables={"dimension": "布局合规性", "state": "已定", "unit": "教育局"},
    )

    answers = form.send({"dimension": "伪造", "score": {"junk": 1}, "unit": 5})

    assert answers == {"dimension": "布局合规性", "score": None, "unit": "教育局"}


def test_a_lock_that_is_not_met_lets_the_answer_count(submission: Callable[..., Any]) -> None:
    form = submission(text("unit", readonly='=state = "已定"'), variables={"state": "草稿", "unit": "教育局"})

    assert form.send({"unit": "水利局"}) == {"unit": "水利局"}
    assert form.refused({"unit": 5}) == [("unit", "type")]


def test_a_locked_field_without_a_value_has_its_default(submission: Callable[..., Any]) -> None:
    form = submission({"type": "number", "key": "rate", "label": "比例", "readonly": True, "defaultValue": "0.5"})

    assert form.send({"rate": 9}) == {"rate": Decimal("0.5")}


def test_a_computed_field_is_worked_out_on_the_server(submission: Callable[..., Any]) -> None:
    amount = {"type": "number", "key": "amount", "label": "金额", "decimalDigits": 2}
    rows = {"type": "dynamiclist", "path": "items", "label": "明细", "components": [amount]}
    total = {
        "type": "expression",
        "key": "total",
        "label": "合计",
        "expression": "=sum(items.amount)",
        "properties": {"money": True},
    }
    warn = text("explain", validate={"required": True}, **hidden("=total <= 100"))
    form = submission(rows, total, warn)

    assert form.send({"items": [{"amount": "60"}, {"amount": "40"}], "total": 1}) == {
        "items": [{"amount": Decimal("60.00")}, {"amount": Decimal("40.00")}],
        "total": Decimal("100.00"),
    }
    assert form.refused({"items": [{"amount": "60"}, {"amount": "40.01"}], "total": 1}) == [("explain", "required")]


def test_visible_keys_are_told_without_complaint(submission: Callable[..., Any]) -> None:
    rows = {
        "type": "dynamiclist",
        "path": "items",
        "label": "表",
        "components": [text("a"), text("b", **hidden("=this.a = null"))],
    }
    form = submission(ROUTE, REASON, rows).form

    assert form.visible_keys({"route": 5, "items": [{"a": "x"}, {"b": "y"}]}, variables={}) == frozenset(
        {"route", "reason", "items", "items.0.a", "items.0.b", "items.1.a"}
    )
