"""Whether a step may be sent back from (`send_back`) or to (`returnable`) is said by true or false, at a step of people."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import WAITS_FOR_PEOPLE, Document
from service.errors import Problem

ID = "unknown-return"

CORRECT = """
<bpmn:manualTask id="visit_site" name="现场核查">
  <bpmn:extensionElements>
    <zeebe:properties><zeebe:property name="send_back" value="false"/></zeebe:properties>
  </bpmn:extensionElements>
</bpmn:manualTask>"""

INCORRECT = """
<bpmn:manualTask id="visit_site" name="现场核查">
  <bpmn:extensionElements>
    <zeebe:properties>
      <zeebe:property name="returnable" value="no"/> <!-- ✗ visit_site -->
    </zeebe:properties>
  </bpmn:extensionElements>
</bpmn:manualTask>"""

_NAMES = {"send_back": WAITS_FOR_PEOPLE, "returnable": (*WAITS_FOR_PEOPLE, "startEvent")}


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        for name, kinds in _NAMES.items():
            for value, line in element.properties(name):
                if value not in ("true", "false"):
                    yield document.problem(
                        ID,
                        element,
                        f"{name} 只能是 true 或 false，不能是“{value}”。",
                        f"{name} is true or false, not '{value}'.",
                        line=line,
                    )
                elif element.kind not in kinds:
                    yield document.problem(
                        ID,
                        element,
                        f"{name} 只用于人工办理的环节。",
                        f"{name} is for steps that people do.",
                        line=line,
                    )
