"""Termination stops what runs beside; where nothing can run beside, a plain end event says the same. A warning."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, Element, kind_of
from service.errors import Problem

ID = "superfluous-termination"

CORRECT = """
<bpmn:parallelGateway id="both" name="同时办理"/>
<bpmn:sequenceFlow id="to_audit" sourceRef="both" targetRef="audit"/>
<bpmn:sequenceFlow id="to_withdraw" sourceRef="both" targetRef="withdraw"/>
<bpmn:task id="audit" name="审计"/>
<bpmn:task id="withdraw" name="撤回"/>
<bpmn:sequenceFlow id="to_withdrawn" sourceRef="withdraw" targetRef="withdrawn"/>
<bpmn:sequenceFlow id="to_audited" sourceRef="audit" targetRef="audited"/>
<bpmn:endEvent id="audited" name="已审计"/>
<bpmn:endEvent id="withdrawn" name="已撤回"><bpmn:terminateEventDefinition/></bpmn:endEvent>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:sequenceFlow id="to_filed" sourceRef="file_papers" targetRef="filed"/>
<bpmn:endEvent id="filed" name="已归档"><bpmn:terminateEventDefinition/></bpmn:endEvent> <!-- ✗ filed -->"""


def check(document: Document) -> Iterator[Problem]:
    for scope in document.scopes():
        inside = document.inside(scope.id)
        if any(_runs_beside(document, element) for element in inside):
            continue
        for element in inside:
            if element.kind == "endEvent" and element.event is not None and kind_of(element.event) == "terminateEventDefinition":
                yield document.problem(
                    ID,
                    element,
                    "没有并行的路径，终止没有作用；请改为普通结束事件。",
                    "No other path runs at the same time, so termination has no effect; make this a plain end event.",
                    severity="warning",
                )


def _runs_beside(document: Document, element: Element) -> bool:
    """Tell whether a second path can begin at this element while the first goes on."""
    splits = element.kind in ("parallelGateway", "inclusiveGateway") and len(document.outgoing.get(element.id, ())) > 1
    beside = element.kind == "boundaryEvent" and element.node.get("cancelActivity") == "false"
    return splits or beside or element.is_event_subprocess
