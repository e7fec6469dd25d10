"""Separation of duty names elements that exist somewhere in the bundle: a misspelt one would bar nobody."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "unknown-sod"

CORRECT = """
<bpmn:manualTask id="visit_site" name="现场核查">
  <bpmn:extensionElements>
    <zeebe:properties><zeebe:property name="sod" value="submitter"/></zeebe:properties>
  </bpmn:extensionElements>
</bpmn:manualTask>"""

INCORRECT = """
<bpmn:manualTask id="visit_site" name="现场核查">
  <bpmn:extensionElements>
    <zeebe:properties>
      <zeebe:property name="sod" value="submitter, chek_papers"/> <!-- ✗ visit_site -->
    </zeebe:properties>
  </bpmn:extensionElements>
</bpmn:manualTask>"""

_WORDS = ("submitter", "self")


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        for value, line in element.properties("sod"):
            for id in (part.strip() for part in value.split(",")):
                target = id.rpartition(":")[2]  # a rule and the word project may stand before it
                if target not in _WORDS and target not in document.setting.elements:
                    yield document.problem(
                        ID,
                        element,
                        f"职责分离所指的环节“{id}”在任何流程中都不存在；可写环节编号、submitter 或 self。",
                        f"Separation of duty names '{id}', which is in no diagram; give element ids, submitter or self.",
                        line=line,
                    )
                elif target == "self" and element.loop is None:
                    yield document.problem(
                        ID,
                        element,
                        "self 只能用于多实例任务。",
                        "self is for multi-instance tasks only.",
                        line=line,
                    )
