"""A call activity says what the child case gets: its inputs, or openly everything. Otherwise all variables leak: a warning."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, line_of
from service.errors import Problem

ID = "called-element-input"

CORRECT = """
<bpmn:callActivity id="ask_for_more" name="补正">
  <bpmn:extensionElements>
    <zeebe:calledElement processId="supplement" propagateAllChildVariables="false"/>
    <zeebe:ioMapping><zeebe:input source="=missing_items" target="items"/></zeebe:ioMapping>
  </bpmn:extensionElements>
</bpmn:callActivity>"""

INCORRECT = """
<bpmn:callActivity id="ask_for_more" name="补正">
  <bpmn:extensionElements>
    <zeebe:calledElement processId="supplement"/> <!-- ✗ ask_for_more -->
  </bpmn:extensionElements>
</bpmn:callActivity>"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.of("callActivity"):
        called = element.extension("calledElement")
        if called is None or called.get("propagateAllParentVariables") == "true":
            continue
        if next(element.mappings("input"), None) is None:
            yield document.problem(
                ID,
                element,
                '没有输入映射，全部变量都会传给子案件；请写明输入，或设 propagateAllParentVariables="true" 表示有意如此。',
                "There are no inputs, so the child case gets every variable; map the inputs, or say so by "
                'propagateAllParentVariables="true".',
                line=line_of(called),
                severity="warning",
            )
