"""Every automatic step names a handler that exists."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, Element, line_of
from service.errors import Problem

ID = "unknown-handler"

CORRECT = """
<bpmn:serviceTask id="check_totals" name="核对合计">
  <bpmn:extensionElements><zeebe:taskDefinition type="check_totals"/></bpmn:extensionElements>
</bpmn:serviceTask>"""

INCORRECT = """
<bpmn:serviceTask id="check_totals" name="核对合计">
  <bpmn:extensionElements>
    <zeebe:taskDefinition type="chekc_totals"/> <!-- ✗ check_totals -->
  </bpmn:extensionElements>
</bpmn:serviceTask>"""

_STEPS = ("serviceTask", "sendTask", "businessRuleTask", "scriptTask")


def check(document: Document) -> Iterator[Problem]:
    known = document.setting.known.handlers
    for element in document.of(*_STEPS):
        definition = element.extension("taskDefinition")
        name = (definition.get("type") or "").strip() if definition is not None else ""
        line = line_of(definition) if definition is not None else None
        if not name:
            if definition is None and _does_otherwise(element):
                continue
            yield document.problem(
                ID,
                element,
                f'没有指定处理程序；请设置 zeebe:taskDefinition type="{element.id}"。',
                f'No handler is named; set zeebe:taskDefinition type="{element.id}".',
                line=line,
            )
        elif known is not None and not name.startswith("=") and name not in known:
            yield document.problem(
                ID,
                element,
                f"没有名为 {name} 的处理程序；请在 handlers 中编写或更正名称。",
                f"There is no handler {name}; write it in handlers or correct the name.",
                line=line,
            )


def _does_otherwise(element: Element) -> bool:
    """A decision, an expression or a message does the step; rules of their own look at those."""
    return element.kind in ("businessRuleTask", "scriptTask") or (
        element.kind == "sendTask" and "messageRef" in element.node.attrib
    )
