"""Whatever throws or catches a message refers to a message that has a name."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from service.engine.lint.document import Document, Element, kind_of, line_of
from service.errors import Problem

ID = "message-without-name"

CORRECT = """
<bpmn:message id="message_decided" name="pj.decided"/>
<bpmn:intermediateThrowEvent id="announce" name="通知">
  <bpmn:messageEventDefinition messageRef="message_decided"/>
</bpmn:intermediateThrowEvent>"""

INCORRECT = """
<bpmn:intermediateThrowEvent id="announce" name="通知">
  <bpmn:messageEventDefinition/> <!-- ✗ announce -->
</bpmn:intermediateThrowEvent>"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        holder = find_message_holder(element)
        if holder is None:
            continue
        message = document.definitions.get(holder.get("messageRef") or "")
        if message is None or kind_of(message) != "message" or not (message.get("name") or "").strip():
            yield document.problem(
                ID,
                element,
                "没有指定消息或消息没有名称；请选择一个消息并填写名称，如 pj.reviewDecided。",
                "No message is chosen, or it has no name; choose one and name it, such as pj.reviewDecided.",
                line=line_of(holder),
            )


def find_message_holder(element: Element) -> etree._Element | None:
    """The node that carries `messageRef`: the event definition, or the task itself; None where there is no message."""
    if element.kind == "receiveTask" or (element.kind == "sendTask" and "messageRef" in element.node.attrib):
        return element.node
    event = element.event
    return event if event is not None and kind_of(event) == "messageEventDefinition" else None
