"""An event carries one definition at most, of a kind that the kernel runs at that place."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.kernel.supported import SUPPORTED_EVENTS, UNSUPPORTED
from service.engine.lint.document import Document, Element, children, kind_of
from service.errors import Problem

ID = "event-kind"

CORRECT = """<bpmn:intermediateThrowEvent id="half_way" name="过半"/>"""

INCORRECT = """
<bpmn:intermediateThrowEvent id="half_way" name="过半"> <!-- ✗ half_way -->
  <bpmn:terminateEventDefinition/>
</bpmn:intermediateThrowEvent>"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.of(*SUPPORTED_EVENTS):
        if element.event is not None and kind_of(element.event) == "errorEventDefinition" and not _interrupts(element):
            yield document.problem(
                ID,
                element,
                "错误事件总会中断；请改为中断型，或改用升级事件。",
                "An error always interrupts; make the event interrupting, or use an escalation.",
            )
        scope = document.elements.get(element.scope or "")
        if element.kind == "startEvent" and scope is not None:
            continue  # start events inside sub-processes have rules of their own
        kinds = [kind_of(child) for child in children(element.node) if kind_of(child).endswith("EventDefinition")]
        if len(kinds) > 1:
            yield document.problem(
                ID,
                element,
                "一个事件只能带一个事件定义；请拆成多个事件。",
                "An event carries one event definition; draw several events.",
            )
        kind = kinds[0].removesuffix("EventDefinition") if kinds else "none"
        if kind not in SUPPORTED_EVENTS[element.kind] and not (kinds and kinds[0] in UNSUPPORTED):
            what = "不带事件定义" if kind == "none" else f"带 {kind} 定义"
            yield document.problem(
                ID,
                element,
                f"此处的事件不能{what}；可用：{'、'.join(sorted(SUPPORTED_EVENTS[element.kind]))}。",
                f"An event of kind {kind} cannot stand here; use one of {', '.join(sorted(SUPPORTED_EVENTS[element.kind]))}.",
            )


def _interrupts(element: Element) -> bool:
    return element.node.get("cancelActivity") != "false" and element.node.get("isInterrupting") != "false"
