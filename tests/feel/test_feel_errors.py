"""Syntax errors name the place and what was expected, in both languages; limits stop what would run away."""

from __future__ import annotations

import pickle

import pytest

from service import feel
from service.errors import Invalid
from service.feel import limits


@pytest.mark.parametrize(
    ("source", "position", "expected"),
    [
        ("a >= and 3", 5, "a value or expression"),
        ("", 0, "a value or expression"),
        ("1 +", 3, "a value or expression"),
        ("(1 + 2", 6, "a closing )"),
        ("[1, 2", 5, "a closing ]"),
        ("if a then 1", 11, "else"),
        ("for x return 1", 6, "in"),
        ("a.", 2, "a name"),
        ("1 2", 2, "an operator (+ - * / **)"),
        ("{a: 1", 5, "a closing }"),
        ("some x in l x > 1", 10, ""),
    ],
)
def test_a_syntax_error_names_place_and_expectation(source: str, position: int, expected: str) -> None:
    with pytest.raises(feel.FeelError) as caught:
        feel.compile(source)

    error = caught.value
    if expected:
        assert error.position == position
        assert expected in error.expected
        assert expected in error.message_en
    assert f"第 {error.position + 1} 个字符" in error.message


def test_line_and_column_count_from_one() -> None:
    with pytest.raises(feel.FeelError) as caught:
        feel.compile("a +\n  ) 1")

    assert (caught.value.position, caught.value.line, caught.value.column) == (6, 2, 3)


@pytest.mark.parametrize(
    ("source", "hint"),
    [("f（1)", "半角“(”"), ('a = "x', "引号"), ("`a", "反引号"), ("a # b", "不认识")],
)
def test_a_stray_character_is_explained(source: str, hint: str) -> None:
    with pytest.raises(feel.FeelError) as caught:
        feel.compile(source)

    assert hint in caught.value.message


def test_the_error_is_invalid_input_and_survives_pickling() -> None:
    with pytest.raises(Invalid) as caught:
        feel.compile("1 +")
    copy = pickle.loads(pickle.dumps(caught.value))

    assert caught.value.slug == "feel-error"
    assert (copy.message, copy.position, copy.expected) == (
        caught.value.message, caught.value.facts["position"], tuple(caught.value.facts["expected"]),
    )  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("1" + " + 1" * limits.MAX_SOURCE, id="source"),
        pytest.param("+".join("a" * (limits.MAX_TOKENS // 2 + 1)), id="tokens"),
        pytest.param("[" * 200 + "]" * 200, id="nesting"),
        pytest.param("-" * 150 + "1", id="signs"),
    ],
)
def test_a_text_that_is_too_large_is_refused(source: str) -> None:
    with pytest.raises(feel.FeelError, match="超出限制"):
        feel.compile(source)


@pytest.mark.parametrize(
    "source",
    [
        "for i in 1..1000000000 return i",
        "some i in 1..1000, j in 1..1000 satisfies false",
        "for i in 1..60000 return i",
        "for i in 1..90000 return partial",
        "string((for i in 1..2000 return [partial])[-1])",
        '(for i in 1..90000 return s + "x")[1]',
        'string join(for i in 1..20000 return "0123456789")',
        "s + s",
        "{f: function(n) f(n + 1), r: f(1)}.r",
        "{a: [1, 1, 1, 1], b: [a, a, a, a], c: [b, b, b, b], d: [c, c, c, c], e: [d, d, d, d], f: [e, e, e, e], "
        "g: [f, f, f, f], h: [g, g, g, g], i: [h, h, h, h], r: count(flatten(i))}.r",
        "{a: [1, 1, 1, 1], b: [a, a, a, a], c: [b, b, b, b], d: [c, c, c, c], e: [d, d, d, d], f: [e, e, e, e], "
        "g: [f, f, f, f], h: [g, g, g, g], i: [h, h, h, h], r: string(i)}.r",
        "l[item = l]",
    ],
)
def test_an_evaluation_that_runs_away_is_stopped(source: str) -> None:
    shared: list[object] = [1]
    other: list[object] = [1]
    for _ in range(40):
        shared, other = [shared, shared], [other, other]
    scope = {"s": "x" * 90_000, "l": [other, shared]} if source.startswith("l[") else {"s": "x" * 90_000}
    if source.startswith("l["):
        source = "l[1] = l[2]"

    with pytest.raises(feel.FeelError, match="超出限制"):
        feel.compile(source)(scope)


def test_what_stays_within_the_limits_runs() -> None:
    assert feel.compile("count(for i in 1..40000 return i)")({}) == 40_000
    assert feel.compile("+".join(["a"] * 1000))({"a": 1}) == 1000
    assert feel.compile("if a = 0 then 0 else " * 90 + "1")({"a": 1}) == 1


def test_each_evaluation_has_a_budget_of_its_own() -> None:
    expression = feel.compile("count(for i in 1..40000 return i)")

    assert [expression({}) for _ in range(3)] == [40_000] * 3


def test_results_may_hold_those_before_them_but_never_themselves() -> None:
    assert feel.to_text(feel.compile("for i in 1..3 return [count(partial), partial]")({})) == (
        "[[0, []], [1, [[0, []]]], [2, [[0, []], [1, [[0, []]]]]]]"
    )


def test_a_value_too_deep_to_write_is_a_feel_error() -> None:
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]

    with pytest.raises(feel.FeelError, match="嵌套层数"):
        feel.to_text(deep)
