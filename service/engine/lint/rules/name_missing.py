"""What people read has a Chinese name: activities, gateways that split, end events, and events that wait or throw. A warning."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "name-missing"

CORRECT = """<bpmn:task id="file_papers" name="归档"/>"""

INCORRECT = """<bpmn:task id="file_papers" name="File the papers"/> <!-- ✗ file_papers -->"""

_CHINESE = re.compile(r"[\u3400-\u9fff]")

_EVENTS = ("endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent")


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        splits = element.kind.endswith("Gateway") and len(document.outgoing.get(element.id, ())) > 1
        if (element.is_activity or splits or element.kind in _EVENTS) and not _CHINESE.search(element.name):
            yield document.problem(
                ID,
                element,
                "没有中文名称；办理人员和申请人看到的是名称。",
                "There is no Chinese name; it is what clerks and applicants read.",
                severity="warning",
            )
