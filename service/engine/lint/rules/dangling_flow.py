"""A sequence flow joins two elements of the same process or sub-process, and respects where a path begins and ends."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "dangling-flow"

CORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="file_papers" targetRef="publish"/>
<bpmn:task id="publish" name="公开"/>"""

INCORRECT = """
<bpmn:parallelGateway id="all_at_once" name="同时办理"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="all_at_once" targetRef="publish"/>
<bpmn:sequenceFlow id="to_audit" sourceRef="all_at_once" targetRef="audit"/> <!-- ✗ to_audit -->
<bpmn:task id="publish" name="公开"/>"""


def check(document: Document) -> Iterator[Problem]:
    for flow in document.flows:
        source, target = document.elements.get(flow.source), document.elements.get(flow.target)
        if source is None or target is None:
            missing = flow.source if source is None else flow.target
            yield document.problem(
                ID,
                flow,
                f"顺序流的一端“{missing}”不存在；请重新连接。",
                f"One end of the flow, '{missing}', does not exist; connect it again.",
            )
        elif not source.scope == target.scope == flow.scope:
            yield document.problem(
                ID,
                flow,
                "顺序流不能穿过子流程的边框；请连接到子流程本身。",
                "A flow cannot cross the border of a sub-process; connect it to the sub-process itself.",
            )
        elif source.kind == "endEvent" or target.kind == "startEvent":
            yield document.problem(
                ID,
                flow,
                "顺序流不能从结束事件出发，也不能进入开始事件。",
                "No flow leaves an end event or leads into a start event.",
            )
