"""A process has one plain start event at most and some start event; an embedded sub-process has exactly one, plain."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "start-event-single-none"

CORRECT = """
<bpmn:startEvent id="begun"/>
<bpmn:sequenceFlow id="to_file_papers" sourceRef="begun" targetRef="file_papers"/>
<bpmn:task id="file_papers" name="归档"/>"""

INCORRECT = """
<bpmn:startEvent id="begun"/>
<bpmn:startEvent id="begun_again"/> <!-- ✗ begun_again -->
<bpmn:sequenceFlow id="to_file_papers" sourceRef="begun" targetRef="file_papers"/>
<bpmn:sequenceFlow id="to_file_papers_again" sourceRef="begun_again" targetRef="file_papers"/>
<bpmn:task id="file_papers" name="归档"/>"""


def check(document: Document) -> Iterator[Problem]:
    for scope in document.scopes():
        if scope.is_event_subprocess:
            continue
        starts = [element for element in document.inside(scope.id) if element.kind == "startEvent"]
        plain = [start for start in starts if start.event is None]
        if not starts:
            yield document.problem(ID, scope, "没有开始事件；请画一个。", "There is no start event; draw one.")
        for start in plain[1:]:
            yield document.problem(
                ID,
                start,
                "只能有一个普通开始事件；请合并，或改为消息或定时开始事件。",
                "Only one plain start event is allowed; join them, or make this one a message or timer start event.",
            )
        if scope.kind != "process":
            for start in starts:
                if start.event is not None:
                    yield document.problem(
                        ID,
                        start,
                        "子流程内的开始事件不能带事件定义；如需由事件触发，请改为事件子流程。",
                        "The start event of a sub-process carries no definition; for an event make it an event sub-process.",
                    )
