"""An expression reads a variable that somebody sets: a form, a handler, a mapping, a decision, a caller, a message. A warning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service import feel
from service.engine.lint.document import Document, kind_of
from service.engine.lint.expressions import Place, list_places
from service.engine.lint.known import Setting
from service.engine.lint.variables import Variables
from service.errors import Problem

ID = "unknown-variable"

CORRECT = """
<bpmn:userTask id="check_papers" name="审查">
  <bpmn:extensionElements><zeebe:formDefinition formId="example.check_papers"/></bpmn:extensionElements>
</bpmn:userTask>
<bpmn:sequenceFlow id="to_file_papers" sourceRef="check_papers" targetRef="file_papers"/>
<bpmn:task id="file_papers" name="归档">
  <bpmn:extensionElements>
    <zeebe:ioMapping><zeebe:input source="=opinion" target="note"/></zeebe:ioMapping>
  </bpmn:extensionElements>
</bpmn:task>"""

INCORRECT = """
<bpmn:startEvent id="begun">
  <bpmn:extensionElements><zeebe:formDefinition formId="example.check_papers"/></bpmn:extensionElements>
</bpmn:startEvent>
<bpmn:sequenceFlow id="to_check_papers" sourceRef="begun" targetRef="check_papers"/>
<bpmn:userTask id="check_papers" name="审查">
  <bpmn:extensionElements><zeebe:formDefinition formId="example.check_papers"/></bpmn:extensionElements>
</bpmn:userTask>
<bpmn:sequenceFlow id="to_file_papers" sourceRef="check_papers" targetRef="file_papers"/>
<bpmn:task id="file_papers" name="归档">
  <bpmn:extensionElements>
    <zeebe:ioMapping>
      <zeebe:input source="=opinoin" target="note"/> <!-- ✗ file_papers -->
    </zeebe:ioMapping>
  </bpmn:extensionElements>
</bpmn:task>"""


def check_bundle(documents: Sequence[Document], setting: Setting) -> Iterator[Problem]:
    variables = Variables(documents, setting)
    for document in documents:
        for place in list_places(document):
            known = variables.seen_at(document, place)
            if known is None or not place.is_feel:
                continue
            try:
                wanted = feel.compile(place.text[1:]).names
            except feel.FeelError:
                continue  # feel-syntax says it
            for name in sorted(wanted - known):
                yield document.problem(
                    ID,
                    place.at,
                    f"{_where(place)}用到变量 {name}，但没有任何表单、处理程序或映射设置它；请更正名称。",
                    f"{place.what} reads {name}, which no form, handler or mapping sets; correct the name.",
                    line=place.line,
                    severity="warning",
                )


def _where(place: Place) -> str:
    node = getattr(place.at, "node", None)
    return f"{place.what} " if node is None or kind_of(node) != "sequenceFlow" else "条件"
