"""A period that a `deadline` property or a `deadline("…", …)` call names is in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.engine.lint.expressions import list_places
from service.errors import Problem

ID = "unknown-period"

CORRECT = """
<bpmn:manualTask id="visit_site" name="现场核查">
  <bpmn:extensionElements>
    <zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, filed_on)"/>
  </bpmn:extensionElements>
</bpmn:manualTask>"""

INCORRECT = """
<bpmn:manualTask id="visit_site" name="现场核查">
  <bpmn:extensionElements>
    <zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-81a&quot;, filed_on)"/> <!-- ✗ visit_site -->
  </bpmn:extensionElements>
</bpmn:manualTask>"""


def check(document: Document) -> Iterator[Problem]:
    known = document.setting.known.periods
    if known is None:
        return
    named = [
        (element, id.strip(), line)
        for element in (*document.scopes()[:1], *document.elements.values())
        for value, line in element.properties("deadline")
        for id in value.split(",")
    ]
    called = [(place.at, id, place.line) for place in list_places(document) for id in place.periods]
    for at, id, line in (*named, *called):
        if id not in known:
            yield document.problem(
                ID,
                at,
                f"期限目录中没有 {id}；请使用已登记的期限编号。",
                f"There is no period {id} in the catalogue; use the id of a registered period.",
                line=line,
            )
