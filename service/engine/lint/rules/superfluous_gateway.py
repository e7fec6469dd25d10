"""A gateway with one way in and one way out decides nothing and waits for nobody. A warning."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "superfluous-gateway"

CORRECT = """
<bpmn:parallelGateway id="both" name="同时办理"/>
<bpmn:sequenceFlow id="to_audit" sourceRef="both" targetRef="audit"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="both" targetRef="publish"/>
<bpmn:task id="audit" name="审计"/>
<bpmn:task id="publish" name="公开"/>"""

INCORRECT = """
<bpmn:exclusiveGateway id="no_choice"/> <!-- ✗ no_choice -->
<bpmn:sequenceFlow id="to_publish" sourceRef="no_choice" targetRef="publish"/>
<bpmn:task id="publish" name="公开"/>"""


_KINDS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway")


def check(document: Document) -> Iterator[Problem]:
    for element in document.of(*_KINDS):
        comes, goes = document.incoming.get(element.id, ()), document.outgoing.get(element.id, ())
        if len(comes) != 1 or len(goes) != 1:
            continue
        if goes[0].condition is not None or element.node.get("default") not in (None, goes[0].id):
            continue  # gateway-default says that a flow is missing
        yield document.problem(
            ID,
            element,
            "网关只有一进一出，没有作用；请删除并直接连接前后两个元素。",
            "The gateway has one way in and one way out; delete it and connect its neighbours.",
            severity="warning",
        )
