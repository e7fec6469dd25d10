"""Unary tests, as the cells of decision tables hold them."""

from __future__ import annotations

from typing import Any

import pytest

from service import feel


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("-", None, True),
        ("1, 2", 2, True),
        ("1, 2", 3, False),
        ("not(1, 2)", 3, True),
        ("not(1, 2)", 1, False),
        ("not(null)", None, False),
        (">= 10", 9, False),
        (">= 10", 10, True),
        (">= 10", None, None),
        ("< 5, > 10", 11, True),
        ("[1..5]", 5, True),
        ("]1..5]", 1, False),
        ('"同意","不同意"', "不同意", True),
        ("null", None, True),
        ("null", 1, False),
        ("true", True, True),
        ("limit", 7, True),
        ("> limit + 1", 9, True),
        ("allowed", "b", True),
        ("? > 3 and ? < 9", 4, True),
        ("? > 3", None, None),
        ("not(? > 3)", 4, False),
        ('starts with(?, "程")', "程序", True),
        ('not(contains(?, "a")) and true', "bcd", True),
        ("-5", -5, True),
        ('"1"', 1, None),
        ("!= 5", 4, True),
        ("count(?) > 1", [1, 2], True),
    ],
)
def test_a_cell_answers_for_a_value(source: str, value: Any, expected: bool | None) -> None:
    scope = {"limit": 7, "allowed": ["a", "b"]}

    assert feel.compile_tests(source)(scope, value) is expected


def test_names_of_a_cell_leave_out_the_value_under_test() -> None:
    assert feel.compile_tests("? > limit").names == {"limit"}
