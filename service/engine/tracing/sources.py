"""Diagrams and forms as traceability reads them: what each element and each form cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from service.engine.bundle import Bundle
from service.engine.lint.document import BPMN, Document, Element, read
from service.engine.lint.rules import check_source
from service.store import Connection, definitions

#: How documentation names a rule. To `re` a Chinese character next to it is part of the word, unless it counts in ASCII.
RULE = re.compile(r"\bR-[A-Z]+-\d+\b", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One process: what its elements cite and which rules they apply, by element id, and what its forms cite, by form id.

    `labels` are the names of the elements by id; elements without one are left out.
    """

    process: str
    name: str
    articles: Mapping[str, frozenset[str]]
    rules: Mapping[str, frozenset[str]]
    forms: Mapping[str, frozenset[str]]
    labels: Mapping[str, str] = field(default_factory=dict)


def of_bundle(bundle: Bundle) -> tuple[Source, ...]:
    """The processes of a folder; a diagram that lint refuses to read is left out."""
    schemas = {id: _parsed(data) for id, (_, data) in bundle.forms.items()}
    readable = ((file, data) for file, data in bundle.diagrams.items() if not any(check_source(file, data)))
    return _sorted(_source(read(file, data), schemas) for file, data in readable)


def of_published(connection: Connection) -> tuple[Source, ...]:
    """The newest published version of every process."""
    rows = (definitions.find_latest(connection, key) for key, *_ in definitions.list_latest(connection))
    return _sorted(_source(read(f"{row.key}.bpmn", row.xml), row.forms) for row in rows if row is not None)


def cited_regulations(sources: Iterable[Source]) -> frozenset[str]:
    """The regulations whose articles elements cite."""
    return frozenset(article.partition("#")[0] for source in sources for cited in source.articles.values() for article in cited)


def _sorted(sources: Iterable[Source]) -> tuple[Source, ...]:
    return tuple(sorted(sources, key=lambda one: one.process))


def _source(document: Document, schemas: Mapping[str, Any]) -> Source:
    elements = document.elements
    used = dict.fromkeys(
        node.get("formId") or "" for element in elements.values() for node in element.extensions("formDefinition")
    )
    return Source(
        process=document.id,
        name=document.process.name if document.process is not None else document.id,
        articles={id: frozenset(value.strip() for value, _ in one.properties("article")) for id, one in elements.items()},
        rules={id: frozenset(RULE.findall(_documentation(one))) for id, one in elements.items()},
        forms={form: frozenset(_cited(schemas[form])) for form in used if form in schemas},
        labels={id: one.name for id, one in elements.items() if one.name},
    )


def _documentation(element: Element) -> str:
    return " ".join(node.text or "" for node in element.node.findall(f"{{{BPMN}}}documentation"))


def _cited(schema: Any) -> Iterator[str]:
    """The articles that the fields of a form cite."""
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping) and properties.get("article"):
            yield from (part.strip() for part in str(properties["article"]).split(","))
        for value in schema.values():
            yield from _cited(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _cited(value)


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:  # lint says what is wrong with it
        return {}
