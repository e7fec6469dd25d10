"""What a designer's schema may hold: every problem is told, with the component it is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.errors import InvalidDefinition
from service.forms import compile, schema_for_client

A = {"type": "textfield", "key": "a", "label": "甲"}
LIST = {"type": "dynamiclist", "path": "items", "label": "表"}


def a(**more: Any) -> dict[str, Any]:
    return {**A, **more}


WRONG: list[tuple[Any, str]] = [
    ({"type": "signature", "key": "a"}, "unknown-component"),
    ({"key": "a"}, "unknown-component"),
    ({"type": "iframe", "url": "https://example.cn"}, "iframe"),
    ("text", "bad-schema"),
    ({"type": "textfield"}, "missing-key"),
    ({**LIST, "path": "", "components": [A]}, "missing-key"),
    (a(key="Name"), "bad-key"),
    (a(key="a.b"), "bad-key"),
    (a(key="1a"), "bad-key"),
    (a(key="名称"), "bad-key"),
    (a(key="a" * 65), "bad-key"),
    (a(key="return"), "reserved-key"),
    (a(key="case"), "reserved-key"),
    (a(conditional={"hide": "=a >"}), "feel"),
    (a(conditional={"hide": "true"}), "feel"),
    ({"type": "text", "text": "x", "conditional": {"hide": "=("}}, "feel"),
    (a(readonly="=("), "feel"),
    (a(validate={"required": "yes"}), "feel"),
    (a(validate={"minLength": "=("}), "feel"),
    ({"type": "expression", "key": "a", "expression": "1 + 1"}, "feel"),
    (a(validate={"minLength": -1}), "bad-validate"),
    (a(validate={"min": 1}), "bad-validate"),
    (a(validate={"validationType": "fax"}), "bad-validate"),
    ({"type": "number", "key": "a", "validate": {"minLength": 2}}, "bad-validate"),
    ({"type": "number", "key": "a", "validate": {"min": "x"}}, "bad-validate"),
    ({"type": "datetime", "key": "a", "validate": {"min": "2026-01-01"}}, "bad-validate"),
    ({"type": "datetime", "key": "a", "properties": {"max": "tomorrow"}}, "bad-validate"),
    (a(validate={"pattern": "("}), "bad-pattern"),
    (a(validate={"pattern": "(a+)+$"}), "bad-pattern"),
    (a(validate={"pattern": "([a-z]*x){2,}"}), "bad-pattern"),
    (a(validate={"pattern": "a{99999999999}"}), "bad-pattern"),
    ({"type": "radio", "key": "a"}, "bad-options"),
    ({"type": "radio", "key": "a", "values": []}, "bad-options"),
    ({"type": "radio", "key": "a", "values": ["x"], "valuesKey": "y"}, "bad-options"),
    ({"type": "radio", "key": "a", "values": [{"label": "1", "value": "x"}, {"label": "2", "value": "x"}]}, "bad-options"),
    ({"type": "radio", "key": "a", "values": [{"label": "1", "value": {"x": 1}}]}, "bad-options"),
    ({"type": "radio", "key": "a", "valuesExpression": "=for"}, "feel"),
    ({"type": "number", "key": "a", "decimalDigits": "many"}, "bad-value"),
    ({"type": "number", "key": "a", "decimalDigits": 11}, "bad-value"),
    ({"type": "number", "key": "a", "decimalDigits": 1, "properties": {"money": True}}, "bad-value"),
    ({"type": "number", "key": "a", "increment": 0}, "bad-value"),
    ({"type": "datetime", "key": "a", "subtype": "week"}, "bad-value"),
    ({"type": "filepicker", "key": "a", "properties": {"max_bytes": "50MB"}}, "bad-value"),
    (a(defaultValue=5), "bad-default"),
    ({**LIST, "components": [a(readonly=True)]}, "locked-column"),
    ({**LIST, "components": [A], "properties": {"unique": "b"}}, "unknown-column"),
    ({**LIST, "components": [A, a(key="b", conditional={"hide": "=a = null"})]}, "row-name"),
    ({"type": "group", "components": {"a": 1}}, "bad-schema"),
]


@pytest.mark.parametrize(("component", "rule"), WRONG)
def test_a_component_that_is_wrong_is_one_problem(problems: Callable[..., Any], component: Any, rule: str) -> None:
    assert [found for found, _ in problems(component)] == [rule]


@pytest.mark.parametrize(
    "second",
    [
        A,
        {"type": "group", "components": [A]},
        {"type": "group", "path": "a", "components": [a(key="b")]},
        {**LIST, "path": "a", "components": [a(key="b")]},
    ],
)
def test_two_inputs_cannot_have_one_key(problems: Callable[..., Any], second: Any) -> None:
    assert "duplicate-key" in [rule for rule, _ in problems(A, second)]


def test_one_key_in_two_tables_or_two_groups_is_no_clash() -> None:
    two = {**LIST, "path": "others", "components": [A]}
    groups = [
        {"type": "group", "path": path, "components": [a(key=key)]} for path, key in (("g.h", "x"), ("g.h", "y"), ("g", "z"))
    ]

    form = compile({"id": "p.q", "components": [A, {**LIST, "components": [A]}, two, *groups]})

    assert form.keys == ("a", "items", "others", "g")
    assert form.labels["items.a"] == "甲"


def test_all_problems_are_told_at_once_with_their_components(problems: Callable[..., Any]) -> None:
    found = problems(
        {"type": "iframe", "id": "I"}, a(key="B"), a(validate={"pattern": "("}), {"type": "datetime", "id": "I", "key": "d"}
    )

    assert found == [("iframe", "I"), ("bad-key", "B"), ("bad-pattern", "a"), ("duplicate-id", "d")]


def test_a_feel_error_tells_where_it_is() -> None:
    with pytest.raises(InvalidDefinition) as caught:
        compile({"id": "p.q", "components": [a(conditional={"hide": "=1 +\n* 2"})]})

    assert "conditional.hide 第 2:1 处" in caught.value.problems[0].message


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        ({"components": []}, "missing-id"),
        ({"id": "x", "type": "textfield", "components": []}, "bad-schema"),
        ({"id": "x"}, "bad-schema"),
        (["x"], "bad-schema"),
    ],
)
def test_a_form_needs_an_id_and_components(schema: Any, rule: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        compile(schema)

    assert [problem.rule for problem in caught.value.problems] == [rule]


def test_endless_nesting_is_refused() -> None:
    nested: dict[str, Any] = {"type": "group", "components": [A]}
    for _ in range(5_000):
        nested = {"type": "group", "components": [nested]}

    with pytest.raises(InvalidDefinition):
        compile({"id": "p.q", "components": [nested]})


def test_components_that_only_show_something_ask_nothing() -> None:
    shown = ["text", "html", "image", "separator", "spacer", "button", "table", "documentPreview"]

    form = compile({"id": "p.q", "components": [{"type": kind, "key": "submit"} for kind in shown]})

    assert form.keys == ()
    assert form.validate({}, variables={}, files=lambda ids: {}) == {}


def test_a_label_that_is_worked_out_falls_back_to_the_key() -> None:
    components = [
        a(label="=x"),
        a(key="b", label="{{x}}", properties={"label": "乙"}),
        {"type": "datetime", "key": "c", "dateLabel": "日"},
    ]

    assert dict(compile({"id": "p.q", "components": components}).labels) == {"a": "a", "b": "乙", "c": "日"}


def test_the_browser_gets_the_schema_without_what_only_the_server_may_use() -> None:
    private = {"readers": "pj_center_lead", "sealed_until": "=opened", "article": "pj-2020#10"}
    schema = {
        "id": "p.q",
        "components": [
            {
                "type": "group",
                "components": [
                    a(properties=private, validate={"required": "=1 = 2", "maxLength": 5}),
                    a(key="b", validate={"required": True}),
                ],
            }
        ],
    }
    form = compile(schema)

    sent = schema_for_client(form)["components"][0]["components"]

    assert sent == [a(properties={"article": "pj-2020#10"}, validate={"maxLength": 5}), a(key="b", validate={"required": True})]
    assert form.schema["components"][0]["components"][0]["properties"] == private
