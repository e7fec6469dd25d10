"""An input or output mapping has a source and a target that is a name."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, kind_of, line_of
from service.errors import Problem

ID = "io-mapping"

CORRECT = """
<bpmn:task id="file_papers" name="归档">
  <bpmn:extensionElements>
    <zeebe:ioMapping><zeebe:input source="=papers" target="folder"/></zeebe:ioMapping>
  </bpmn:extensionElements>
</bpmn:task>"""

INCORRECT = """
<bpmn:task id="file_papers" name="归档">
  <bpmn:extensionElements>
    <zeebe:ioMapping>
      <zeebe:input source="=papers" target="the folder"/> <!-- ✗ file_papers -->
    </zeebe:ioMapping>
  </bpmn:extensionElements>
</bpmn:task>"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        for mapping in (*element.mappings("input"), *element.mappings("output")):
            target, source = (mapping.get("target") or "").strip(), (mapping.get("source") or "").strip()
            if not all(part.isidentifier() for part in target.split(".")) or source in ("", "="):
                yield document.problem(
                    ID,
                    element,
                    f"{'输入' if kind_of(mapping) == 'input' else '输出'}映射需要来源和变量名：“{source}” → “{target}”。",
                    f"The {kind_of(mapping)} mapping needs a source and a variable's name: '{source}' → '{target}'.",
                    line=line_of(mapping),
                )
