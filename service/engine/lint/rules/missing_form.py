"""A user task has a form, and every form that a task or start event names exists."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, line_of
from service.errors import Problem

ID = "missing-form"

CORRECT = """
<bpmn:userTask id="check_application" name="审查">
  <bpmn:extensionElements><zeebe:formDefinition formId="example.check_application"/></bpmn:extensionElements>
</bpmn:userTask>"""

INCORRECT = """
<bpmn:userTask id="check_application" name="审查">
  <bpmn:extensionElements>
    <zeebe:formDefinition formId="example.no_such_form"/> <!-- ✗ check_application -->
  </bpmn:extensionElements>
</bpmn:userTask>"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.of("userTask", "startEvent"):
        definition = element.extension("formDefinition")
        id = (definition.get("formId") or "") if definition is not None else ""
        if id and id not in document.setting.forms:
            yield document.problem(
                ID,
                element,
                f"没有表单 {id}；请新建文件 {id.replace('.', '/')}.form 或更正 formId。",
                f"There is no form {id}; add the file {id.replace('.', '/')}.form or correct the formId.",
                line=line_of(definition) if definition is not None else None,
            )
        elif not id and (element.kind == "userTask" or definition is not None):
            wanted = f"{document.id}.{element.id}"
            yield document.problem(
                ID,
                element,
                f'没有指定表单；请设置 zeebe:formDefinition formId="{wanted}"。',
                f'No form is named; set zeebe:formDefinition formId="{wanted}".',
            )
