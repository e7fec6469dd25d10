"""Drawn elements do not cover each other: what lies below cannot be read or clicked."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.engine.lint.drawing import list_around, list_nodes
from service.errors import Problem

ID = "di-overlap"

_FILE = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">
  <process id="example" isExecutable="true">
    <startEvent id="begun"/>
    <sequenceFlow id="to_file_papers" sourceRef="begun" targetRef="file_papers"/>
    <task id="file_papers" name="归档"/>
    <sequenceFlow id="to_done" sourceRef="file_papers" targetRef="done"/>
    <endEvent id="done" name="办结"/>MARK
  </process>
  <bpmndi:BPMNDiagram>
    <bpmndi:BPMNShape bpmnElement="begun"><dc:Bounds x="100" y="122" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="file_papers"><dc:Bounds x="200" y="100" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="done"><dc:Bounds x="LEFT" y="122" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge bpmnElement="to_file_papers"/>
    <bpmndi:BPMNEdge bpmnElement="to_done"/>
  </bpmndi:BPMNDiagram>
</definitions>"""

CORRECT = _FILE.replace("LEFT", "360").replace("MARK", "")

INCORRECT = _FILE.replace("LEFT", "280").replace("MARK", " <!-- ✗ done -->")


def check(document: Document) -> Iterator[Problem]:
    nodes = list_nodes(document)
    around = {element.id: list_around(document, element) for element, _ in nodes}
    for index, (element, box) in enumerate(nodes):
        for other, its_box in nodes[:index]:
            if box.overlaps(its_box) and other.id not in around[element.id] and element.id not in around[other.id]:
                yield document.problem(
                    ID,
                    element,
                    f"与 {other.id} 画在了一起；请把两者分开。",
                    f"This covers {other.id} in the drawing; move them apart.",
                )
