"""Patterns: what could run away is refused or stopped before it starts."""

from __future__ import annotations

from time import perf_counter

import pytest

from service import feel
from service.feel.patterns import cost_of, runs_away


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "((a+))+",
        "(a|a)*b",
        "(?:x|xx)+y",
        "(a*){2,}",
        "([a-z]+,)*",
        "(a?a?)*b",
        "(a{1,2})+b",
        "a*a*a*a*a*b",
        "(a(b+)c)*",
    ],
)
def test_a_pattern_whose_time_doubles_is_null(pattern: str) -> None:
    assert runs_away(pattern)
    assert feel.compile("matches(t, p)")({"t": "a" * 40, "p": pattern}) is None


@pytest.mark.parametrize(
    "pattern",
    ["a?" * 40 + "a" * 40, "(a?){40}a{40}", ".*.*.*.*x", "(.*)(.*)(.*)x", "(a|b|ab){40}c", "a{1,90}" * 30 + "b"],
)
def test_a_pattern_too_dear_for_its_text_is_stopped(pattern: str) -> None:
    begun = perf_counter()

    with pytest.raises(feel.FeelError, match="正则表达式步数"):
        feel.compile("matches(t, p)")({"t": "a" * 5_000, "p": pattern})
    assert perf_counter() - begun < 0.5


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^[^@ ]+@[^@ ]+\\.[a-z]+$", "a@b.cn"),
        (r"^(\\d{3,4}-)?\\d{7,8}$", "0427-1234567"),
        ("^(甲|乙|丙)$", "乙"),
        ("(ab)+", "abab"),
        ("^(" + "|".join("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒") + ")$", "荒"),
        ("盘锦.*项目", "盘锦" + "某" * 5_000 + "项目"),
    ],
)
def test_what_people_write_runs(pattern: str, text: str) -> None:
    assert feel.compile(f'matches(t, "{pattern}")')({"t": text}) is True


def test_matching_within_a_loop_is_paid_from_the_budget() -> None:
    with pytest.raises(feel.FeelError, match="计算步数"):
        feel.compile('for i in 1..1000 return matches(t, ".*x")')({"t": "a" * 5_000})


def test_the_cost_counts_what_repeats_and_what_is_chosen() -> None:
    assert cost_of("^a*b*").power == 2
    assert cost_of("a*").power == 2
    assert cost_of("^(a?|b)").bits == 2
    assert cost_of("^abc$").steps(1_000) == 1
    assert cost_of("(a*)*").endless
