"""A case that waits for a message says for which one: the message has a correlation key. Starting a case needs none."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, extensions, line_of
from service.engine.lint.rules.message_without_name import find_message_holder
from service.errors import Problem

ID = "message-correlation"

CORRECT = """
<bpmn:message id="message_decided" name="pj.decided">
  <bpmn:extensionElements><zeebe:subscription correlationKey="=project_id"/></bpmn:extensionElements>
</bpmn:message>
<bpmn:intermediateCatchEvent id="decided" name="收到决定">
  <bpmn:messageEventDefinition messageRef="message_decided"/>
</bpmn:intermediateCatchEvent>"""

INCORRECT = """
<bpmn:message id="message_decided" name="pj.decided"/>
<bpmn:intermediateCatchEvent id="decided" name="收到决定">
  <bpmn:messageEventDefinition messageRef="message_decided"/> <!-- ✗ decided -->
</bpmn:intermediateCatchEvent>"""

_CATCHES = ("intermediateCatchEvent", "boundaryEvent", "receiveTask", "startEvent")


def check(document: Document) -> Iterator[Problem]:
    for element in document.of(*_CATCHES):
        holder = find_message_holder(element)
        if holder is None or (element.kind == "startEvent" and element.scope == document.id):
            continue
        message = document.definitions.get(holder.get("messageRef") or "")
        if message is None:
            continue  # message-without-name says it
        keys = [(node.get("correlationKey") or "").strip() for node in extensions(message, "subscription")]
        if not any(key.startswith("=") and len(key) > 1 for key in keys):
            yield document.problem(
                ID,
                element,
                "等待的消息没有关联键，会收到别的案件的消息；请为消息设置 correlationKey，如“=project_id”。",
                "The message has no correlation key and could be another case's; set correlationKey, such as '=project_id'.",
                line=line_of(holder),
            )
