"""Each rule is silent on its correct example, and blames exactly the marked lines of its incorrect one."""

from __future__ import annotations

import pkgutil
from types import ModuleType
from typing import Any

import pytest

from service.engine.lint import rules
from service.engine.lint.rules import BUNDLE_RULES, DOCUMENT_RULES, RULES, SOURCE_RULES

WITH_EXAMPLES = [pytest.param(rule, id=rule.ID) for rule in RULES if hasattr(rule, "INCORRECT")]


@pytest.mark.parametrize("rule", WITH_EXAMPLES)
def test_nothing_is_wrong_with_the_correct_example(rule: ModuleType, examples: Any) -> None:
    assert examples.lint(rule.CORRECT) == []


@pytest.mark.parametrize("rule", WITH_EXAMPLES)
def test_the_incorrect_example_breaks_this_rule_alone_at_the_marked_lines(rule: ModuleType, examples: Any) -> None:
    expected = [(rule.ID, element, line) for element, line in examples.marks(examples.frame(rule.INCORRECT))]
    assert expected, "the incorrect example marks no line"

    found = [(problem.rule, problem.element, problem.line) for problem in examples.lint(rule.INCORRECT)]

    assert found == expected


@pytest.mark.parametrize("rule", WITH_EXAMPLES)
def test_a_message_speaks_chinese_and_english(rule: ModuleType, examples: Any) -> None:
    for problem in examples.lint(rule.INCORRECT):
        zh, _, en = problem.message.partition(" / ")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)
        assert en[:1].isascii()
        assert en


def test_every_rule_file_is_in_force_under_its_own_name() -> None:
    files = {module.name.replace("_", "-") for module in pkgutil.iter_modules(rules.__path__)}

    assert {rule.ID for rule in RULES} == files
    assert len(RULES) == len(files)
    assert all(rule.__doc__ for rule in RULES)
    assert set(BUNDLE_RULES).isdisjoint(DOCUMENT_RULES)
    assert all(hasattr(rule, "INCORRECT") for rule in (*SOURCE_RULES, *DOCUMENT_RULES))
