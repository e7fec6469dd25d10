"""A call activity names a process that exists."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, line_of
from service.errors import Problem

ID = "unknown-called-process"

CORRECT = """
<bpmn:callActivity id="ask_for_more" name="补正">
  <bpmn:extensionElements>
    <zeebe:calledElement processId="supplement" propagateAllParentVariables="true"/>
  </bpmn:extensionElements>
</bpmn:callActivity>"""

INCORRECT = """
<bpmn:callActivity id="ask_for_more" name="补正">
  <bpmn:extensionElements>
    <zeebe:calledElement processId="suplement" propagateAllParentVariables="true"/> <!-- ✗ ask_for_more -->
  </bpmn:extensionElements>
</bpmn:callActivity>"""


def check(document: Document) -> Iterator[Problem]:
    known = document.setting.known.processes
    for element in document.of("callActivity"):
        called = element.extension("calledElement")
        id = (called.get("processId") or "").strip() if called is not None else ""
        if not id:
            yield document.problem(
                ID,
                element,
                "没有指定被调用的流程；请设置 zeebe:calledElement processId。",
                "No called process is named; set zeebe:calledElement processId.",
            )
        elif known is not None and not id.startswith("=") and id not in known:
            yield document.problem(
                ID,
                element,
                f"没有流程 {id}；请更正编号，或一并部署该流程。",
                f"There is no process {id}; correct the id, or deploy that process too.",
                line=line_of(called) if called is not None else None,
            )
