"""A gateway either brings paths together or parts them; where it would also wait, doing both is an error, else a warning."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document
from service.errors import Problem

ID = "gateway-join-fork"

_BEGIN = """
<bpmn:startEvent id="begun"/>
<bpmn:sequenceFlow id="to_both" sourceRef="begun" targetRef="both"/>
<bpmn:parallelGateway id="both" name="同时办理"/>
<bpmn:sequenceFlow id="to_audit" sourceRef="both" targetRef="audit"/>
<bpmn:sequenceFlow id="to_visit" sourceRef="both" targetRef="visit"/>
<bpmn:task id="audit" name="审计"/>
<bpmn:task id="visit" name="现场核查"/>
<bpmn:sequenceFlow id="audited" sourceRef="audit" targetRef="done"/>
<bpmn:sequenceFlow id="visited" sourceRef="visit" targetRef="done"/>
<bpmn:task id="publish" name="公开"/>
<bpmn:task id="tell" name="通知"/>"""

CORRECT = f"""{_BEGIN}
<bpmn:parallelGateway id="done"/>
<bpmn:sequenceFlow id="to_next" sourceRef="done" targetRef="next"/>
<bpmn:parallelGateway id="next" name="同时告知"/>
<bpmn:sequenceFlow id="to_publish" sourceRef="next" targetRef="publish"/>
<bpmn:sequenceFlow id="to_tell" sourceRef="next" targetRef="tell"/>"""

INCORRECT = f"""{_BEGIN}
<bpmn:parallelGateway id="done" name="齐了再告知"/> <!-- ✗ done -->
<bpmn:sequenceFlow id="to_publish" sourceRef="done" targetRef="publish"/>
<bpmn:sequenceFlow id="to_tell" sourceRef="done" targetRef="tell"/>"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        comes, goes = document.incoming.get(element.id, ()), document.outgoing.get(element.id, ())
        if element.kind.endswith("Gateway") and len(comes) > 1 and len(goes) > 1:
            yield document.problem(
                ID,
                element,
                "网关不能既汇合又分支；请拆成先汇合、后分支的两个网关。",
                "A gateway does not join and split at once; draw two, the joining one first.",
                severity="warning" if element.kind == "exclusiveGateway" else "error",
            )
