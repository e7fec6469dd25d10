"""The process id is the name of its file, so that either finds the other."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "process-id-is-file-name"

CORRECT = """<bpmn:task id="file_papers" name="归档"/>"""

INCORRECT = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI">
  <process id="something_else" isExecutable="true"> <!-- ✗ something_else -->
    <startEvent id="begun"/> <sequenceFlow id="to_done" sourceRef="begun" targetRef="done"/> <endEvent id="done" name="办结"/>
  </process>
  <bpmndi:BPMNDiagram>
    <bpmndi:BPMNShape bpmnElement="begun"/>
    <bpmndi:BPMNShape bpmnElement="done"/>
    <bpmndi:BPMNEdge bpmnElement="to_done"/>
  </bpmndi:BPMNDiagram>
</definitions>"""


def check(document: Document) -> Iterator[Problem]:
    if document.process is not None and document.id != document.stem:
        yield document.problem(
            ID,
            document.process,
            f"流程编号 {document.id} 与文件名 {document.stem} 不一致；请改成相同。",
            f"The process id {document.id} differs from the file name {document.stem}; make them equal.",
        )
