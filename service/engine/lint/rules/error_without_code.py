"""An error or escalation that is thrown has a code; one that is caught names an existing one, or none to catch all."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, kind_of, line_of
from service.errors import Problem

ID = "error-without-code"

CORRECT = """
<bpmn:error id="error_refused" name="拒绝" errorCode="refused"/>
<bpmn:task id="file_papers" name="归档"/>
<bpmn:sequenceFlow id="to_refused" sourceRef="file_papers" targetRef="refused"/>
<bpmn:endEvent id="refused" name="拒绝"><bpmn:errorEventDefinition errorRef="error_refused"/></bpmn:endEvent>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:sequenceFlow id="to_refused" sourceRef="file_papers" targetRef="refused"/>
<bpmn:endEvent id="refused" name="拒绝">
  <bpmn:errorEventDefinition/> <!-- ✗ refused -->
</bpmn:endEvent>"""

_THROWS = ("endEvent", "intermediateThrowEvent")


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        event = element.event
        word = kind_of(event).removesuffix("EventDefinition") if event is not None else ""
        if event is None or word not in ("error", "escalation"):
            continue
        reference = event.get(f"{word}Ref")
        target = document.definitions.get(reference or "")
        if not reference and element.kind not in _THROWS:
            continue
        if target is None or kind_of(target) != word or not (target.get(f"{word}Code") or "").strip():
            yield document.problem(
                ID,
                element,
                f"没有指定代码；请选择一个{'错误' if word == 'error' else '升级'}定义并填写代码（{word}Code）。",
                f"There is no code; choose an {word} and give its {word}Code.",
                line=line_of(event),
            )
