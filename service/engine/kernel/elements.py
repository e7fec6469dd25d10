"""What a diagram says about each of its elements, read from the XML. Open this to learn which attribute means what.

Texts are kept raw: an attribute that begins with `=` is FEEL and is evaluated by `Run.evaluate` in the scope of a token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from lxml import etree

from service.engine.kernel.supported import SUPPORTED_ELEMENTS

BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE: Final = "{http://camunda.org/schema/zeebe/1.0}"
_EXTENSIONS: Final = f"{BPMN}extensionElements"
_EVENT_DEFINITION: Final = "EventDefinition"
_TIMES: Final = (("date", "timeDate"), ("duration", "timeDuration"), ("cycle", "timeCycle"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The event definition of an event, or the message of a receive or send task.

    `kind` is "timer", "message", "error", "escalation", "terminate" or the name of one that is refused. `name` is the message
    name, `code` the error or escalation code (None catches all), `key` the correlation key, `time` the timer text and
    `time_kind` "date", "duration" or "cycle".
    """

    kind: str
    name: str | None = None
    code: str | None = None
    key: str | None = None
    time: str | None = None
    time_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiInstance:
    """How often an activity is done. `collection` or `cardinality` says how many; `output` collects `output_element`."""

    sequential: bool
    collection: str | None
    cardinality: str | None
    element: str | None
    output: str | None
    output_element: str | None
    condition: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow. `condition` is FEEL with its `=`."""

    id: str
    source: str
    target: str
    name: str | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One flow node of a diagram. `lane` is the id of the innermost lane, `parent` the enclosing sub-process."""

    id: str
    kind: str
    name: str | None = None
    line: int | None = None
    lane: str | None = None
    parent: str | None = None
    form: str | None = None
    assignee: str | None = None
    candidate_groups: str | None = None
    candidate_users: str | None = None
    due_date: str | None = None
    follow_up: str | None = None
    priority: str | None = None
    task_type: str | None = None
    retries: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    called_process: str | None = None
    propagate_parent: bool | None = None
    propagate_child: bool | None = None
    called_decision: str | None = None
    script: str | None = None
    result_variable: str | None = None
    properties: tuple[tuple[str, str], ...] = ()
    event: str | None = None
    definition: Event | None = None
    attached_to: str | None = None
    interrupting: bool = True
    event_sub_process: bool = False
    default_flow: str | None = None
    multi: MultiInstance | None = None
    documentation: str | None = None

    def values(self, name: str) -> tuple[str, ...]:
        """List the values of the `zeebe:property` called `name`, in document order."""
        return tuple(value for key, value in self.properties if key == name)


class Definitions:
    """What the elements of one file refer to: messages, errors, escalations and lanes."""

    def __init__(self, root: etree._Element) -> None:
        self.messages = {node.get("id", ""): node for node in root.iter(f"{BPMN}message")}
        self.errors = {node.get("id", ""): node.get("errorCode") for node in root.iter(f"{BPMN}error")}
        self.escalations = {node.get("id", ""): node.get("escalationCode") for node in root.iter(f"{BPMN}escalation")}
        self.lanes: dict[str, str] = {}
        for lane in root.iter(f"{BPMN}lane"):
            for ref in lane.findall(f"{BPMN}flowNodeRef"):
                # Document order visits outer lanes first, so that the innermost one stays.
                self.lanes[(ref.text or "").strip()] = lane.get("id", "")

    def correlation_key(self, message: etree._Element) -> str | None:
        subscription = message.find(f"{_EXTENSIONS}/{ZEEBE}subscription")
        return None if subscription is None else subscription.get("correlationKey")

    def message_keys(self) -> dict[str, str | None]:
        return {node.get("name") or "": self.correlation_key(node) for node in self.messages.values()}


def read_elements(process: etree._Element, definitions: Definitions) -> dict[str, Element]:
    """Read every flow node below `process`, by id."""
    return {element.id: element for element in _walk(process, definitions, None, None)}


def read_flows(process: etree._Element) -> dict[str, Flow]:
    """Read every sequence flow below `process`, by id."""
    flows = {}
    for node in process.iter(f"{BPMN}sequenceFlow"):
        condition = node.find(f"{BPMN}conditionExpression")
        flows[node.get("id", "")] = Flow(
            id=node.get("id", ""),
            source=node.get("sourceRef", ""),
            target=node.get("targetRef", ""),
            name=node.get("name"),
            condition=None if condition is None else (condition.text or "").strip(),
        )
    return flows


def read_properties(node: etree._Element) -> tuple[tuple[str, str], ...]:
    """Read `zeebe:properties`; a name may repeat."""
    found = node.iterfind(f"{_EXTENSIONS}/{ZEEBE}properties/{ZEEBE}property")
    return tuple((item.get("name", ""), item.get("value", "")) for item in found)


def _walk(node: etree._Element, definitions: Definitions, parent: str | None, lane: str | None) -> Iterator[Element]:
    for child in node:
        if not isinstance(child.tag, str) or not child.tag.startswith(BPMN):
            continue
        kind = child.tag[len(BPMN) :]
        if kind not in SUPPORTED_ELEMENTS or not child.get("id"):
            continue
        element = _read(child, kind, definitions, parent, lane)
        yield element
        if kind == "subProcess":
            yield from _walk(child, definitions, element.id, element.lane)


