"""An article that an element cites is in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "unknown-article"

CORRECT = """
<bpmn:task id="file_papers" name="归档">
  <bpmn:extensionElements>
    <zeebe:properties><zeebe:property name="article" value="pj-2020#14"/></zeebe:properties>
  </bpmn:extensionElements>
</bpmn:task>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档">
  <bpmn:extensionElements>
    <zeebe:properties>
      <zeebe:property name="article" value="pj-2020#140"/> <!-- ✗ file_papers -->
    </zeebe:properties>
  </bpmn:extensionElements>
</bpmn:task>"""


def check(document: Document) -> Iterator[Problem]:
    known = document.setting.known.articles
    if known is None:
        return
    for element in (*document.scopes()[:1], *document.elements.values()):
        for value, line in element.properties("article"):
            if value.strip() not in known:
                yield document.problem(
                    ID,
                    element,
                    f"条文目录中没有 {value}；请写成“法规编号#条”，如 pj-2020#14，每条一个属性。",
                    f"There is no article {value}; write regulation#article, such as pj-2020#14, one property for each.",
                    line=line,
                )
