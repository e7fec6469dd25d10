"""A diagram holds exactly one executable process: file, process, version and history share one id."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, children, line_of
from service.errors import Problem

ID = "single-process"

CORRECT = """<bpmn:task id="file_papers" name="归档"/>"""

INCORRECT = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI">
  <process id="example" isExecutable="true">
    <startEvent id="begun"/> <sequenceFlow id="to_done" sourceRef="begun" targetRef="done"/> <endEvent id="done" name="办结"/>
  </process>
  <process id="another" isExecutable="true"/> <!-- ✗ another -->
  <bpmndi:BPMNDiagram>
    <bpmndi:BPMNShape bpmnElement="begun"/>
    <bpmndi:BPMNShape bpmnElement="done"/>
    <bpmndi:BPMNEdge bpmnElement="to_done"/>
  </bpmndi:BPMNDiagram>
</definitions>"""


def check(document: Document) -> Iterator[Problem]:
    executable = [node for node in children(document.root, "process") if node.get("isExecutable") == "true"]
    if not executable:
        yield document.problem(
            ID,
            document.process,
            "图中没有可执行流程；请为流程勾选“可执行”（isExecutable）。",
            "There is no executable process; mark the process as executable.",
        )
    for node in executable[1:]:
        yield Problem(
            rule=ID,
            message="一个文件只能有一个可执行流程；请另存为单独的文件，用调用活动连接。"
            " / A file holds one executable process; move this one to its own file and connect it by a call activity.",
            element=node.get("id"),
            file=document.file,
            line=line_of(node),
        )
