"""Only a gateway splits the path: several flows out of a task, or a condition on one, are drawn as a gateway."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import BRANCHING, Document
from service.errors import Problem

ID = "no-implicit-split"

CORRECT = """
<bpmn:parallelGateway id="all_at_once" name="同时办理"/>
<bpmn:sequenceFlow id="to_audit" sourceRef="all_at_once" targetRef="audit"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="all_at_once" targetRef="publish"/>
<bpmn:task id="audit" name="审计"/>
<bpmn:task id="publish" name="公开"/>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档"/> <!-- ✗ file_papers -->
<bpmn:sequenceFlow id="to_audit" sourceRef="file_papers" targetRef="audit"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="file_papers" targetRef="publish"/>
<bpmn:task id="audit" name="审计"/>
<bpmn:task id="publish" name="公开"/>"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        outgoing = document.outgoing.get(element.id, ())
        if len(outgoing) > 1 and not element.kind.endswith("Gateway"):
            yield document.problem(
                ID,
                element,
                f"有 {len(outgoing)} 条顺序流从此出发；请先接一个并行网关或排他网关。",
                f"{len(outgoing)} flows leave this element; put a parallel or exclusive gateway after it.",
            )
        if element.kind in BRANCHING:
            continue
        for flow in outgoing:
            if flow.condition is not None:
                yield document.problem(
                    ID,
                    flow,
                    f"{element.id} 之后的条件不起作用；请在排他网关或包容网关上写条件。",
                    f"A condition after {element.id} has no effect; write it after an exclusive or inclusive gateway.",
                )
