"""From BPMN with `zeebe:` extensions to a `Process`. Open this to see which of our specs stands for which element.

SpiffWorkflow's parser walks the diagram and connects the specs; the hooks here choose the specs and read the dialect.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import SubprocessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from service.engine.kernel import events, joins, nested, steps
from service.engine.kernel.checks import find_problems, problem
from service.engine.kernel.elements import BPMN, Definitions, Element, read_elements, read_flows, read_properties
from service.engine.kernel.multi import MultiInstanceBody
from service.engine.kernel.process import Process
from service.engine.kernel.supported import SUPPORTED_ELEMENTS
from service.errors import InvalidDefinition

_SPECS: Final[Mapping[str, type[steps.Step]]] = {
    "startEvent": steps.StartEvent,
    "endEvent": events.EndEvent,
    "boundaryEvent": events.BoundaryEvent,
    "intermediateCatchEvent": events.CatchEvent,
    "intermediateThrowEvent": events.ThrowEvent,
    "task": steps.NoneTask,
    "manualTask": steps.ManualTask,
    "userTask": steps.UserTask,
    "serviceTask": steps.JobTask,
    "sendTask": events.ThrowEvent,
    "receiveTask": events.CatchEvent,
    "businessRuleTask": steps.DecisionTask,
    "scriptTask": steps.ScriptTask,
    "callActivity": steps.CallActivity,
    "exclusiveGateway": joins.ExclusiveGateway,
    "parallelGateway": joins.ParallelGateway,
    "inclusiveGateway": joins.InclusiveGateway,
    "eventBasedGateway": events.EventGateway,
}
#: These become jobs when they name a handler.
_MAY_BE_JOBS: Final = frozenset({"sendTask", "businessRuleTask", "scriptTask"})


def parse(xml: bytes, *, process: str | None = None) -> Process:
    """Read one process of a BPMN file: the one called `process`, else the first executable one.

    InvalidDefinition carries every problem found. Entities are not resolved and nothing is fetched.
    """
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise InvalidDefinition([problem("xml", f"文件不是有效的 XML：{error.msg}", line=error.lineno)]) from error
    node = _choose(root, process)
    definitions = Definitions(root)
    elements, flows = read_elements(node, definitions), read_flows(node)
    if problems := find_problems(node, elements, flows):
        raise InvalidDefinition(problems)
    identity = node.get("id", "")
    parser = _Parser(elements)
    try:
        parser.add_bpmn_xml(root)
        spec = parser.get_spec(identity)
        subspecs = parser.get_subprocess_specs(identity)
    except ValidationException as error:
        raise InvalidDefinition([problem("structure", str(error), str(error.id) or None)]) from error
    for sheet in (spec, *subspecs.values()):
        for step in sheet.task_specs.values():
            step.seal()
    return Process(
        id=identity,
        name=node.get("name") or identity,
        spec=spec,
        subspecs=MappingProxyType(subspecs),
        elements=MappingProxyType(elements),
        flows=MappingProxyType(flows),
        start_events=tuple(e.id for e in elements.values() if e.kind == "startEvent" and e.parent is None),
        messages=MappingProxyType(definitions.message_keys()),
        properties=read_properties(node),
        lanes=MappingProxyType({lane.get("id", ""): lane.get("name") or "" for lane in node.iter(f"{BPMN}lane")}),
    )


def _choose(root: etree._Element, wanted: str | None) -> etree._Element:
    nodes = [node for node in root.iter(f"{BPMN}process") if node.get("isExecutable") == "true"]
    for node in nodes:
        if wanted is None or node.get("id") == wanted:
            return node
    message = f"文件中没有可执行的流程 {wanted or ''} The file has no such executable process"
    raise InvalidDefinition([problem("process", message)])


class _Sheet(BpmnProcessSpec):
    """The specs of a process or sub-process; without the stock end join, since a branch ends when no token is left in it."""

    def __init__(self, name: str, description: str | None) -> None:
        WorkflowSpec.__init__(self, name=name)
        self.bpmn_start_events: list[Any] = []
        self.task_specs.clear()
        self.start = steps.Start(self, "#start")
        self.end = None
        self.description = description
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}

    def _add_notify(self, task_spec: Any) -> None:
        WorkflowSpec._add_notify(self, task_spec)


class _ProcessParser(ProcessParser):
    def create_spec(self) -> _Sheet:
        return _Sheet(self.bpmn_id, self.get_name())

    def add_tasks(self) -> None:
        for node in self.xpath("./bpmn:startEvent"):
            self.spec.start.connect(self.parse_node(node))
        for node in self.xpath("./bpmn:subProcess[@triggeredByEvent='true']"):
            self.spec.start.connect(self.parse_node(node))

    def parse_data_object(self, obj: Any) -> Any:
        raise NotImplementedError

    def _parse(self) -> None:
        self.spec = self.create_spec()
        self.add_tasks()


class _NodeParser(TaskParser):
    task: Any

    @property
    def element(self) -> Element:
        element: Element = self.process_parser.parser.elements[self.bpmn_id]
        return element

    def create_task(self) -> steps.Step:
        element = self.element
        if element.kind == "subProcess":
            return self._sub_process(element)
        spec_class = steps.JobTask if element.kind in _MAY_BE_JOBS and element.task_type else _SPECS[element.kind]
        spec = spec_class(self.spec, element.id, **self.bpmn_attributes)
        spec.describe(element)
        return spec

    def _sub_process(self, element: Element) -> steps.Step:
        name = SubprocessParser.get_subprocess_spec(self)
        spec_class = nested.EventSubProcess if element.event_sub_process else nested.SubProcess
        spec = spec_class(self.spec, element.id, subworkflow_spec=name, **self.bpmn_attributes)
        spec.describe(element)
        if isinstance(spec, nested.EventSubProcess):
            start = self.node.find(f"{BPMN}startEvent").get("id")
            spec.listen_to(self.process_parser.parser.elements[start])
        return spec

    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        original = self.spec.task_specs.pop(self.task.name)
        self.task = MultiInstanceBody(self.spec, original.name, description="MultiInstance")
        self.task.describe(self.element)
        self._copy_task_attrs(original)

    def _add_boundary_event(self, children: Any) -> steps.Step:
        split = steps.BoundarySplit(self.spec, f"{self.bpmn_id}.BoundaryEventSplit")
        split.connect(self.task)
        for node in children:
            split.connect(self.process_parser.parse_node(node))
        return split

    def connect_outgoing(self, outgoing_task: Any, sequence_flow_node: Any, is_default: bool) -> None:
        condition = None if is_default else self.parse_condition(sequence_flow_node)
        if condition is None:
            self.task.connect(outgoing_task)
        else:
            self.task.connect_if(joins.Condition(condition.strip()), outgoing_task)
        self.task.flows = (*self.task.flows, sequence_flow_node.get("id"))

    def handles_multiple_outgoing(self) -> bool:
        return True

    def get_position(self, node: Any = None) -> dict[str, float]:
        """Keep the flows in document order: the stock parser orders conditions by where the shapes are drawn."""
        return {"x": 0.0, "y": 0.0}

    def parse_incoming_data_references(self) -> list[Any]:
        return []

    def parse_outgoing_data_references(self) -> list[Any]:
        return []


class _Parser(BpmnParser):
    PROCESS_PARSER_CLASS = _ProcessParser

    def __init__(self, elements: Mapping[str, Element]) -> None:
        super().__init__()
        self.elements = elements

    def _get_parser_class(self, tag: str) -> tuple[type[TaskParser] | None, type[steps.Step] | None]:
        known = tag.startswith(BPMN) and tag[len(BPMN) :] in SUPPORTED_ELEMENTS
        return (_NodeParser, steps.Step) if known else (None, None)

    def _find_dependencies(self, process: Any) -> None: ...

    def _add_messages(self, bpmn: Any) -> None: ...

    def _add_correlations(self, bpmn: Any) -> None: ...

    def _add_data_stores(self, bpmn: Any) -> None: ...
