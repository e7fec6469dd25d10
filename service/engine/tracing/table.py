"""The table of traceability: for each article, and for each rule, everything that carries it out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from service.engine.tracing.proofs import Proof
from service.engine.tracing.sources import Source
from service.law import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleTrace:
    """One article. Elements are written `process.element`; tests are scenario files."""

    article: str
    level: str
    elements: tuple[str, ...]
    rules: tuple[str, ...]
    deadlines: tuple[str, ...]
    forms: tuple[str, ...]
    tests: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrace:
    """One rule: its articles, the elements that apply it, the scenario files that see it refuse, and those that see it speak."""

    rule: str
    levels: tuple[str, ...]
    articles: tuple[str, ...]
    elements: tuple[str, ...]
    refused_in: tuple[str, ...]
    found_in: tuple[str, ...]


def trace_rules(catalogue: Catalogue, sources: Sequence[Source], proofs: Sequence[Proof]) -> tuple[RuleTrace, ...]:
    """Every rule of the catalogue, in its order."""
    appliers = _by_name((source.process, source.rules) for source in sources)
    return tuple(
        RuleTrace(
            rule=rule.id, levels=rule.levels, articles=rule.articles, elements=tuple(appliers.get(rule.id, ())),
            refused_in=tuple(proof.file for proof in proofs if rule.id in proof.refused),
            found_in=tuple(proof.file for proof in proofs if rule.id in proof.found),
        )
        for rule in catalogue.rules.values()
    )  # fmt: skip


def trace_articles(
    regulation: str, catalogue: Catalogue, sources: Sequence[Source], proofs: Sequence[Proof]
) -> tuple[ArticleTrace, ...]:
    """Every article of a regulation, in its order. NotFound for a regulation that the catalogue does not have."""
    catalogue.get_regulation(regulation)
    rules = trace_rules(catalogue, sources, proofs)
    elements = _by_name((source.process, source.articles) for source in sources)
    found = []
    for article in catalogue.list_articles(regulation):
        own = [rule for rule in rules if article.id in rule.articles]
        tests = {proof.file for proof in proofs if article.id in proof.articles}
        tests.update(file for rule in own for file in (*rule.refused_in, *rule.found_in))
        found.append(
            ArticleTrace(
                article=article.id, level=article.level, elements=tuple(elements.get(article.id, ())),
                rules=tuple(rule.rule for rule in own), deadlines=_deadlines(catalogue, article.id),
                forms=_sorted(form for source in sources for form, cited in source.forms.items() if article.id in cited),
                tests=_sorted(tests),
            )
        )  # fmt: skip
    return tuple(found)


def _by_name(named: Iterable[tuple[str, Mapping[str, frozenset[str]]]]) -> dict[str, list[str]]:
    """Turn what the elements of processes name ({element: names}) round: {name: [process.element]}."""
    found: dict[str, list[str]] = {}
    for process, elements in named:
        for element, names in elements.items():
            for name in names:
                found.setdefault(name, []).append(f"{process}.{element}")
    return found


def _deadlines(catalogue: Catalogue, article: str) -> tuple[str, ...]:
    return _sorted(id for id, versions in catalogue.periods.items() if any(article in one.articles for one in versions))


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
