"""A diagram has no DOCTYPE: it could declare entities that read files or fill the memory."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.markup import find_fault
from service.errors import Problem

ID = "no-doctype"

CORRECT = """<bpmn:task id="file_papers" name="归档"/>"""

INCORRECT = """<!DOCTYPE definitions [<!ENTITY secret SYSTEM "file:///etc/passwd">]> <!-- ✗ -->
<definitions>&secret;</definitions>"""


def check_source(file: str, data: bytes) -> Iterator[Problem]:
    fault = find_fault(data)
    if fault is not None and fault.rule == ID:
        yield Problem(
            rule=ID,
            message="文件含有 DOCTYPE 声明，可能引用外部实体；请删除该声明。"
            " / The file has a DOCTYPE, which may declare entities; delete it.",
            file=file,
            line=fault.line,
        )
