"""A frame that makes a short example of a rule into a whole diagram in which nothing else is wrong."""

from __future__ import annotations

import json
import re

import pytest
from lxml import etree

from service.engine.bundle import Bundle
from service.engine.lint import Known, check
from service.errors import Problem

KNOWN = Known(
    roles=frozenset({"clerk", "inspector", "lead"}),
    handlers=frozenset({"check_totals"}),
    periods=frozenset({"D-PJ-18a"}),
    articles=frozenset({"pj-2020#14"}),
    processes=frozenset({"supplement"}),
    decisions=frozenset({"route"}),
    memberships=frozenset({("clerk", "center"), ("lead", "center")}),
)

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)
BESIDE = re.compile(r"^<bpmn:(message|error|escalation)\b(?:[^>]*/>|.*?</bpmn:\1>)[^\n]*$", re.DOTALL | re.MULTILINE)
MARK = re.compile(r"<!-- ✗ ?(\S*) -->")


def frame(snippet: str) -> str:
    """Put a snippet between a start and an end event, in the lane of a clerk, drawn; a whole file is left as it is."""
    if re.match(r"\s*<(\?xml|!DOCTYPE|definitions|bpmn:definitions)", snippet):
        return snippet.strip()
    beside = "\n".join(match.group(0) for match in BESIDE.finditer(snippet))
    inside = BESIDE.sub("", snippet)
    nodes = [node for node in etree.fromstring(f"<bpmn:x {NAMESPACES}>{inside}</bpmn:x>") if isinstance(node.tag, str)]
    flows = [node for node in nodes if node.tag == f"{BPMN}sequenceFlow"]
    steps = [node for node in nodes if node.tag not in (f"{BPMN}sequenceFlow", f"{BPMN}laneSet")]
    steps = [node for node in steps if node.get("triggeredByEvent") != "true"]
    added = []
    if not any(node.tag == f"{BPMN}startEvent" for node in steps):
        targets = {flow.get("targetRef") for flow in flows}
        first = next(node for node in steps if node.get("id") not in targets and node.tag != f"{BPMN}boundaryEvent")
        added.append('<bpmn:startEvent id="auto_start"/>')
        added.append(f'<bpmn:sequenceFlow id="auto_begin" sourceRef="auto_start" targetRef="{first.get("id")}"/>')
    if not any(node.tag == f"{BPMN}endEvent" for node in steps):
        sources = {flow.get("sourceRef") for flow in flows}
        added.append('<bpmn:endEvent id="auto_end" name="办结"/>')
        added.extend(
            f'<bpmn:sequenceFlow id="auto_close_{count}" sourceRef="{node.get("id")}" targetRef="auto_end"/>'
            for count, node in enumerate(steps)
            if node.get("id") not in sources
        )
    if "<bpmn:laneSet" not in inside:
        members = "".join(f"<bpmn:flowNodeRef>{node.get('id')}</bpmn:flowNodeRef>" for node in steps)
        added.append(f'<bpmn:laneSet id="lanes"><bpmn:lane id="clerk" name="经办人">{members}</bpmn:lane></bpmn:laneSet>')
    body = inside + "\n".join(added)
    drawn = "".join(f'<bpmndi:BPMNShape bpmnElement="{id}"/>' for id in re.findall(r'\bid="([^"]*)"', body))
    return (
        f'<bpmn:definitions {NAMESPACES} id="definitions">\n{beside}\n<bpmn:process id="example" isExecutable="true">\n'
        f"{body}\n</bpmn:process>\n<bpmndi:BPMNDiagram>{drawn}</bpmndi:BPMNDiagram>\n</bpmn:definitions>"
    )


def marks(text: str) -> list[tuple[str | None, int]]:
    """The (element, line) pairs that a marked diagram blames."""
    return [
        (match.group(1) or None, number)
        for number, line in enumerate(text.splitlines(), start=1)
        for match in MARK.finditer(line)
    ]


def forms_of(text: str) -> dict[str, tuple[str, bytes]]:
    """A form file for each user task of the process `example`."""
    ids = [f"example.{id}" for id in re.findall(r'<bpmn:userTask id="([^"]*)"', text)]
    schema = {"type": "default", "components": [{"type": "textfield", "key": "opinion", "label": "意见", "id": "opinion"}]}
    return {id: (f"forms/test/{id.replace('.', '/')}.form", json.dumps({**schema, "id": id}).encode()) for id in ids}


class Examples:
    """What the tests of this folder ask for: frame a snippet, read its marks, lint it as `example.bpmn`."""

    frame = staticmethod(frame)
    marks = staticmethod(marks)

    @staticmethod
    def lint(snippet: str, known: Known = KNOWN) -> list[Problem]:
        """Lint one framed snippet. An unused form is not its fault."""
        text = frame(snippet)
        bundle = Bundle(diagrams={"processes/test/example.bpmn": text.encode()}, forms=forms_of(text))
        return [problem for problem in check(bundle, known) if problem.rule != "form-without-element"]


@pytest.fixture
def examples() -> Examples:
    return Examples()
