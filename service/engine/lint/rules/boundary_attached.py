"""A boundary event sits on an activity beside it, carries an event, and leads somewhere; nothing leads into it."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "boundary-attached"

CORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:boundaryEvent id="too_late" name="超时" attachedToRef="file_papers">
  <bpmn:timerEventDefinition><bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:boundaryEvent>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:boundaryEvent id="too_late" name="超时"> <!-- ✗ too_late -->
  <bpmn:timerEventDefinition><bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:boundaryEvent>"""


def check(document: Document) -> Iterator[Problem]:
    for event in document.of("boundaryEvent"):
        host = document.elements.get(event.node.get("attachedToRef") or "")
        if host is None or not host.is_activity or host.scope != event.scope:
            yield document.problem(
                ID,
                event,
                "边界事件没有附着在同一层的任务或子流程上；请拖到任务边框上。",
                "The boundary event is not attached to an activity beside it; drag it onto the border of one.",
            )
        if not document.outgoing.get(event.id):
            yield document.problem(
                ID,
                event,
                "边界事件之后没有顺序流；请画出触发后的去向。",
                "No flow leaves the boundary event; draw what happens when it fires.",
            )
        if document.incoming.get(event.id):
            yield document.problem(
                ID,
                event,
                "边界事件由事件触发，不能有流入的顺序流。",
                "A boundary event is triggered by its event; no flow may lead into it.",
            )
