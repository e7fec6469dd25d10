"""Which patterns are let in: none that could hang on a text of five hundred characters."""

from __future__ import annotations

import pytest

from service.forms.patterns import compile_pattern, runs_away


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "((a+))+", "(a|a)*b", "(?:x|xx)+y", "(a*){2,}", "([a-z]+,)*", "(a{1,900})+", "a*a*a*a*a*b", "(a(b+)c)*"],
)
def test_a_pattern_that_could_hang_is_refused(pattern: str) -> None:
    assert runs_away(pattern)
    assert compile_pattern(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[0-9A-Z]{18}$", "91211100MA0ABCDE1X"),
        (r"^(\d{3,4}-)?\d{7,8}$", "0427-1234567"),
        ("^(甲|乙)$", "乙"),
        ("^(ab)+$", "abab"),
        (r"^\(a+\)+$", "(a)"),
        ("^[(a+)]+$", "(+)"),
        (r"^[\u4e00-\u9fa5]{2,20}$", "盘锦"),
        ("^PJ-[0-9]{4}-[0-9]+$", "PJ-2026-0001"),
        ("a)", ""),
    ],
)
def test_a_harmless_pattern_is_compiled(pattern: str, text: str) -> None:
    assert not runs_away(pattern)
    if text:
        assert compile_pattern(pattern).search(text)  # type: ignore[union-attr]
