"""Paths that run at the same time are brought together by a gateway: a step does not wait, and would be done twice. A warning."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, Element
from service.errors import Problem

ID = "fake-join"

_BEGIN = """
<bpmn:startEvent id="begun"/>
<bpmn:sequenceFlow id="to_both" sourceRef="begun" targetRef="both"/>
<bpmn:parallelGateway id="both" name="同时办理"/>
<bpmn:sequenceFlow id="to_audit" sourceRef="both" targetRef="audit"/>
<bpmn:sequenceFlow id="to_visit" sourceRef="both" targetRef="visit"/>
<bpmn:task id="audit" name="审计"/>
<bpmn:task id="visit" name="现场核查"/>"""

CORRECT = f"""{_BEGIN}
<bpmn:sequenceFlow id="audited" sourceRef="audit" targetRef="done"/>
<bpmn:sequenceFlow id="visited" sourceRef="visit" targetRef="done"/>
<bpmn:parallelGateway id="done"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="done" targetRef="publish"/>
<bpmn:task id="publish" name="公开"/>"""

INCORRECT = f"""{_BEGIN}
<bpmn:sequenceFlow id="audited" sourceRef="audit" targetRef="publish"/>
<bpmn:sequenceFlow id="visited" sourceRef="visit" targetRef="publish"/>
<bpmn:task id="publish" name="公开"/> <!-- ✗ publish -->"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        comes = document.incoming.get(element.id, ())
        if element.kind.endswith("Gateway") or len(comes) < 2 or element.kind == "endEvent":
            continue  # at an end event each path ends by itself, which is what is wanted
        after = _list_after(document, element)
        forward = [flow for flow in comes if flow.source not in after and flow.source in document.elements]
        begun = {flow.source for flow in forward if document.elements[flow.source].kind == "startEvent"}
        if len(forward) - max(len(begun) - 1, 0) > 1:  # a case begins at one of its start events
            yield document.problem(
                ID,
                element,
                f"有 {len(forward)} 条路径直接连到这里，本环节不会等齐；请先画一个网关汇合。",
                f"{len(forward)} paths lead here and the step does not wait for all of them; join them by a gateway first.",
                severity="warning",
            )


def _list_after(document: Document, element: Element) -> set[str]:
    """What can be reached from an element: a flow from there back to it is a return, not a second path."""
    hosted: dict[str, list[str]] = {}
    for event in document.of("boundaryEvent"):
        hosted.setdefault(event.node.get("attachedToRef") or "", []).append(event.id)
    reached: set[str] = set()
    pending = [element.id]
    while pending:
        id = pending.pop()
        if id not in reached:
            reached.add(id)
            pending.extend(flow.target for flow in document.outgoing.get(id, ()))
            pending.extend(hosted.get(id, ()))
    return reached
