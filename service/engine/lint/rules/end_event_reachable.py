"""From every element an end event can be reached: end events name the outcome, and no case circles for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.engine.lint.document import Document, Element
from service.errors import Problem

ID = "end-event-reachable"

CORRECT = """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:sequenceFlow id="to_filed" sourceRef="file_papers" targetRef="filed"/>
<bpmn:endEvent id="filed" name="已归档"/>"""

INCORRECT = """
<bpmn:parallelGateway id="all_at_once" name="同时办理"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="all_at_once" targetRef="publish"/>
<bpmn:sequenceFlow id="to_filed" sourceRef="all_at_once" targetRef="filed"/>
<bpmn:task id="publish" name="公开"/> <!-- ✗ publish -->
<bpmn:endEvent id="filed" name="已归档"/>"""


def check(document: Document) -> Iterator[Problem]:
    for scope in document.scopes():
        inside = [element for element in document.inside(scope.id) if not element.is_event_subprocess]
        ends = [element for element in inside if element.kind == "endEvent"]
        open_ends = [element for element in inside if element.kind != "endEvent" and element.id not in document.outgoing]
        for element in open_ends:
            if element.kind != "boundaryEvent":  # boundary-attached says it
                yield document.problem(
                    ID,
                    element,
                    "之后没有顺序流；请连接到下一步或结束事件。",
                    "No flow leaves this element; connect it to the next step or an end event.",
                )
        trapped = _list_trapped(document, inside, {element.id for element in (*ends, *open_ends)})
        if trapped:
            ids = "、".join(element.id for element in trapped)
            yield document.problem(
                ID,
                trapped[0],
                f"从这里走不到任何结束事件，案件会无限循环：{ids}。",
                f"No end event can be reached from here; a case would circle for ever: {ids}.",
            )


def _list_trapped(document: Document, inside: Sequence[Element], goals: set[str]) -> list[Element]:
    """The elements from which no goal can be reached. A boundary event is a way out of what it sits on."""
    reaching: set[str] = set()
    dangling = {flow.source for flow in document.flows if flow.target not in document.elements}  # dangling-flow says it
    pending = [*goals, *dangling]
    hosts = {element.id: element.node.get("attachedToRef") for element in inside if element.kind == "boundaryEvent"}
    while pending:
        id = pending.pop()
        if id in reaching:
            continue
        reaching.add(id)
        pending.extend(flow.source for flow in document.incoming.get(id, ()))
        host = hosts.get(id)
        if host is not None:
            pending.append(host)
    return [element for element in inside if element.id not in reaching]
