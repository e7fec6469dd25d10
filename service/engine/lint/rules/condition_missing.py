"""Every flow out of a deciding gateway has a condition, except the default one."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import BRANCHING, Document
from service.errors import Problem

ID = "condition-missing"

CORRECT = """
<bpmn:inclusiveGateway id="who_must_see" name="会签范围" default="to_publish"/>
<bpmn:sequenceFlow id="to_audit" sourceRef="who_must_see" targetRef="audit">
  <bpmn:conditionExpression>=total &gt; 50</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="to_publish" sourceRef="who_must_see" targetRef="publish"/>
<bpmn:task id="audit" name="审计"/>
<bpmn:task id="publish" name="公开"/>"""

INCORRECT = """
<bpmn:inclusiveGateway id="who_must_see" name="会签范围" default="to_publish"/>
<bpmn:sequenceFlow id="to_audit" sourceRef="who_must_see" targetRef="audit"/> <!-- ✗ to_audit -->
<bpmn:sequenceFlow id="to_publish" sourceRef="who_must_see" targetRef="publish"/>
<bpmn:task id="audit" name="审计"/>
<bpmn:task id="publish" name="公开"/>"""


def check(document: Document) -> Iterator[Problem]:
    for gateway in document.of(*BRANCHING):
        default = gateway.node.get("default")
        outgoing = document.outgoing.get(gateway.id, ())
        if default not in [flow.id for flow in outgoing]:
            continue  # gateway-default says it
        for flow in outgoing:
            if flow.id != default and not flow.condition:
                yield document.problem(
                    ID,
                    flow,
                    f"从网关 {gateway.id} 出发的这条顺序流没有条件；请填写条件。",
                    f"This flow out of the gateway {gateway.id} has no condition; give one.",
                )