def _read(node: etree._Element, kind: str, definitions: Definitions, parent: str | None, lane: str | None) -> Element:
    identity = node.get("id", "")
    extensions = {
        child.tag[len(ZEEBE) :]: child
        for child in node.iterfind(f"{_EXTENSIONS}/*")
        if isinstance(child.tag, str) and child.tag.startswith(ZEEBE)
    }

    def attribute(element: str, name: str) -> str | None:
        found = extensions.get(element)
        return None if found is None else found.get(name)

    def mappings(name: str) -> tuple[tuple[str, str], ...]:
        found = extensions.get("ioMapping")
        nodes = () if found is None else found.iterfind(f"{ZEEBE}{name}")
        return tuple((item.get("source", ""), item.get("target", "")) for item in nodes)

    headers = extensions.get("taskHeaders")
    definition = _event(node, definitions)
    documentation = node.find(f"{BPMN}documentation")
    interrupting = node.get("cancelActivity" if kind == "boundaryEvent" else "isInterrupting", "true") == "true"
    return Element(
        id=identity,
        kind=kind,
        name=node.get("name"),
        line=line_of(node),
        lane=definitions.lanes.get(identity, lane),
        parent=parent,
        form=attribute("formDefinition", "formId"),
        assignee=attribute("assignmentDefinition", "assignee"),
        candidate_groups=attribute("assignmentDefinition", "candidateGroups"),
        candidate_users=attribute("assignmentDefinition", "candidateUsers"),
        due_date=attribute("taskSchedule", "dueDate"),
        follow_up=attribute("taskSchedule", "followUpDate"),
        priority=attribute("priorityDefinition", "priority"),
        task_type=attribute("taskDefinition", "type"),
        retries=attribute("taskDefinition", "retries"),
        headers=MappingProxyType({} if headers is None else {item.get("key", ""): item.get("value", "") for item in headers}),
        inputs=mappings("input"),
        outputs=mappings("output"),
        called_process=attribute("calledElement", "processId"),
        propagate_parent=_flag(attribute("calledElement", "propagateAllParentVariables")),
        propagate_child=_flag(attribute("calledElement", "propagateAllChildVariables")),
        called_decision=attribute("calledDecision", "decisionId"),
        script=attribute("script", "expression"),
        result_variable=attribute("script", "resultVariable") or attribute("calledDecision", "resultVariable"),
        properties=read_properties(node),
        event=None if definition is None else definition.kind,
        definition=definition,
        attached_to=node.get("attachedToRef"),
        interrupting=interrupting,
        event_sub_process=node.get("triggeredByEvent") == "true",
        default_flow=node.get("default"),
        multi=_multi(node),
        documentation=None if documentation is None else (documentation.text or "").strip() or None,
    )


def line_of(node: etree._Element) -> int | None:
    """The line of the file; lxml's stubs do not type it."""
    line: Any = node.sourceline
    return line if isinstance(line, int) else None


def _flag(text: str | None) -> bool | None:
    return None if text is None else text == "true"


def _text(node: etree._Element, name: str) -> str | None:
    found = node.find(f"{BPMN}{name}")
    return None if found is None else (found.text or "").strip()


def _event(node: etree._Element, definitions: Definitions) -> Event | None:
    if node.get("messageRef"):
        return _message(node, definitions)
    for child in node:
        if not isinstance(child.tag, str) or not child.tag.endswith(_EVENT_DEFINITION):
            continue
        kind = child.tag[len(BPMN) : -len(_EVENT_DEFINITION)]
        if kind == "message":
            return _message(child, definitions)
        if kind == "timer":
            for time_kind, tag in _TIMES:
                if child.find(f"{BPMN}{tag}") is not None:
                    return Event(kind=kind, time=_text(child, tag), time_kind=time_kind)
        if kind == "error":
            return Event(kind=kind, code=definitions.errors.get(child.get("errorRef", "")))
        if kind == "escalation":
            return Event(kind=kind, code=definitions.escalations.get(child.get("escalationRef", "")))
        return Event(kind=kind)
    return None


def _message(node: etree._Element, definitions: Definitions) -> Event:
    message = definitions.messages.get(node.get("messageRef", ""))
    if message is None:
        return Event(kind="message")
    return Event(kind="message", name=message.get("name"), key=definitions.correlation_key(message))


def _multi(node: etree._Element) -> MultiInstance | None:
    found = node.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if found is None:
        return None
    extension = found.find(f"{_EXTENSIONS}/{ZEEBE}loopCharacteristics")
    loop: dict[str, str] = {} if extension is None else {str(key): str(value) for key, value in extension.attrib.items()}
    return MultiInstance(
        sequential=found.get("isSequential") == "true",
        collection=loop.get("inputCollection"),
        cardinality=_text(found, "loopCardinality"),
        element=loop.get("inputElement"),
        output=loop.get("outputCollection"),
        output_element=loop.get("outputElement"),
        condition=_text(found, "completionCondition"),
    )
