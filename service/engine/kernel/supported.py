"""Which BPMN elements the kernel runs, and which lint has to refuse. Open this when a diagram uses something new.

`SUPPORTED_ELEMENTS` are local names in the BPMN namespace that mean something when a case runs. `UNSUPPORTED` maps a local
name, or `element@attribute=value`, to what the designer is told (Chinese, English). Everything else in the BPMN namespace
(documentation, artifacts, data objects) is drawing and is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SUPPORTED_ELEMENTS: Final[frozenset[str]] = frozenset(
    {
        "startEvent",
        "endEvent",
        "boundaryEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "task",
        "manualTask",
        "userTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
        "scriptTask",
        "callActivity",
        "subProcess",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
    }
)

#: The event definitions that the kernel runs, by the kind of event that may carry them. "none" is an event without one.
SUPPORTED_EVENTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "startEvent": frozenset({"none", "message", "timer"}),
        "eventSubProcessStart": frozenset({"message", "timer", "error", "escalation"}),
        "boundaryEvent": frozenset({"message", "timer", "error", "escalation"}),
        "intermediateCatchEvent": frozenset({"message", "timer"}),
        "intermediateThrowEvent": frozenset({"none", "message", "escalation"}),
        "endEvent": frozenset({"none", "message", "error", "escalation", "terminate"}),
    }
)

UNSUPPORTED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "complexGateway": (
            "不支持复杂网关；请改用排他、包容或并行网关。",
            "Complex gateways are not run; use an exclusive, inclusive or parallel gateway.",
        ),
        "transaction": (
            "不支持事务子流程；请改用普通子流程加错误边界事件。",
            "Transactions are not run; use a sub-process with an error boundary event.",
        ),
        "adHocSubProcess": (
            "不支持自组织子流程；请把步骤画成普通流程。",
            "Ad-hoc sub-processes are not run; draw the steps as a flow.",
        ),
        "standardLoopCharacteristics": (
            "不支持标准循环标记；请用排他网关画出回路，或使用多实例。",
            "The loop marker is not run; draw the loop with an exclusive gateway, or use multi-instance.",
        ),
        "compensateEventDefinition": (
            "不支持补偿事件；请把撤销步骤画成普通任务。",
            "Compensation is not run; draw the undoing steps as tasks.",
        ),
        "cancelEventDefinition": (
            "不支持取消事件；请改用错误事件。",
            "Cancel events are not run; use an error event.",
        ),
        "conditionalEventDefinition": (
            "不支持条件事件；请改用消息事件，或在网关上判断。",
            "Conditional events are not run; use a message event, or decide at a gateway.",
        ),
        "signalEventDefinition": (
            "不支持信号事件；请改用带关联键的消息事件。",
            "Signal events are not run; use a message event with a correlation key.",
        ),
        "linkEventDefinition": (
            "不支持链接事件；请用顺序流直接连接。",
            "Link events are not run; connect the elements with a sequence flow.",
        ),
        "multiInstanceLoopCharacteristics@behavior": (
            "不支持多实例的 behavior 属性；完成条件请写在 completionCondition 中。",
            "The behavior attribute of multi-instance is not run; write a completionCondition.",
        ),
        "intermediateCatchEvent@parallelMultiple=true": (
            "一个事件只能带一个事件定义；请拆成多个事件。",
            "An event carries one event definition; draw several events.",
        ),
        "startEvent@parallelMultiple=true": (
            "一个事件只能带一个事件定义；请拆成多个事件。",
            "An event carries one event definition; draw several events.",
        ),
        "boundaryEvent@parallelMultiple=true": (
            "一个事件只能带一个事件定义；请拆成多个事件。",
            "An event carries one event definition; draw several events.",
        ),
        "eventBasedGateway@instantiate=true": (
            "不支持由事件网关启动流程；请画出各个开始事件。",
            "An event-based gateway cannot start a case; draw the start events.",
        ),
        "receiveTask@instantiate=true": (
            "不支持由接收任务启动流程；请使用消息开始事件。",
            "A receive task cannot start a case; use a message start event.",
        ),
        "ioSpecification": (
            "不支持 ioSpecification；请使用 zeebe:ioMapping。",
            "ioSpecification is not run; use zeebe:ioMapping.",
        ),
        "dataInputAssociation": (
            "不支持数据关联；变量请用 zeebe:ioMapping 传递。",
            "Data associations are not run; pass variables with zeebe:ioMapping.",
        ),
        "dataOutputAssociation": (
            "不支持数据关联；变量请用 zeebe:ioMapping 传递。",
            "Data associations are not run; pass variables with zeebe:ioMapping.",
        ),
        "callChoreography": (
            "不支持编排图；请画成流程图。",
            "Choreographies are not run; draw a process.",
        ),
        "globalUserTask": (
            "不支持全局任务；请在流程中画用户任务。",
            "Global tasks are not run; draw the task in the process.",
        ),
    }
)
