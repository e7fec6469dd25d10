"""After an event-based gateway stand at least two events to wait for: timers, messages or receive tasks."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "event-gateway-targets"

CORRECT = """
<bpmn:eventBasedGateway id="whichever_first" name="等待"/>
<bpmn:sequenceFlow id="to_week" sourceRef="whichever_first" targetRef="week_over"/>
<bpmn:sequenceFlow id="to_month" sourceRef="whichever_first" targetRef="month_over"/>
<bpmn:intermediateCatchEvent id="week_over" name="一周">
  <bpmn:timerEventDefinition><bpmn:timeDuration>P7D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:intermediateCatchEvent>
<bpmn:intermediateCatchEvent id="month_over" name="一月">
  <bpmn:timerEventDefinition><bpmn:timeDuration>P1M</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:intermediateCatchEvent>"""

INCORRECT = """
<bpmn:eventBasedGateway id="whichever_first" name="等待"/>
<bpmn:sequenceFlow id="to_week" sourceRef="whichever_first" targetRef="week_over"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="whichever_first" targetRef="publish"/>
<bpmn:intermediateCatchEvent id="week_over" name="一周">
  <bpmn:timerEventDefinition><bpmn:timeDuration>P7D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:intermediateCatchEvent>
<bpmn:task id="publish" name="公开"/> <!-- ✗ publish -->"""


def check(document: Document) -> Iterator[Problem]:
    for gateway in document.of("eventBasedGateway"):
        outgoing = document.outgoing.get(gateway.id, ())
        if len(outgoing) < 2:
            yield document.problem(
                ID,
                gateway,
                "事件网关之后至少要有两个等待的事件。",
                "At least two events to wait for must follow an event-based gateway.",
            )
        for flow in outgoing:
            target = document.elements.get(flow.target)
            if target is not None and target.kind not in ("intermediateCatchEvent", "receiveTask"):
                yield document.problem(
                    ID,
                    target,
                    f"事件网关 {gateway.id} 之后只能接中间捕获事件或接收任务。",
                    f"Only catching events and receive tasks may follow the event-based gateway {gateway.id}.",
                )
