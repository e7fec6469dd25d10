"""An element is drawn inside the lane that it belongs to, so that the drawing says truly who does it."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.engine.lint.drawing import drawing_of, list_nodes
from service.errors import Problem

ID = "di-outside-lane"

_FILE = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">
  <process id="example" isExecutable="true">
    <laneSet id="lanes">
      <lane id="clerk" name="经办人"><flowNodeRef>begun</flowNodeRef><flowNodeRef>done</flowNodeRef></lane>
      <lane id="lead" name="负责人"/>
    </laneSet>
    <startEvent id="begun"/>
    <sequenceFlow id="to_done" sourceRef="begun" targetRef="done"/>
    <endEvent id="done" name="办结"/>MARK
  </process>
  <bpmndi:BPMNDiagram>
    <bpmndi:BPMNShape bpmnElement="clerk"><dc:Bounds x="100" y="100" width="600" height="200"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="lead"><dc:Bounds x="100" y="300" width="600" height="200"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="begun"><dc:Bounds x="150" y="182" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="done"><dc:Bounds x="360" y="TOP" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge bpmnElement="to_done"/>
  </bpmndi:BPMNDiagram>
</definitions>"""

CORRECT = _FILE.replace("TOP", "182").replace("MARK", "")

INCORRECT = _FILE.replace("TOP", "382").replace("MARK", " <!-- ✗ done -->")


def check(document: Document) -> Iterator[Problem]:
    boxes = drawing_of(document).boxes
    lanes = [(lane, boxes[lane.id]) for lane in document.lanes if lane.id in boxes]
    for element, box in list_nodes(document):
        for lane, area in lanes:
            if element.id not in lane.members:
                continue
            # A boundary event may lie on the edge of a task that itself lies at the edge of its lane.
            inside = area.has(box.middle) if element.kind == "boundaryEvent" else area.holds(box)
            if not inside:
                yield document.problem(
                    ID,
                    element,
                    f"属于泳道 {lane.id}，却画在了它的外面；请移回泳道内，或改为所画泳道的成员。",
                    f"This belongs to the lane {lane.id} but is drawn outside it; move it, or change its lane.",
                )
