"""Messages, errors and escalations beside the process are used, and each name stands once. A warning."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, kind_of, line_of
from service.errors import Problem

ID = "unused-definition"

CORRECT = """
<bpmn:message id="message_decided" name="pj.decided"/>
<bpmn:intermediateThrowEvent id="decided" name="已决定">
  <bpmn:messageEventDefinition messageRef="message_decided"/>
</bpmn:intermediateThrowEvent>"""

INCORRECT = """
<bpmn:message id="message_decided" name="pj.decided"/> <!-- ✗ message_decided -->
<bpmn:task id="file_papers" name="归档"/>"""

_KINDS = {"message": "messageRef", "error": "errorRef", "escalation": "escalationRef"}


def check(document: Document) -> Iterator[Problem]:
    used = {node.get(attribute) for node in document.root.iter() for attribute in _KINDS.values()}
    named: dict[tuple[str, str], str] = {}
    for id, node in document.definitions.items():
        kind = kind_of(node)
        if kind not in _KINDS:
            continue
        if id not in used:
            yield _problem(document, id, line_of(node), "没有任何事件使用；请删除。", "No event uses this; delete it.")
        name = kind, node.get("name") or ""
        if name[1] and name in named:
            yield _problem(
                document,
                id,
                line_of(node),
                f"与 {named[name]} 同名；请只留一个。",
                f"It has the name of {named[name]}; keep one.",
            )
        named.setdefault(name, id)


def _problem(document: Document, id: str, line: int, zh: str, en: str) -> Problem:
    return Problem(rule=ID, message=f"{zh} / {en}", element=id, file=document.file, line=line, severity="warning")
