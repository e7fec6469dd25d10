"""Names: Chinese, with spaces, in backticks; which of them an expression needs from outside."""

from __future__ import annotations

from typing import Any

import pytest

from service import feel


@pytest.mark.parametrize(
    ("source", "scope", "expected"),
    [
        ("总投资 >= 5000000", {"总投资": 5000000}, True),
        ("`总 投资` = 1", {"总 投资": 1}, True),
        ("total investment >= 5 and ok", {"total investment": 6, "ok": True}, True),
        ("`terms and conditions` = 1", {"terms and conditions": 1}, True),
        ("date and time and x", {"date": True, "time": True, "x": True}, True),
        ('{full name: "ab", n: string length(full name)}.n = 2', {}, True),
        ("{a-b: 1, c: a-b + 1}.c = 2", {}, True),
        ('case.unit = "u1"', {"case": {"unit": "u1"}}, True),
        ("x.in = 1", {"x": {"in": 1}}, True),
        ("a // 注释\n + /* b */ 1 = 2", {"a": 1}, True),
    ],
)
def test_a_name_is_found(source: str, scope: dict[str, Any], expected: bool) -> None:
    assert feel.compile(source)(scope) is expected


def test_known_names_may_hold_keywords_and_operators() -> None:
    known = feel.compile("terms and conditions + a-b", names=("terms and conditions", "a-b"))

    assert known({"terms and conditions": 1, "a-b": 2}) == 3
    assert known.names == {"terms and conditions", "a-b"}


@pytest.mark.parametrize(
    ("source", "names", "possible", "functions"),
    [
        ("a + b.c", {"a", "b"}, set(), set()),
        ("for i in l return i + k", {"l", "k"}, set(), set()),
        ("{a: x, b: a}", {"x"}, set(), set()),
        ("items[amount > floor]", {"items"}, {"amount", "floor"}, set()),
        ("l[item > 1]", {"l"}, set(), set()),
        ('deadline("D-PJ-18a", accepted_on)', {"accepted_on"}, set(), {"deadline"}),
        ("(function(a) a + b)(1)", {"b"}, set(), set()),
        ("count(l) + today().year", {"l"}, set(), {"today"}),
    ],
)
def test_an_expression_tells_what_it_needs(source: str, names: set[str], possible: set[str], functions: set[str]) -> None:
    expression = feel.compile(source)

    assert expression.names == names
    assert expression.possible_names == possible
    assert expression.functions == functions


def test_an_injected_function_is_called_by_position() -> None:
    assert feel.compile('deadline("D-1", 2).effective')({"deadline": lambda id, start: {"effective": [id, start]}}) == ["D-1", 2]


def test_an_injected_function_called_wrongly_gives_null() -> None:
    assert feel.compile("f(1, 2)")({"f": lambda one: one}) is None
    assert feel.compile("f(1)")({}) is None
