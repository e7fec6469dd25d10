"""What traceability demands: no binding article without an element, no rule that nobody has seen refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from service.engine.tracing.proofs import Proof
from service.engine.tracing.sources import Source
from service.engine.tracing.table import trace_articles, trace_rules
from service.errors import Problem
from service.law import Catalogue

#: How far articles are carried out that bind the software.
BINDING = ("full", "part")
#: The level of rules that the engine keeps for every step; no element applies them.
PERMISSION = "permission"
#: The actor of a date that the catalogue keeps: that on which a regulation comes into force.
SYSTEM = "system"


def check_trace(
    catalogue: Catalogue, sources: Sequence[Source], proofs: Sequence[Proof], *, regulations: Collection[str]
) -> tuple[Problem, ...]:
    """List what is missing for `regulations`, those whose procedures the folder holds.

    Without scenario files, as in an installation, nothing is said of what they prove.
    """
    found = [problem for one in regulations for problem in _articles(one, catalogue, sources)]
    return (*found, *_rules(catalogue, sources, proofs, regulations))


def _articles(regulation: str, catalogue: Catalogue, sources: Sequence[Source]) -> Iterator[Problem]:
    for row in trace_articles(regulation, catalogue, sources, ()):
        kept = any(period.actor == SYSTEM for id in row.deadlines for period in catalogue.periods[id])
        if row.level in BINDING and not row.elements and not kept:
            yield _problem(
                "uncited-article", row.article, f"没有任何环节引用 {row.article}，而它应由系统执行；请在环节上加 article 属性。",
                f"No element cites {row.article}, which the software is to carry out; give an element the property article.",
            )  # fmt: skip


def _rules(
    catalogue: Catalogue, sources: Sequence[Source], proofs: Sequence[Proof], regulations: Collection[str]
) -> Iterator[Problem]:
    for row in trace_rules(catalogue, sources, proofs):
        if catalogue.rules[row.rule].regulation not in regulations or set(row.levels) == {PERMISSION}:
            continue
        if not row.elements:
            yield _problem(
                "unapplied-rule", row.rule, f"规则 {row.rule} 没有任何环节适用；请在适用它的环节的说明中写明编号。",
                f"No element applies rule {row.rule}; name it in the documentation of the element that does.",
            )  # fmt: skip
        if not proofs:
            continue
        if "block" in row.levels and not row.refused_in:
            yield _problem(
                "unproved-rule", row.rule, f"规则 {row.rule} 会拦下办理，却没有场景证明；请在 tests/scenarios/ 加一步 refused。",
                f"Rule {row.rule} refuses, and no scenario shows it; add a step with refused to tests/scenarios/.",
            )  # fmt: skip
        elif not row.refused_in and not row.found_in:
            yield _problem(
                "unproved-rule", row.rule, f"规则 {row.rule} 没有任何场景用到；请在 tests/scenarios/ 加一步 findings。",
                f"No scenario meets rule {row.rule}; add a step with findings to tests/scenarios/.",
            )  # fmt: skip


def _problem(rule: str, element: str, zh: str, en: str) -> Problem:
    return Problem(rule=rule, element=element, message=f"{zh} / {en}")
