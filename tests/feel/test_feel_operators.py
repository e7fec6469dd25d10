"""Literals, operators, logic, ranges and paths: expression, scope, and the result as FEEL writes it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service import feel
from service.tagged import Months

Table = list[tuple[str, dict[str, Any], str]]

NUMBERS: Table = [
    ("0.1 + 0.2", {}, "0.3"),
    ("1 - 2 - 3", {}, "-4"),
    ("2 + 3 * 4", {}, "14"),
    ("(2 + 3) * 4", {}, "20"),
    ("-x + 2", {"x": 1}, "1"),
    ("2 ** 3 ** 2", {}, "64"),
    ("-5 ** 2", {}, "25"),
    ("10 / 4", {}, "2.5"),
    ("1 / 3", {}, "0.3333333333333333333333333333333333"),
    ("1 / 0", {}, "null"),
    ("1e3 + .5", {}, "1000.5"),
    ("1e9999", {}, "null"),
    ("10 ** 7000", {}, "null"),
    ("x * 1.10", {"x": Decimal("50.00")}, "55"),
    ("x + 1", {"x": 0.1}, "1.1"),
    ("x + 1", {"x": float("nan")}, "null"),
    ('1 + "a"', {}, "null"),
    ("missing + 1", {}, "null"),
    ("true + 1", {}, "null"),
]
LOGIC: Table = [
    ("true and null", {}, "null"),
    ("false and null", {}, "false"),
    ("null and false", {}, "false"),
    ("true or null", {}, "true"),
    ("null or false", {}, "null"),
    ("1 and true", {}, "null"),
    ("1 and false", {}, "false"),
    ('"a" or true', {}, "true"),
    ("true or false and false", {}, "true"),
    ("not(true)", {}, "false"),
    ("not(null)", {}, "null"),
    ("not(1)", {}, "null"),
    ('if 1 > 0 then "a" else "b"', {}, '"a"'),
    ('if null then "a" else "b"', {}, '"b"'),
    ('if "true" then 1 else if true then 2 else 3', {}, "2"),
]
COMPARISONS: Table = [
    ("1 = 1.0", {}, "true"),
    ('1 = "1"', {}, "null"),
    ('1 != "1"', {}, "null"),
    ("null = null", {}, "true"),
    ("1 = null", {}, "false"),
    ("x != null", {}, "false"),
    ("x != null", {"x": 1}, "true"),
    ("1 < null", {}, "null"),
    ('"a" < "b"', {}, "true"),
    ("true < false", {}, "null"),
    ("[1, 2] = [1, 2]", {}, "true"),
    ("[1, 2] = [2, 1]", {}, "false"),
    ("{a: 1, b: 2} = {b: 2, a: 1}", {}, "true"),
    ("[1..3] = [1..3]", {}, "true"),
    ("[1..3] = [1..3)", {}, "false"),
    ('@"2026-01-01" < @"2026-02-01"', {}, "true"),
    ('@"2026-01-01" = @"2026-01-01T00:00:00"', {}, "null"),
    ('@"2026-01-01T00:00:00Z" < @"2026-01-01T00:00:00"', {}, "null"),
    ('@"2026-01-01T08:00:00+08:00" = @"2026-01-01T00:00:00Z"', {}, "true"),
    ('@"P1Y" = @"P12M"', {}, "true"),
    ('@"P1D" < @"P1M"', {}, "null"),
    ("x between 1 and 5 and y = 2", {"x": 5, "y": 2}, "true"),
    ("x between 1 and 5", {"x": 6}, "false"),
    ("x between 1 and null", {"x": 0}, "false"),
    ("x between 1 and null", {"x": 2}, "null"),
]
MEMBERSHIP: Table = [
    ("5 in [1..5]", {}, "true"),
    ("5 in [1..5)", {}, "false"),
    ("5 in [1..5[", {}, "false"),
    ("1 in (1..5]", {}, "false"),
    ("1 in ]1..5]", {}, "false"),
    ("3 in ]1..5[ and true", {}, "true"),
    ("5 in (1, 5)", {}, "true"),
    ("11 in (< 5, > 10)", {}, "true"),
    ("7 in (< 5, > 10)", {}, "false"),
    ("7 in > 5", {}, "true"),
    ("7 in (> 5)", {}, "true"),
    ("7 in [1, 7]", {}, "true"),
    ("7 in [[1..3], [5..9]]", {}, "true"),
    ("7 in (1, [5..9])", {}, "true"),
    ("7 in (1, ? > 6)", {}, "true"),
    ('"a" in [1..5]', {}, "null"),
    ("null in [1..5]", {}, "null"),
    ('@"2026-05-01" in [@"2026-01-01"..@"2026-12-31"]', {}, "true"),
    ("[ ]1..5], [1..5[ ]", {}, "[(1..5], [1..5)]"),
    ('["a".."c"].start', {}, '"a"'),
    ("(1..5].start included", {}, "false"),
    ("(< 5).end", {}, "5"),
    ('[1.."a"]', {}, "null"),
]
DATES: Table = [
    ('@"2026-01-31" + @"P1M"', {}, "2026-02-28"),
    ('@"2024-02-29" + @"P1Y"', {}, "2025-02-28"),
    ('@"2026-03-31" - @"P1M"', {}, "2026-02-28"),
    ('@"2026-01-01" + @"P1D"', {}, "2026-01-02"),
    ('@"2026-03-01" - @"2026-02-01"', {}, "P28D"),
    ('@"2026-03-01T12:00:00" - @"2026-03-01"', {}, "PT12H"),
    ('@"2026-03-01T12:00:00Z" - @"2026-03-01T12:00:00"', {}, "null"),
    ('@"23:00:00" + @"PT2H"', {}, "01:00:00"),
    ('@"10:00:00" - @"09:30:00"', {}, "PT30M"),
    ('@"P1D" * 2.5', {}, "P2DT12H"),
    ('@"P1Y" * 1.5', {}, "P1Y6M"),
    ('@"P2D" / @"PT12H"', {}, "4"),
    ('@"P1D" / 0', {}, "null"),
    ('-@"P1D"', {}, "-P1D"),
    ('@"9999-12-31" + @"P1D"', {}, "null"),
    ('@"2026-04-07".weekday', {}, "2"),
    ('@"2026-04-07T09:30:00+08:00".time offset', {}, "PT8H"),
    ('@"2026-04-07T09:30:00".time offset', {}, "null"),
    ('@"P1DT2H3M4S".minutes', {}, "3"),
    ('@"-P1Y2M".months', {}, "-2"),
    ('@"2026-02-30"', {}, "null"),
    ('@"2026-04-07T09:30:00.250Z"', {}, "2026-04-07T09:30:00.25Z"),
]
STRUCTURES: Table = [
    ("{a: 1, b: a + 1}.b", {}, "2"),
    ('{"a b": 1}', {}, "{a b: 1}"),
    ("{a: 1, a: 2}", {}, "null"),
    ("{a: 1}.b", {}, "null"),
    ("x.y", {}, "null"),
    ("[{a: 1}, {a: 2}, {b: 3}].a", {}, "[1, 2, null]"),
    ("[1, 2, 3][1]", {}, "1"),
    ("[1, 2, 3][-1]", {}, "3"),
    ("[1, 2, 3][0]", {}, "null"),
    ("[1, 2, 3][4]", {}, "null"),
    ("[][1]", {}, "null"),
    ("l[i]", {"l": [7, 8], "i": 2}, "8"),
    ("[1, 2, 3][item > 1]", {}, "[2, 3]"),
    ("[1, null, 3][item > 1]", {}, "[3]"),
    ("items[amount > 10].name", {"items": [{"amount": 5, "name": "a"}, {"amount": 50, "name": "b"}]}, '["b"]'),
    ("items[amount > floor].amount", {"items": [{"amount": 5}, {"amount": 50}], "floor": 10}, "[50]"),
    ("5[1]", {}, "5"),
    ("5[item > 9]", {}, "[]"),
    ("null[true]", {}, "[]"),
    ("x instance of number", {"x": 1}, "true"),
    ("x instance of string", {"x": 1}, "false"),
    ("null instance of string", {}, "false"),
    ("x instance of list<number>", {"x": [1, "a"]}, "false"),
    ("x instance of context<a: number, b: string>", {"x": {"a": 1, "b": "c"}}, "true"),
    ('@"P1D" instance of days and time duration', {}, "true"),
    ('@"2026-01-01" instance of date and time and true', {}, "false"),
    ("(function(a) a) instance of function<number> -> number", {}, "true"),
    ("x instance of unheard", {"x": 1}, "null"),
]
ITERATION: Table = [
    ("for i in 1..3 return i * 2", {}, "[2, 4, 6]"),
    ("for i in 3..1 return i", {}, "[3, 2, 1]"),
    ("for i in [1..3) return i", {}, "[1, 2]"),
    ("for i in [1, 2], j in [i, 10] return i * j", {}, "[1, 10, 4, 20]"),
    ("for i in 1..4 return if i = 1 then 1 else partial[-1] * i", {}, "[1, 2, 6, 24]"),
    ("for i in 1..3 return count(partial)", {}, "[0, 1, 2]"),
    ("for i in 1..2 return partial", {}, "[[], [[]]]"),
    ('for d in @"2026-01-31"..@"2026-02-01" return d', {}, "[2026-01-31, 2026-02-01]"),
    ("for i in null return i", {}, "null"),
    ("for i in 5 return i", {}, "[5]"),
    ("some i in [1, 3] satisfies i > 2", {}, "true"),
    ("some i in [1, null] satisfies i > 2", {}, "null"),
    ("some i in [] satisfies true", {}, "false"),
    ("every i in [1, 3] satisfies i > 2", {}, "false"),
    ("every i in [3, null] satisfies i > 2", {}, "null"),
    ("every i in [] satisfies false", {}, "true"),
    ("some i in [1, 2], j in [2, 3] satisfies i + j = 5", {}, "true"),
    ("{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(10)}.r", {}, "10"),
    ("(function(a, b) a - b)(5, 3)", {}, "2"),
    ("{f: function(a, b) a - b, r: f(b: 5, a: 3)}.r", {}, "-2"),
    ("{f: function(a: number) a, r: f(1, 2)}.r", {}, "null"),
    ("{k: 2, f: function(a) a * k}.f(4)", {}, "8"),
]


def shown(value: Any) -> str:
    """As FEEL writes it inside a list, so that null and "null" differ."""
    return feel.to_text([value])[1:-1]


@pytest.mark.parametrize(
    ("source", "scope", "expected"),
    NUMBERS + LOGIC + COMPARISONS + MEMBERSHIP + DATES + STRUCTURES + ITERATION,
)
def test_an_expression_has_the_value_the_standard_gives(source: str, scope: dict[str, Any], expected: str) -> None:
    assert shown(feel.compile(source)(scope)) == expected


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1.50", Decimal("1.50")),
        ('@"2026-04-07"', date(2026, 4, 7)),
        ('@"2026-04-07T09:30:00"', datetime.fromisoformat("2026-04-07T09:30:00")),
        ('@"09:30:00"', time(9, 30)),
        ('@"P1DT2H"', timedelta(days=1, hours=2)),
        ('@"P1Y2M"', Months(14)),
        ("[1..2)", feel.Range(Decimal(1), Decimal(2), True, False)),
        ("{a: [true, null]}", {"a": [True, None]}),
        ("x", [1, 2]),
    ],
)
def test_values_are_plain_python_values(source: str, value: Any) -> None:
    result = feel.compile(source)({"x": [1, 2]})

    assert result == value
    assert type(result) is type(value)


def test_an_integer_variable_becomes_a_number() -> None:
    assert type(feel.compile("n")({"n": 5})) is Decimal
