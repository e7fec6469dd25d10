"""The name of an event, a gateway or a flow stands beside the elements, not on one of them or on another name."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, Element
from service.engine.lint.drawing import Box, drawing_of, list_around, list_nodes
from service.errors import Problem

ID = "di-label-overlap"

_FILE = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">
  <process id="example" isExecutable="true">
    <startEvent id="begun"/>
    <sequenceFlow id="to_done" sourceRef="begun" targetRef="done"/>
    <endEvent id="done" name="办结"/>MARK
  </process>
  <bpmndi:BPMNDiagram>
    <bpmndi:BPMNShape bpmnElement="begun"><dc:Bounds x="100" y="122" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="done">
      <dc:Bounds x="200" y="122" width="36" height="36"/>
      <bpmndi:BPMNLabel><dc:Bounds x="204" y="TOP" width="28" height="14"/></bpmndi:BPMNLabel>
    </bpmndi:BPMNShape>
    <bpmndi:BPMNEdge bpmnElement="to_done"/>
  </bpmndi:BPMNDiagram>
</definitions>"""

CORRECT = _FILE.replace("TOP", "165").replace("MARK", "")

INCORRECT = _FILE.replace("TOP", "133").replace("MARK", " <!-- ✗ done -->")


def check(document: Document) -> Iterator[Problem]:
    drawing, nodes = drawing_of(document), list_nodes(document)
    flows = {flow.id: flow for flow in document.flows}
    seen: list[tuple[str, Box]] = []
    for id, label in drawing.labels.items():
        part = document.elements.get(id) or flows.get(id)
        if part is None:
            continue
        element = document.elements.get(id)
        if element is not None and element.is_activity:
            continue  # its name stands inside
        ends = [element.id] if element is not None else [flows[id].source, flows[id].target]
        around = set().union(*(list_around(document, document.elements[end]) for end in ends if end in document.elements))
        # A boundary event's name may not cover the activity that the event sits on.
        around -= {host for end in ends if end in document.elements if (host := document.elements[end].node.get("attachedToRef"))}
        covered = [node.id for node, box in nodes if _covers(label, node, box) and node.id not in around]
        covered += [other for other, box in seen if label.overlaps(box)]
        seen.append((id, label))
        if covered:
            yield document.problem(
                ID,
                part,
                f"名称盖住了 {'、'.join(covered)}；请把名称移到空处。",
                f"The name covers {', '.join(covered)}; move it to a free place.",
            )


def _covers(label: Box, node: Element, box: Box) -> bool:
    return label.overlaps(box) and (not node.kind.endswith("Gateway") or label.covers_diamond(box))
