"""Every element of the diagram is one that the kernel runs; what it would skip or run wrongly is refused."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from service.engine.kernel.supported import SUPPORTED_ELEMENTS, UNSUPPORTED
from service.engine.lint.document import BPMN, ZEEBE, Document, kind_of, line_of
from service.errors import Problem

ID = "unknown-element"

CORRECT = """<bpmn:manualTask id="visit_site" name="现场核查"/>"""

INCORRECT = """<bpmn:complexGateway id="some_of_them" name="部分会签"/> <!-- ✗ some_of_them -->"""

_CAMUNDA_7 = "http://camunda.org/schema/1.0/bpmn"

#: BPMN elements that carry no behaviour of their own, or that belong to one that does.
_AROUND = frozenset(
    {
        "definitions", "process", "collaboration", "participant", "messageFlow", "laneSet", "childLaneSet", "lane",
        "flowNodeRef", "sequenceFlow", "conditionExpression", "incoming", "outgoing", "extensionElements",
        "documentation", "text", "textAnnotation", "association", "group", "category", "categoryValue", "dataObject",
        "dataObjectReference", "dataStore", "dataStoreReference", "dataState", "property", "message", "error",
        "escalation", "multiInstanceLoopCharacteristics", "loopCardinality", "completionCondition", "script",
        "itemDefinition", "timeDate", "timeDuration", "timeCycle", "timerEventDefinition", "messageEventDefinition",
        "errorEventDefinition", "escalationEventDefinition", "terminateEventDefinition",
    }
)  # fmt: skip
_ZEEBE = frozenset(
    {
        "formDefinition", "assignmentDefinition", "taskSchedule", "priorityDefinition", "userTask", "taskDefinition",
        "ioMapping", "input", "output", "taskHeaders", "header", "calledDecision", "calledElement",
        "loopCharacteristics", "subscription", "properties", "property", "script",
    }
)  # fmt: skip


def check(document: Document) -> Iterator[Problem]:
    for node in document.root.iter(f"{{{BPMN}}}*", f"{{{ZEEBE}}}*", f"{{{_CAMUNDA_7}}}*"):
        for zh, en in _complaints(node):
            yield Problem(rule=ID, message=f"{zh} / {en}", element=_nearest_id(node), file=document.file, line=line_of(node))


def _complaints(node: etree._Element) -> Iterator[tuple[str, str]]:
    kind = kind_of(node)
    if str(node.tag).startswith(f"{{{_CAMUNDA_7}}}"):
        yield (
            f"camunda:{kind} 是 Camunda 7 的写法；请改用 zeebe: 扩展。",
            f"camunda:{kind} is Camunda 7; use the zeebe: extensions.",
        )
    elif str(node.tag).startswith(f"{{{ZEEBE}}}"):
        if kind not in _ZEEBE:
            yield f"不支持扩展元素 zeebe:{kind}；请删除。", f"The extension zeebe:{kind} is not supported; delete it."
    elif kind in UNSUPPORTED:
        yield UNSUPPORTED[kind]
    elif kind not in SUPPORTED_ELEMENTS and kind not in _AROUND:
        yield f"不认识元素 bpmn:{kind}；请删除或换成支持的元素。", f"bpmn:{kind} is not known; delete or replace it."
    else:
        for name in map(str, node.attrib):
            for key in (f"{kind}@{name}", f"{kind}@{name}={node.get(name)}"):
                if key in UNSUPPORTED:
                    yield UNSUPPORTED[key]


def _nearest_id(node: etree._Element) -> str | None:
    current: etree._Element | None = node
    while current is not None:
        if current.get("id") and not kind_of(current).endswith("EventDefinition"):
            return current.get("id")
        current = current.getparent()
    return None
