"""Every place of a diagram where FEEL may stand, as text with its element and line.

Open it when the dialect gets another place for an expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from service.engine.lint.document import BPMN, ZEEBE, Document, Element, Flow, children, kind_of, line_of

#: Texts that are expressions whether or not they begin with "=".
_TEXTS = ("timeDate", "timeDuration", "timeCycle", "loopCardinality", "completionCondition")
_DEADLINE = re.compile(r'\bdeadline\(\s*"([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One text that may be FEEL. `what` is the attribute or element that holds it."""

    at: Element | Flow | None
    what: str
    text: str
    line: int

    @property
    def is_feel(self) -> bool:
        return self.text.startswith("=")

    @property
    def periods(self) -> tuple[str, ...]:
        """The ids of periods that the expression gives to `deadline("…", …)` as literals."""
        return tuple(_DEADLINE.findall(self.text)) if self.is_feel else ()


def list_places(document: Document) -> Iterator[Place]:
    """Walk the process, its elements and flows, and the messages beside it."""
    for element in (*document.scopes()[:1], *document.elements.values()):
        for node in _own(element.node):
            yield from _at(element, node)
    for flow in document.flows:
        if flow.condition is not None:
            yield Place(at=flow, what="conditionExpression", text=flow.condition, line=flow.line)
    for node in document.definitions.values():
        if kind_of(node) == "message":
            for subscription in node.iter(f"{{{ZEEBE}}}subscription"):
                key = (subscription.get("correlationKey") or "").strip()
                yield Place(at=None, what="correlationKey", text=key, line=line_of(subscription))


def _at(element: Element, node: etree._Element) -> Iterator[Place]:
    if str(node.tag).startswith(f"{{{ZEEBE}}}"):
        for name, text in node.attrib.items():
            yield Place(at=element, what=str(name), text=str(text).strip(), line=line_of(node))
    elif kind_of(node) in _TEXTS:
        yield Place(at=element, what=kind_of(node), text=(node.text or "").strip(), line=line_of(node))


def _own(node: etree._Element) -> Iterator[etree._Element]:
    """What belongs to an element itself: its extensions, event definition and loop, not the elements inside it."""
    for child in children(node):
        if kind_of(child) == "extensionElements" or kind_of(child).endswith(("EventDefinition", "LoopCharacteristics")):
            yield from child.iter(f"{{{ZEEBE}}}*", f"{{{BPMN}}}*")
