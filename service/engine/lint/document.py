"""A diagram as the lint rules see it: its elements, flows, lanes and messages by id, each with its line.

Open it when a rule needs something of the diagram that the index does not offer yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from service.engine.lint.known import Setting
from service.engine.lint.markup import parse
from service.errors import Problem

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"

WAITS_FOR_PEOPLE = ("userTask", "manualTask")
EMBEDDED = ("subProcess", "transaction", "adHocSubProcess")
BRANCHING = ("exclusiveGateway", "inclusiveGateway")

Attributes = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Element:
    """A flow node or the process itself. `kind` is its BPMN name, `scope` the id of the (sub-)process that holds it."""

    id: str
    kind: str
    line: int
    scope: str | None
    node: etree._Element

    @property
    def name(self) -> str:
        return (self.node.get("name") or "").strip()

    @property
    def is_activity(self) -> bool:
        return self.kind.lower().endswith(("task", "subprocess")) or self.kind in ("callActivity", "transaction")

    @property
    def is_event_subprocess(self) -> bool:
        return self.kind == "subProcess" and self.node.get("triggeredByEvent") == "true"

    @cached_property
    def event(self) -> etree._Element | None:
        """The event definition (a timer, a message …) of an event; None for a plain one."""
        return next((child for child in children(self.node) if kind_of(child).endswith("EventDefinition")), None)

    @cached_property
    def loop(self) -> etree._Element | None:
        return next(children(self.node, "multiInstanceLoopCharacteristics"), None)

    def extensions(self, name: str) -> Iterator[etree._Element]:
        """The `zeebe:` extension elements of this name."""
        return extensions(self.node, name)

    def extension(self, name: str) -> etree._Element | None:
        return next(self.extensions(name), None)

    def mappings(self, direction: str) -> Iterator[etree._Element]:
        """The variable mappings of one direction, "input" or "output"."""
        for group in self.extensions("ioMapping"):
            yield from group.iterfind(f"{{{ZEEBE}}}{direction}")

    def properties(self, name: str) -> Iterator[tuple[str, int]]:
        """The values of the `zeebe:property` of this name, with their lines. A name may repeat."""
        for group in self.extensions("properties"):
            for entry in group.iterfind(f"{{{ZEEBE}}}property"):
                if entry.get("name") == name:
                    yield entry.get("value") or "", line_of(entry)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """A sequence flow. `condition` is the text of its condition, stripped; None when it has none."""

    id: str
    source: str
    target: str
    condition: str | None
    line: int
    scope: str
    node: etree._Element


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lane:
    """A lane, and the ids of the elements drawn directly in it."""

    id: str
    name: str
    line: int
    members: frozenset[str]


Part = Element | Flow | Lane


@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    """One diagram. `elements` and `flows` are those of `process`, the executable one; the first wins where an id repeats."""

    file: str
    root: etree._Element
    process: Element | None
    elements: Mapping[str, Element] = field(default_factory=dict)
    flows: tuple[Flow, ...] = ()
    lanes: tuple[Lane, ...] = ()
    setting: Setting = field(default_factory=Setting)

    @property
    def id(self) -> str:
        return self.process.id if self.process is not None else ""

    @property
    def stem(self) -> str:
        return PurePosixPath(self.file).stem

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        found: dict[str, tuple[Flow, ...]] = {}
        for flow in self.flows:
            found[flow.source] = (*found.get(flow.source, ()), flow)
        return found

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        found: dict[str, tuple[Flow, ...]] = {}
        for flow in self.flows:
            found[flow.target] = (*found.get(flow.target, ()), flow)
        return found

    @cached_property
    def definitions(self) -> Mapping[str, etree._Element]:
        """What stands beside the process and is referred to by id: messages, errors, escalations, signals."""
        return {node.get("id") or "": node for node in children(self.root)}

    @cached_property
    def _lane_by_member(self) -> Mapping[str, Lane]:
        return {member: lane for lane in self.lanes for member in lane.members}

    def of(self, *kinds: str) -> Iterator[Element]:
        """The elements of these kinds, in the order of the file."""
        return (element for element in self.elements.values() if element.kind in kinds)

    def inside(self, scope: str) -> tuple[Element, ...]:
        """The elements directly in this process or sub-process."""
        return tuple(element for element in self.elements.values() if element.scope == scope)

    def scopes(self) -> tuple[Element, ...]:
        """The process and its embedded sub-processes."""
        return () if self.process is None else (self.process, *self.of(*EMBEDDED))

    def find_lane(self, element: Element) -> Lane | None:
        """The innermost lane of an element; inside a sub-process that of the sub-process."""
        current: Element | None = element
        while current is not None:
            lane = self._lane_by_member.get(current.id)
            if lane is not None:
                return lane
            current = self.elements.get(current.scope or "")
        return None

    def parts(self) -> tuple[Part, ...]:
        """Everything that has an id of its own and is drawn: elements, flows and lanes."""
        return (*self.elements.values(), *self.flows, *self.lanes)

    def problem(
        self, rule: str, at: Part | None, zh: str, en: str, *, line: int | None = None, severity: str = "error"
    ) -> Problem:
        """Say in both languages what is wrong at an element, a flow or a lane (None: the diagram as a whole)."""
        return Problem(
            rule=rule,
            message=f"{zh} / {en}",
            element=at.id if at is not None else None,
            file=self.file,
            line=line or (at.line if at is not None else 1),
            severity=severity,
        )


def read(file: str, data: bytes, *, setting: Setting | None = None) -> Document:
    """Index one diagram. ValueError for bytes that the source rules refuse."""
    root = parse(data)
    processes = list(children(root, "process"))
    node = next((each for each in processes if each.get("isExecutable") == "true"), processes[0] if processes else None)
    if node is None:
        return Document(file=file, root=root, process=None, setting=setting or Setting())
    process = Element(id=node.get("id") or "", kind="process", line=line_of(node), scope=None, node=node)
    elements: dict[str, Element] = {}
    flows: list[Flow] = []
    _collect(node, process.id, elements, flows)
    lanes = tuple(
        Lane(
            id=lane.get("id") or "",
            name=(lane.get("name") or "").strip(),
            line=line_of(lane),
            members=frozenset((member.text or "").strip() for member in children(lane, "flowNodeRef")),
        )
        for lane in node.iter(f"{{{BPMN}}}lane")
    )
    return Document(
        file=file,
        root=root,
        process=process,
        elements=elements,
        flows=tuple(flows),
        lanes=lanes,
        setting=setting or Setting(),
    )


def _collect(parent: etree._Element, scope: str, elements: dict[str, Element], flows: list[Flow]) -> None:
    for node in children(parent):
        kind, id = kind_of(node), node.get("id") or ""
        if kind == "sequenceFlow":
            condition = next(children(node, "conditionExpression"), None)
            flows.append(
                Flow(
                    id=id,
                    source=node.get("sourceRef") or "",
                    target=node.get("targetRef") or "",
                    condition=None if condition is None else (condition.text or "").strip(),
                    line=line_of(node),
                    scope=scope,
                    node=node,
                )
            )
        elif _is_flow_node(kind):
            elements.setdefault(id, Element(id=id, kind=kind, line=line_of(node), scope=scope, node=node))
            if kind in EMBEDDED:
                _collect(node, id, elements, flows)


def _is_flow_node(kind: str) -> bool:
    return kind in ("task", "callActivity", *EMBEDDED) or kind.endswith(("Task", "Event", "Gateway"))


def children(node: etree._Element, kind: str | None = None) -> Iterator[etree._Element]:
    """The BPMN elements directly below `node`; comments and foreign elements are left out."""
    return node.iterchildren(f"{{{BPMN}}}{kind or '*'}")


def extensions(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """The `zeebe:` extension elements of this name directly at `node`."""
    return node.iterfind(f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}{name}")


def kind_of(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2]


def line_of(node: etree._Element) -> int:
    line: Any = node.sourceline  # not typed by lxml's stubs
    return line if isinstance(line, int) else 1
