"""Boxed expressions: contexts, lists, relations, functions, invocations, conditionals, filters and iterators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def holder(write: Any, tag: str, **parts: str) -> str:
    """A conditional, filter or iterator: each part in its own element; `name` is the variable."""
    name = parts.pop("name", "")
    body = "".join(write.tag(key.rstrip("_"), write.literal(source)) for key, source in parts.items())
    return str(write.tag(tag, body, iteratorVariable=name))


def test_an_entry_of_a_context_sees_those_before_it(write: Any, value_of: Callable[..., str]) -> None:
    body = write.context({"net price": write.literal("price"), "tax": write.literal("net price * 0.2")})
    result = write.context({"a": write.literal("price"), "b": write.literal("a + 1")}, write.literal("a * b"))

    assert value_of(write.input("price"), write.decision("D", body, needs=["price"]), price=10) == "{net price: 10, tax: 2}"
    assert value_of(write.input("price"), write.decision("D", result, needs=["price"]), price=10) == "110"


def test_an_entry_may_carry_a_keyword_in_its_name(write: Any, value_of: Callable[..., str]) -> None:
    body = write.context({"terms and conditions": write.literal("1"), "a-b": write.literal("terms and conditions + 1")})

    assert value_of(write.decision("D", body)) == '{terms and conditions: 1, "a-b": 2}'


def test_an_entry_of_another_type_is_null(write: Any, value_of: Callable[..., str]) -> None:
    assert value_of(write.decision("D", write.context({"a|number": write.literal('"x"')}))) == "{a: null}"


def test_contexts_nest(write: Any, value_of: Callable[..., str]) -> None:
    body = write.context({"a": write.context({"b": write.literal("1")}), "c": write.literal("a.b + 1")})

    assert value_of(write.decision("D", body)) == "{a: {b: 1}, c: 2}"


def test_a_list_holds_any_expressions(write: Any, value_of: Callable[..., str]) -> None:
    body = write.tag("list", write.literal("1") + write.context({"a": write.literal("2")}) + write.tag("list"))

    assert value_of(write.decision("D", body)) == "[1, {a: 2}, []]"


def test_a_relation_is_a_list_of_contexts(write: Any, value_of: Callable[..., str]) -> None:
    rows = [write.tag("row", write.literal(f'"{name}"') + write.literal(str(age))) for name, age in (("甲", 30), ("乙", 40))]
    body = write.tag("relation", write.tag("column", name="name") + write.tag("column", name="age") + "".join(rows))

    assert value_of(write.decision("D", body)) == '[{name: "甲", age: 30}, {name: "乙", age: 40}]'


def test_a_function_may_call_itself_from_its_context(write: Any, value_of: Callable[..., str]) -> None:
    factorial = write.function(["n|number"], write.literal("if n <= 1 then 1 else n * fac(n - 1)"))

    assert value_of(write.decision("D", write.context({"fac": factorial}, write.literal("fac(10)")))) == "3628800"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("f(1, 2)", "-1"),
        ("f(b: 1, a: 2)", "1"),
        ("f(1)", "null"),
        ("f(1, 2, 3)", "null"),
        ('f("x", 2)', "null"),
        ("f([1], 2)", "-1"),
        ("f(a: 1, c: 2)", "null"),
        ("f(null, 2)", "null"),
    ],
)
def test_a_function_takes_arguments_by_position_or_name_and_checks_them(
    write: Any, value_of: Callable[..., str], call: str, expected: str
) -> None:
    body = write.context({"f": write.function(["a|number", "b|number"], write.literal("a - b"))}, write.literal(call))

    assert value_of(write.decision("D", body)) == expected


def test_an_invocation_binds_by_name(write: Any, value_of: Callable[..., str]) -> None:
    model = write.knowledge("less by", ["a|number", "b|number"], write.literal("a - b"))

    assert (
        value_of(
            model,
            write.decision("D", write.invocation("less by", b="x", a="10"), needs=["x", "k:less by"]),
            write.input("x"),
            x=3,
        )
        == "7"
    )
    assert value_of(model, write.decision("D", write.invocation("less by", a="10"), needs=["k:less by"])) == "null"
    assert value_of(write.decision("D", write.invocation("nobody", a="10"))) == "null"
    assert value_of(write.decision("D", write.invocation("max", a="1"))) == "null"
    assert value_of(write.decision("D", write.invocation("substring", string='"abc"', **{"start position": "2"}))) == '"bc"'


def test_functions_are_values(write: Any, value_of: Callable[..., str]) -> None:
    apply = write.knowledge("apply", ["f", "x"], write.literal("f(x)"))
    twice = write.knowledge("twice", ["x"], write.literal("x * 2"))

    assert value_of(apply, twice, write.decision("D", write.literal("apply(twice, 4)"), needs=["k:apply", "k:twice"])) == "8"
    assert value_of(apply, write.decision("D", write.literal("apply(abs, -4)"), needs=["k:apply"])) == "4"
    assert value_of(apply, write.decision("D", write.literal("apply(function(n) n + 1, 4)"), needs=["k:apply"])) == "5"


@pytest.mark.parametrize(("x", "expected"), [(5, '"big"'), (1, '"small"'), (None, '"small"'), ("a", '"small"')])
def test_a_conditional_takes_its_first_branch_only_when_true(
    write: Any, value_of: Callable[..., str], x: Any, expected: str
) -> None:
    body = holder(write, "conditional", if_="x > 3", then='"big"', else_='"small"')

    assert value_of(write.input("x"), write.decision("D", body, needs=["x"]), x=x, version="1.4") == expected


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("item > 1", "[2, 3]"),
        ("item > limit", "[3]"),
        ("2", "2"),
        ("-1", "3"),
        ("9", "null"),
        ("false", "[]"),
        ('"x"', "[]"),
    ],
)
def test_a_filter_keeps_what_matches(write: Any, value_of: Callable[..., str], match: str, expected: str) -> None:
    body = holder(write, "filter", in_="[1, 2, 3]", match=match)

    assert value_of(write.input("limit"), write.decision("D", body, needs=["limit"]), limit=2, version="1.4") == expected


def test_a_filter_sees_the_entries_of_its_items(write: Any, value_of: Callable[..., str]) -> None:
    parts = (write.item("tRow", parts={"net-price": "number"}), write.input("rows"))
    body = holder(write, "filter", in_="rows", match="net-price > 5 and item.net-price < 50")

    rows = [{"net-price": 1}, {"net-price": 10}, {"net-price": 100}]
    assert value_of(*parts, write.decision("D", body, needs=["rows"]), rows=rows) == '[{"net-price": 10}]'
    assert value_of(*parts, write.decision("D", body, needs=["rows"]), rows=None) == "[]"


@pytest.mark.parametrize(
    ("tag", "in_", "body", "expected"),
    [
        ("for", "[1, 2]", "n * 2", "[2, 4]"),
        ("for", "[1..3]", "count(partial)", "[0, 1, 2]"),
        ("for", "[1..3]", "[partial]", "[[[]], [[[[]]]], [[[[]], [[[[]]]]]]]"),
        ("for", "5", "n", "[5]"),
        ("for", "null", "n", "null"),
        ("some", "[1, 2]", "n > 1", "true"),
        ("some", "[1, 2]", "n > 5", "false"),
        ("some", "[1, null]", "n > 5", "null"),
        ("some", "[]", "n > 5", "false"),
        ("every", "[1, 2]", "n > 0", "true"),
        ("every", "[1, 2]", "n > 1", "false"),
        ("every", "[]", "n > 1", "true"),
        ("every", "null", "n > 1", "null"),
    ],
)
def test_an_iterator_walks(write: Any, value_of: Callable[..., str], tag: str, in_: str, body: str, expected: str) -> None:
    result = {"return_": body} if tag == "for" else {"satisfies": body}

    assert value_of(write.decision("D", holder(write, tag, in_=in_, name="n", **result)), version="1.5") == expected


def test_an_empty_literal_or_no_logic_at_all_is_null(write: Any, value_of: Callable[..., str]) -> None:
    assert value_of(write.decision("D", write.literal(""))) == "null"
    assert value_of(write.decision("D")) == "null"
