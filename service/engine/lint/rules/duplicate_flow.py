"""Two elements are connected once: a second flow between them does the same step twice, or never counts."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "duplicate-flow"

CORRECT = """
<bpmn:parallelGateway id="both" name="同时办理"/>
<bpmn:sequenceFlow id="to_audit" sourceRef="both" targetRef="audit"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="both" targetRef="publish"/>
<bpmn:task id="audit" name="审计"/>
<bpmn:task id="publish" name="公开"/>"""

INCORRECT = """
<bpmn:exclusiveGateway id="is_complete" name="是否齐全" default="to_publish"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="is_complete" targetRef="publish_it"/>
<bpmn:sequenceFlow id="to_publish_too" sourceRef="is_complete" targetRef="publish_it"> <!-- ✗ to_publish_too -->
  <bpmn:conditionExpression>=total &gt; 50</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:exclusiveGateway id="publish_it"/>
<bpmn:sequenceFlow id="to_publish_now" sourceRef="publish_it" targetRef="publish"/>
<bpmn:task id="publish" name="公开"/>"""


def check(document: Document) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for flow in document.flows:
        ends = flow.source, flow.target
        if ends in seen:
            yield document.problem(
                ID,
                flow,
                f"与顺序流 {seen[ends]} 连接的是同样两个元素；请删除一条，条件可用 or 合并。",
                f"The flow {seen[ends]} connects the same two elements; delete one, and join conditions by 'or'.",
            )
        seen.setdefault(ends, flow.id)
