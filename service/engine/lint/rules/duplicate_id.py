"""No id is used twice in a diagram: history, forms and handlers find an element by its id alone."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, line_of
from service.errors import Problem

ID = "duplicate-id"

CORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="file_papers" targetRef="publish"/>
<bpmn:task id="publish" name="公开"/>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:sequenceFlow id="file_papers" sourceRef="file_papers" targetRef="publish"/> <!-- ✗ file_papers -->
<bpmn:task id="publish" name="公开"/>"""


def check(document: Document) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for node in document.root.iter("*"):
        id = node.get("id")
        if id is None:
            continue
        if id in lines:
            yield Problem(
                rule=ID,
                message=f"编号 {id} 已在第 {lines[id]} 行使用；请改成不同的编号。"
                f" / The id {id} is already used in line {lines[id]}; choose another.",
                element=id,
                file=document.file,
                line=line_of(node),
            )
        else:
            lines[id] = line_of(node)
