"""A gateway that decides has a default flow, so that no case stops because no condition held."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import BRANCHING, Document
from service.errors import Problem

ID = "gateway-default"

CORRECT = """
<bpmn:exclusiveGateway id="is_complete" name="是否齐全" default="to_publish"/>
<bpmn:sequenceFlow id="to_return" sourceRef="is_complete" targetRef="return_papers">
  <bpmn:conditionExpression>=not(complete)</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="to_publish" sourceRef="is_complete" targetRef="publish"/>
<bpmn:task id="return_papers" name="退回"/>
<bpmn:task id="publish" name="公开"/>"""

INCORRECT = """
<bpmn:exclusiveGateway id="is_complete" name="是否齐全"/> <!-- ✗ is_complete -->
<bpmn:sequenceFlow id="to_return" sourceRef="is_complete" targetRef="return_papers">
  <bpmn:conditionExpression>=not(complete)</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="to_publish" sourceRef="is_complete" targetRef="publish"/>
<bpmn:task id="return_papers" name="退回"/>
<bpmn:task id="publish" name="公开"/>"""


def check(document: Document) -> Iterator[Problem]:
    for gateway in document.of(*BRANCHING):
        outgoing = document.outgoing.get(gateway.id, ())
        default = gateway.node.get("default")
        chosen = next((flow for flow in outgoing if flow.id == default), None)
        if default and chosen is None:
            yield document.problem(
                ID,
                gateway,
                f"默认流 {default} 不是从此网关出发的顺序流。",
                f"The default flow {default} does not leave this gateway.",
            )
        elif chosen is not None and chosen.condition is not None:
            yield document.problem(
                ID,
                gateway,
                f"默认流 {chosen.id} 不能带条件；请删除条件。",
                f"The default flow {chosen.id} cannot carry a condition; delete it.",
            )
        elif chosen is None and (len(outgoing) > 1 or any(flow.condition is not None for flow in outgoing)):
            yield document.problem(
                ID,
                gateway,
                "网关没有默认流，条件都不成立时案件会停在这里；请把一条顺序流设为默认流。",
                "The gateway has no default flow; a case would stop here when no condition holds. Mark one flow as default.",
            )
