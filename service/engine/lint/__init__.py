"""Lint: what is wrong with a bundle of diagrams and forms, told to its designer before anything is published.

`check` finds everything at once. Each rule is a file of `rules/`; problems of severity "error" refuse publication.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from service.engine.lint.document import Document, read
from service.engine.lint.known import Ids, Known, Setting
from service.engine.lint.markup import find_fault, parse
from service.engine.lint.rules import BUNDLE_RULES, DOCUMENT_RULES, check_source
from service.errors import Problem

if TYPE_CHECKING:
    from service.engine.bundle import Bundle

__all__ = ["Known", "check"]

_DECISION = "{*}decision"


def check(bundle: Bundle, known: Known) -> tuple[Problem, ...]:
    """Apply all rules to all files of a bundle; ordered by file and line, errors and warnings together.

    What the bundle itself holds (processes, decisions) is known besides `known`.
    """
    problems = list(bundle.problems)
    documents: list[Document] = []
    for file, data in bundle.diagrams.items():
        found = list(check_source(file, data))
        problems.extend(found)
        if not found:
            documents.append(read(file, data))
    decisions = _list_decisions(bundle, problems)
    setting = Setting(
        known=replace(
            known,
            processes=_join(known.processes, frozenset(document.id for document in documents)),
            decisions=_join(known.decisions, decisions),
        ),
        forms=bundle.forms,
        elements=frozenset(id for document in documents for id in document.elements),
    )
    documents = [replace(document, setting=setting) for document in documents]
    for document in documents:
        for rule in DOCUMENT_RULES:
            problems.extend(rule.check(document))
    for whole in BUNDLE_RULES:
        problems.extend(whole.check_bundle(documents, setting))
    return tuple(sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0, problem.rule)))


def _join(known: Ids, own: frozenset[str]) -> Ids:
    return None if known is None else known | own


def _list_decisions(bundle: Bundle, problems: list[Problem]) -> frozenset[str]:
    ids: set[str] = set()
    for file, data in bundle.decisions.items():
        fault = find_fault(data)
        if fault is not None:
            message = f"决策表不能读取：{fault.reason}。 / The decision table cannot be read: {fault.reason}."
            problems.append(Problem(rule=fault.rule, message=message, file=file, line=fault.line))
            continue
        root: etree._Element = parse(data)
        ids.update(node.get("id") or "" for node in root.iterchildren(_DECISION))
    return frozenset(ids)
