"""Which names an expression may read: what somebody in the bundle sets. What cannot be known is not judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.engine.bundle import Bundle
from service.engine.lint import Known, check
from service.sdk import HANDLERS, Registered

BPMN = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">{beside}<bpmn:process id="{id}" isExecutable="true">{body}'
    "</bpmn:process></bpmn:definitions>"
)
START = '<bpmn:startEvent id="begun"><bpmn:extensionElements><zeebe:formDefinition formId="main.begun"/></bpmn:extensionElements>'
START += "</bpmn:startEvent>"
PLAIN_START = '<bpmn:startEvent id="begun"/>'


def reading(name: str, inner: str = "", *, kind: str = "task") -> str:
    """A step that reads a variable."""
    mapping = f'<zeebe:ioMapping><zeebe:input source="={name}" target="noted"/></zeebe:ioMapping>'
    return f'<bpmn:{kind} id="note" name="记"><bpmn:extensionElements>{mapping}{inner}</bpmn:extensionElements></bpmn:{kind}>'


def unknown(*processes: tuple[str, str, str]) -> list[str]:
    """The elements at which unknown variables are read, in processes given as (id, body, what stands beside)."""
    diagrams = {
        f"processes/test/{id}.bpmn": BPMN.format(id=id, body=body, beside=beside).encode() for id, body, beside in processes
    }
    form = {"type": "default", "id": "main.begun", "components": [{"type": "textfield", "key": "reason", "label": "理由"}]}
    bundle = Bundle(diagrams=diagrams, forms={"main.begun": ("forms/test/main/begun.form", json.dumps(form).encode())})
    return [problem.message for problem in check(bundle, Known()) if problem.rule == "unknown-variable"]


@pytest.mark.parametrize("name", ["reason", "unit_id", "case.business_key", "noted", "today()", "count(for x in [1] return x)"])
def test_what_a_form_a_mapping_or_the_engine_gives_is_known(name: str) -> None:
    assert unknown(("main", START + reading(name), "")) == []


def test_a_misspelt_name_is_told() -> None:
    (message,) = unknown(("main", START + reading("raeson"), ""))
    assert "raeson" in message


def test_a_name_inside_a_filter_may_belong_to_the_item() -> None:
    assert unknown(("main", START + reading("noted[amount > 1]"), "")) == []


CALL = (
    '<bpmn:callActivity id="ask" name="补正"><bpmn:extensionElements><zeebe:calledElement processId="child" {all}/>'
    '<zeebe:ioMapping><zeebe:input source="=reason" target="items"/><zeebe:output source="=reply" target="answer"/>'
    "</zeebe:ioMapping></bpmn:extensionElements></bpmn:callActivity>"
)
CHILD = PLAIN_START + reading("items").replace('target="noted"', 'target="reply"')


def test_a_child_case_knows_what_its_caller_hands_in_and_the_caller_what_it_maps_out() -> None:
    call = CALL.format(all='propagateAllChildVariables="false"')
    assert unknown(("main", START + call + reading("answer"), ""), ("child", CHILD, "")) == []


def test_what_a_child_case_keeps_to_itself_is_unknown_to_the_caller() -> None:
    call = CALL.format(all='propagateAllChildVariables="false"')
    assert len(unknown(("main", START + call + reading("reply"), ""), ("child", CHILD, ""))) == 1
    assert unknown(("main", START + CALL.format(all="") + reading("reply"), ""), ("child", CHILD, "")) == []


MESSAGE = '<bpmn:message id="told" name="pj.told"/>'
CATCH = '<bpmn:intermediateCatchEvent id="wait" name="等候"><bpmn:messageEventDefinition messageRef="told"/>'
CATCH += "</bpmn:intermediateCatchEvent>"
THROW = (
    '<bpmn:endEvent id="tell" name="告知"><bpmn:extensionElements><zeebe:ioMapping>'
    '<zeebe:input source="=reason" target="verdict"/>'
    '</zeebe:ioMapping></bpmn:extensionElements><bpmn:messageEventDefinition messageRef="told"/></bpmn:endEvent>'
)


def test_a_message_of_the_bundle_brings_what_is_put_into_it() -> None:
    sender = ("sender", START + THROW, MESSAGE)
    assert unknown(("main", START + CATCH + reading("verdict"), MESSAGE), sender) == []
    assert len(unknown(("main", START + CATCH + reading("vredict"), MESSAGE), sender)) == 1


def test_where_anybody_may_set_anything_nothing_is_told() -> None:
    service = '<zeebe:taskDefinition type="no_such_handler"/>'
    assert unknown(("main", START + CATCH + reading("verdict"), MESSAGE)) == []  # a message from outside
    assert unknown(("main", PLAIN_START + reading("anything"), "")) == []  # called from outside
    assert unknown(("main", START + reading("anything", service, kind="serviceTask"), "")) == []  # a handler that is not loaded


def test_a_handler_sets_what_its_source_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "counting.py"
    source.write_text("def run(context):\n    return {'days': 1}\n", "utf-8")
    scope: dict[str, object] = {}
    exec(compile(source.read_text("utf-8"), str(source), "exec"), scope)
    registered = Registered(name="count_days", run=scope["run"], inline=True, source=str(source))  # type: ignore[arg-type]
    monkeypatch.setitem(HANDLERS, "count_days", registered)
    service = '<bpmn:serviceTask id="count" name="算"><bpmn:extensionElements><zeebe:taskDefinition type="count_days"/>'
    service += "</bpmn:extensionElements></bpmn:serviceTask>"
    assert unknown(("main", START + service + reading("days"), "")) == []
    assert len(unknown(("main", START + service + reading("dyas"), ""))) == 1
