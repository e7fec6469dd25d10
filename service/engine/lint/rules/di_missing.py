"""Every element, flow and lane is drawn, so that people see where their case is. Without any drawing at all: a warning."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import BPMNDI, Document
from service.errors import Problem

ID = "di-missing"

CORRECT = """<bpmn:task id="file_papers" name="归档"/>"""

INCORRECT = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI">
  <process id="example" isExecutable="true">
    <startEvent id="begun"/>
    <sequenceFlow id="to_done" sourceRef="begun" targetRef="done"/> <!-- ✗ to_done -->
    <endEvent id="done" name="办结"/>
  </process>
  <bpmndi:BPMNDiagram>
    <bpmndi:BPMNShape bpmnElement="begun"/>
    <bpmndi:BPMNShape bpmnElement="done"/>
  </bpmndi:BPMNDiagram>
</definitions>"""


def check(document: Document) -> Iterator[Problem]:
    if document.process is None:
        return
    drawn = {node.get("bpmnElement") for node in document.root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")}
    if not drawn:
        yield document.problem(
            ID,
            document.process,
            "文件中没有图形信息，流程图无法显示；请在建模器中布局后保存。",
            "The file holds no drawing, so the diagram cannot be shown; lay it out in the modeller.",
            severity="warning",
        )
        return
    for each in document.parts():
        if each.id not in drawn:
            yield document.problem(
                ID,
                each,
                "没有画在图上；请在建模器中打开并保存。",
                "This is not drawn; open the file in the modeller and save it.",
            )
