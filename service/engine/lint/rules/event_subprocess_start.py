"""An event sub-process starts by exactly one message, timer, error or escalation, and no flow leads into or out of it."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.kernel.supported import SUPPORTED_EVENTS
from service.engine.lint.document import Document, kind_of
from service.errors import Problem

ID = "event-subprocess-start"

CORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:subProcess id="time_is_up" name="逾期" triggeredByEvent="true">
  <bpmn:startEvent id="overdue">
    <bpmn:timerEventDefinition><bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition>
  </bpmn:startEvent>
  <bpmn:sequenceFlow id="to_lapsed" sourceRef="overdue" targetRef="lapsed"/>
  <bpmn:endEvent id="lapsed" name="失效"/>
</bpmn:subProcess>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:subProcess id="time_is_up" name="逾期" triggeredByEvent="true">
  <bpmn:startEvent id="overdue"/> <!-- ✗ overdue -->
  <bpmn:sequenceFlow id="to_lapsed" sourceRef="overdue" targetRef="lapsed"/>
  <bpmn:endEvent id="lapsed" name="失效"/>
</bpmn:subProcess>"""


def check(document: Document) -> Iterator[Problem]:
    for scope in document.of("subProcess"):
        if not scope.is_event_subprocess:
            continue
        starts = [element for element in document.inside(scope.id) if element.kind == "startEvent"]
        if len(starts) != 1:
            yield document.problem(
                ID,
                scope,
                f"事件子流程应有且只有一个开始事件，现有 {len(starts)} 个。",
                f"An event sub-process has exactly one start event; this one has {len(starts)}.",
            )
        for start in starts:
            kind = kind_of(start.event).removesuffix("EventDefinition") if start.event is not None else "none"
            if kind not in SUPPORTED_EVENTS["eventSubProcessStart"]:
                yield document.problem(
                    ID,
                    start,
                    "事件子流程的开始事件应为消息、定时、错误或升级事件。",
                    "An event sub-process starts by a message, timer, error or escalation event.",
                )
        if document.incoming.get(scope.id) or document.outgoing.get(scope.id):
            yield document.problem(
                ID,
                scope,
                "事件子流程由事件触发，不能连接顺序流；请删除相连的顺序流。",
                "An event sub-process is triggered by its event; delete the flows into and out of it.",
            )
