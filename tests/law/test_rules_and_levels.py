"""Rules and the levels of articles: what is read, and which faults are told with the entry that has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.errors import InvalidDefinition
from service.law import Catalogue

RULE = {"id": "R-T-01", "zh": "不得如此", "en": "Not so", "article": [1], "levels": ["block", "override"]}


@pytest.fixture
def read(regulation: Callable[..., Any]) -> Callable[..., Catalogue]:
    """Read a regulation with these rules; keys are those of its one article."""

    def make(*rules: dict[str, Any], **article: Any) -> Catalogue:
        document = regulation(rules=list(rules))
        document["articles"][0] |= article
        return Catalogue.from_yaml_data([document])

    return make


def faults(read: Callable[..., Catalogue], *rules: dict[str, Any], **article: Any) -> list[str | None]:
    with pytest.raises(InvalidDefinition) as refused:
        read(*rules, **article)
    return [problem.element for problem in refused.value.problems]


def test_a_rule_is_read_with_its_articles_and_levels(read: Callable[..., Catalogue]) -> None:
    rule = read(RULE).rules["R-T-01"]
    assert (rule.regulation, rule.articles, rule.levels) == ("test-1", ("test-1#1",), ("block", "override"))
    assert (rule.zh, rule.en) == ("不得如此", "Not so")


@pytest.mark.parametrize("keys", [{"levels": []}, {"levels": ["block", "maybe"]}, {"article": [99]}, {"enforced": "x"}])
def test_a_faulty_rule_is_told_by_its_id(read: Callable[..., Catalogue], keys: dict[str, Any]) -> None:
    assert faults(read, RULE | keys) == ["R-T-01"]


def test_a_rule_stands_once(read: Callable[..., Catalogue]) -> None:
    assert faults(read, RULE, RULE) == ["R-T-01"]


@pytest.mark.parametrize("level", ["full", "part", "text"])
def test_an_article_says_how_far_it_is_carried_out(read: Callable[..., Catalogue], level: str) -> None:
    assert read(level=level).get_article("test-1#1").level == level


def test_an_article_without_a_level_is_text_and_an_unknown_level_a_fault(read: Callable[..., Catalogue]) -> None:
    assert read().get_article("test-1#1").level == "text"
    assert faults(read, level="half") == ["test-1#1"]


def test_every_shipped_rule_cites_articles_unless_the_whole_platform_keeps_it(shipped: Catalogue) -> None:
    assert len([id for id in shipped.rules if id.startswith("R-PJ-")]) == 41
    assert {rule.id for rule in shipped.rules.values() if not rule.articles} == {f"R-SYS-0{number}" for number in range(1, 7)}
