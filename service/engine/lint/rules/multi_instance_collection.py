"""A multi-instance activity says over what it runs, and where the results go."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, children, extensions, line_of
from service.errors import Problem

ID = "multi-instance-collection"

CORRECT = """
<bpmn:task id="file_papers" name="归档">
  <bpmn:multiInstanceLoopCharacteristics>
    <bpmn:extensionElements>
      <zeebe:loopCharacteristics inputCollection="=papers" inputElement="paper"/>
    </bpmn:extensionElements>
  </bpmn:multiInstanceLoopCharacteristics>
</bpmn:task>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档">
  <bpmn:multiInstanceLoopCharacteristics/> <!-- ✗ file_papers -->
</bpmn:task>"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        if element.loop is None:
            continue
        given = next(extensions(element.loop, "loopCharacteristics"), None)
        if given is None and next(children(element.loop, "loopCardinality"), None) is not None:
            continue
        if given is None or not (given.get("inputCollection") or "").strip().startswith("="):
            yield document.problem(
                ID,
                element,
                "多实例没有输入集合；请设置 inputCollection，如“=dimensions”。",
                "The multi-instance has no collection; set inputCollection, such as '=dimensions'.",
                line=line_of(given if given is not None else element.loop),
            )
        elif bool(given.get("outputCollection")) != bool(given.get("outputElement")):
            yield document.problem(
                ID,
                element,
                "outputCollection 与 outputElement 必须同时填写，否则结果会丢失。",
                "outputCollection and outputElement go together; without one the results are lost.",
                line=line_of(given),
            )
