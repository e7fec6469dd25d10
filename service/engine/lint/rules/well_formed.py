"""A diagram is well-formed XML with `bpmn:definitions` at its root, and not too large."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.markup import MAX_BYTES, find_fault, parse
from service.errors import Problem

ID = "well-formed"
_ROOT = "{http://www.omg.org/spec/BPMN/20100524/MODEL}definitions"

CORRECT = """<bpmn:task id="file_papers" name="归档"/>"""

INCORRECT = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
  <process id="example" isExecutable="true">
</definitions> <!-- ✗ -->"""


def check_source(file: str, data: bytes) -> Iterator[Problem]:
    fault = find_fault(data)
    if fault is None:
        try:
            if parse(data).tag != _ROOT:
                yield Problem(
                    rule=ID,
                    message="这不是 BPMN 2.0 文件：根元素应为 bpmn:definitions。"
                    " / This is not a BPMN 2.0 file: its root must be bpmn:definitions.",
                    file=file,
                    line=1,
                )
        except ValueError as error:
            yield Problem(rule=ID, message=f"不是有效的 XML：{error} / Not valid XML: {error}", file=file, line=1)
    elif fault.rule == ID:
        yield Problem(
            rule=ID,
            message=f"第 {fault.line} 行第 {fault.column} 列不是有效的 XML：{fault.reason}。"
            f" / Not valid XML at line {fault.line}, column {fault.column}: {fault.reason}.",
            file=file,
            line=fault.line,
        )
    elif fault.rule == "file-size":
        limit = MAX_BYTES // 1024**2
        yield Problem(rule="file-size", message=f"文件超过 {limit} MB。 / The file is larger than {limit} MB.", file=file, line=1)
