"""What parse refuses, in the designer's words, before SpiffWorkflow sees the diagram. Lint says more; this is what the kernel
cannot run without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from service.engine.kernel.elements import BPMN, Element, Flow, line_of
from service.engine.kernel.expression import attribute
from service.engine.kernel.supported import SUPPORTED_EVENTS, UNSUPPORTED
from service.errors import Problem
from service.feel import FeelError

_CHOOSING = ("exclusiveGateway", "inclusiveGateway")


def find_problems(process: etree._Element, elements: Mapping[str, Element], flows: Mapping[str, Flow]) -> list[Problem]:
    """Report everything that the kernel cannot run."""
    return [
        *_unsupported(process),
        *_duplicates(process),
        *_starts(process),
        *(problem for element in elements.values() for problem in _element(element, elements, flows)),
        *(problem for flow in flows.values() for problem in _flow(flow, elements, flows)),
    ]


def problem(rule: str, message: str, element: Element | Flow | str | None = None, line: int | None = None) -> Problem:
    if isinstance(element, Element):
        return Problem(rule=rule, message=message, element=element.id, line=element.line)
    where = element.id if isinstance(element, Flow) else element
    return Problem(rule=rule, message=message, element=where, line=line)


def _unsupported(process: etree._Element) -> Iterator[Problem]:
    for node in process.iter(f"{BPMN}*"):
        name = _tag(node)[len(BPMN) :]
        given = [(str(key), node.get(str(key))) for key in node.attrib]
        keys = [name, *(f"{name}@{key}" for key, _ in given), *(f"{name}@{key}={value}" for key, value in given)]
        for key in keys:
            if key in UNSUPPORTED:
                owner = node.get("id") or _owner(node)
                yield problem("unsupported-element", " ".join(UNSUPPORTED[key]), owner, line_of(node))


def _tag(node: etree._Element) -> str:
    return str(node.tag) if isinstance(node.tag, str) else ""


def _owner(node: etree._Element) -> str | None:
    parent = node.getparent()
    return None if parent is None else parent.get("id") or _owner(parent)


def _duplicates(process: etree._Element) -> Iterator[Problem]:
    for identity, count in Counter(node.get("id") for node in process.iter(f"{BPMN}*") if node.get("id")).items():
        if count > 1:
            yield problem("duplicate-id", f"编号 {identity} 重复 The id {identity} is used {count} times", identity)


def _starts(process: etree._Element) -> Iterator[Problem]:
    for node in (process, *process.iter(f"{BPMN}subProcess")):
        starts = node.findall(f"{BPMN}startEvent")
        inside = node.tag == f"{BPMN}subProcess"
        if not starts or (inside and len(starts) > 1):
            yield problem(
                "start-event",
                f"{'子流程必须有且只有一个开始事件' if inside else '流程没有开始事件'} "
                f"{'A sub-process has exactly one start event' if inside else 'The process has no start event'}",
                node.get("id"),
                line_of(node),
            )
        if inside and not node.findall(f"{BPMN}endEvent"):
            yield problem("end-event", "子流程没有结束事件 The sub-process has no end event", node.get("id"), line_of(node))


def _texts(element: Element) -> Iterator[str]:
    plain = (
        element.assignee, element.candidate_groups, element.candidate_users, element.due_date, element.follow_up,
        element.priority, element.called_process, element.script,
    )  # fmt: skip
    yield from (text for text in plain if text)
    yield from (source for source, _ in (*element.inputs, *element.outputs))
    if element.definition is not None:
        yield from (text for text in (element.definition.time, element.definition.key) if text)
    if element.multi is not None:
        loop = element.multi
        yield from (text for text in (loop.collection, loop.cardinality, loop.output_element, loop.condition) if text)


def _feel(texts: Iterable[str], owner: Element | Flow) -> Iterator[Problem]:
    for text in texts:
        try:
            attribute(text)
        except FeelError as error:
            yield problem("feel-error", f"{text}：{error.message} {error.message_en}", owner)


def _element(element: Element, elements: Mapping[str, Element], flows: Mapping[str, Flow]) -> Iterator[Problem]:
    yield from _feel(_texts(element), element)
    if message := _missing(element):
        yield problem("incomplete-element", message, element)
    if element.kind == "boundaryEvent" and element.attached_to not in elements:
        yield problem("boundary-event", "边界事件没有附着在环节上 The boundary event is not attached to an activity", element)
    for _, name in (*element.inputs, *element.outputs):
        if not name.isidentifier():
            yield problem("mapping-target", f"映射目标 {name!r} 不是变量名 The target {name!r} is not a variable name", element)
    place = "eventSubProcessStart" if _starts_event_sub_process(element, elements) else element.kind
    allowed = SUPPORTED_EVENTS.get(place)
    if allowed is not None and (element.event or "none") not in allowed and f"{element.event}EventDefinition" not in UNSUPPORTED:
        kind = element.event or "none"
        yield problem("event-kind", f"此处不能使用 {kind} 事件 A {kind} event cannot stand here", element)
    if element.event == "error" and not element.interrupting:
        yield problem("event-kind", "错误事件必须是中断型 An error event interrupts", element)
    if element.kind == "eventBasedGateway":
        targets = [elements.get(flow.target) for flow in flows.values() if flow.source == element.id]
        if any(target is None or target.kind not in ("intermediateCatchEvent", "receiveTask") for target in targets):
            yield problem("event-gateway", "事件网关之后只能是捕获事件 Only catch events follow an event-based gateway", element)


def _starts_event_sub_process(element: Element, elements: Mapping[str, Element]) -> bool:
    return element.kind == "startEvent" and element.parent is not None and elements[element.parent].event_sub_process


def _missing(element: Element) -> str | None:
    kind, definition = element.kind, element.definition
    job = element.task_type is not None
    sends = definition is not None and definition.kind == "message"
    wanting = {
        "callActivity": (element.called_process, "缺少被调用流程 zeebe:calledElement is missing"),
        "serviceTask": (job, "缺少处理程序 zeebe:taskDefinition is missing"),
        "sendTask": (job or sends, "缺少处理程序或消息 Neither a handler nor a message is given"),
        "receiveTask": (sends, "缺少消息 The message is missing"),
        "scriptTask": (job or (element.script and element.result_variable), "缺少表达式或结果变量 zeebe:script is incomplete"),
        "businessRuleTask": (
            job or (element.called_decision and element.result_variable),
            "缺少决策表或结果变量 zeebe:calledDecision is incomplete",
        ),
    }
    given, message = wanting.get(kind, (True, ""))
    if not given:
        return message
    if element.multi is not None and not (element.multi.collection or element.multi.cardinality):
        return "多实例缺少输入集合 The multi-instance has no input collection"
    if definition is not None and definition.kind == "timer" and not definition.time:
        return "定时器没有时间 The timer has no time"
    if definition is not None and definition.kind == "message" and not definition.name:
        return "消息没有名称 The message has no name"
    return None


def _flow(flow: Flow, elements: Mapping[str, Element], flows: Mapping[str, Flow]) -> Iterator[Problem]:
    source, target = elements.get(flow.source), elements.get(flow.target)
    if source is None or target is None or source.parent != target.parent:
        yield problem("flow-ends", "顺序流两端必须是同一层的环节 A flow joins two elements of the same level", flow)
        return
    if flow.condition is not None:
        if not flow.condition.startswith("="):
            yield problem("flow-condition", "条件必须以 = 开头 A condition begins with =", flow)
        elif source.kind not in _CHOOSING:
            yield problem("flow-condition", "只有排他或包容网关的流出路径可以带条件 Only gateways have conditional flows", flow)
        else:
            yield from _feel([flow.condition], flow)
    elif (
        source.kind in _CHOOSING
        and source.default_flow != flow.id
        and sum(other.source == source.id for other in flows.values()) > 1
    ):
        yield problem("flow-condition", "非默认路径缺少条件 A flow that is not the default needs a condition", flow)
