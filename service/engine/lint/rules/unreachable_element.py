"""Every element can be reached from a start event."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "unreachable-element"

CORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="file_papers" targetRef="publish"/>
<bpmn:task id="publish" name="公开"/>"""

INCORRECT = """
<bpmn:startEvent id="begun"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="begun" targetRef="publish"/>
<bpmn:task id="publish" name="公开"/>
<bpmn:task id="file_papers" name="归档"/> <!-- ✗ file_papers -->"""


def check(document: Document) -> Iterator[Problem]:
    boundaries: dict[str, list[str]] = {}
    for event in document.of("boundaryEvent"):
        boundaries.setdefault(event.node.get("attachedToRef") or "", []).append(event.id)
    for scope in document.scopes():
        inside = document.inside(scope.id)
        pending = [element.id for element in inside if element.kind == "startEvent"]
        if not pending:
            continue  # a rule on start events says it
        reached: set[str] = set()
        while pending:
            id = pending.pop()
            if id not in reached:
                reached.add(id)
                pending.extend(flow.target for flow in document.outgoing.get(id, ()))
                pending.extend(boundaries.get(id, ()))
        for element in inside:
            if element.id in reached or element.is_event_subprocess:
                continue
            if element.kind == "boundaryEvent" and not _has_host(document, element.node.get("attachedToRef")):
                continue  # boundary-attached says it
            yield document.problem(
                ID,
                element,
                "从开始事件走不到这里；请连接顺序流或删除该元素。",
                "No path leads here from a start event; connect it or delete it.",
            )


def _has_host(document: Document, id: str | None) -> bool:
    return id is not None and id in document.elements
