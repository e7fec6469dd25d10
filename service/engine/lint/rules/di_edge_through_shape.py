"""The line of a flow runs around the elements that it does not connect; otherwise it seems to lead into them."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.engine.lint.drawing import drawing_of, list_around, list_nodes
from service.errors import Problem

ID = "di-edge-through-shape"

_FILE = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI">
  <process id="example" isExecutable="true">
    <startEvent id="begun"/>
    <sequenceFlow id="to_both" sourceRef="begun" targetRef="both"/>
    <parallelGateway id="both" name="同时办理"/>
    <sequenceFlow id="to_file_papers" sourceRef="both" targetRef="file_papers"/>
    <sequenceFlow id="to_filed" sourceRef="file_papers" targetRef="filed"/>
    <sequenceFlow id="to_done" sourceRef="both" targetRef="done"/>MARK
    <task id="file_papers" name="归档"/>
    <endEvent id="filed" name="已归档"/>
    <endEvent id="done" name="办结"/>
  </process>
  <bpmndi:BPMNDiagram>
    <bpmndi:BPMNShape bpmnElement="begun"><dc:Bounds x="100" y="122" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="both"><dc:Bounds x="160" y="115" width="50" height="50"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="file_papers"><dc:Bounds x="260" y="100" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="filed"><dc:Bounds x="400" y="122" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="done"><dc:Bounds x="400" y="222" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge bpmnElement="to_both"><di:waypoint x="136" y="140"/><di:waypoint x="160" y="140"/></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge bpmnElement="to_file_papers">
      <di:waypoint x="210" y="140"/><di:waypoint x="260" y="140"/>
    </bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge bpmnElement="to_filed"><di:waypoint x="360" y="140"/><di:waypoint x="400" y="140"/></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge bpmnElement="to_done">
      <di:waypoint x="185" y="165"/>CORNER<di:waypoint x="400" y="240"/>
    </bpmndi:BPMNEdge>
  </bpmndi:BPMNDiagram>
</definitions>"""

CORRECT = _FILE.replace("CORNER", '<di:waypoint x="185" y="240"/>').replace("MARK", "")

INCORRECT = _FILE.replace("CORNER", '<di:waypoint x="300" y="165"/>').replace("MARK", " <!-- ✗ to_done -->")


def check(document: Document) -> Iterator[Problem]:
    drawing, nodes = drawing_of(document), list_nodes(document)
    for flow in document.flows:
        ends = [document.elements[id] for id in (flow.source, flow.target) if id in document.elements]
        spared = {flow.source, flow.target}.union(*(list_around(document, end) for end in ends))
        for element, box in nodes:
            if element.id in spared:
                continue
            if any(box.is_crossed(start, end) for start, end in drawing.segments(flow.id)):
                yield document.problem(
                    ID,
                    flow,
                    f"这条顺序流的连线穿过了 {element.id}；请绕开它。",
                    f"The line of this flow runs through {element.id}; lead it around.",
                )
