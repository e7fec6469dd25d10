"""Every expression after `=` is FEEL that compiles; a condition always is one."""

from __future__ import annotations

from collections.abc import Iterator

from service import feel
from service.engine.lint.document import Document
from service.engine.lint.expressions import list_places
from service.errors import Problem

ID = "feel-syntax"

CORRECT = """
<bpmn:task id="file_papers" name="归档">
  <bpmn:extensionElements>
    <zeebe:ioMapping><zeebe:output source="=total * 2" target="twice"/></zeebe:ioMapping>
  </bpmn:extensionElements>
</bpmn:task>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档">
  <bpmn:extensionElements>
    <zeebe:ioMapping>
      <zeebe:output source="=total * (2 +" target="twice"/> <!-- ✗ file_papers -->
    </zeebe:ioMapping>
  </bpmn:extensionElements>
</bpmn:task>"""

_ALWAYS = ("conditionExpression", "completionCondition", "loopCardinality")


def check(document: Document) -> Iterator[Problem]:
    for place in list_places(document):
        if not place.is_feel:
            if place.what in _ALWAYS and place.text:
                yield document.problem(
                    ID,
                    place.at,
                    f"{place.what} 应以 = 开头，如“={place.text}”。",
                    f"{place.what} must begin with =, such as '={place.text}'.",
                    line=place.line,
                )
            continue
        try:
            feel.compile(place.text[1:])
        except feel.FeelError as error:
            where = error.position + 2  # counted from 1, and the equals sign is part of what the designer sees
            yield document.problem(
                ID,
                place.at,
                f"{place.what} 的表达式“{place.text}”第 {where} 个字符处有误：{error.message}",
                f"{place.what}: the expression '{place.text}' is wrong at character {where}: {error.message_en}",
                line=place.line,
            )
