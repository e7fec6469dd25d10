"""Short words for BPMN in tests: elements and flows as strings."""

from __future__ import annotations

from itertools import pairwise


def flow(source: str, target: str, condition: str | None = None, *, id: str | None = None) -> str:
    inner = ""
    if condition is not None:
        escaped = condition.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        inner = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escaped}</bpmn:conditionExpression>'
    name = id or f"{source}_to_{target}"
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def chain(*ids: str) -> str:
    """Flows from each element to the next."""
    return "".join(flow(source, target) for source, target in pairwise(ids))


def extensions(inner: str) -> str:
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


def properties(**values: str) -> str:
    listed = "".join(f'<zeebe:property name="{name}" value="{value}"/>' for name, value in values.items())
    return f"<zeebe:properties>{listed}</zeebe:properties>"


def user_task(id: str, *, groups: str = "pj_unit_clerk@jiaoyu", form: str | None = None, inner: str = "", **props: str) -> str:
    text = f'<zeebe:assignmentDefinition candidateGroups="{groups}"/>'
    text += f'<zeebe:formDefinition formId="{form or f"plain.{id}"}"/>'
    if props:
        text += properties(**props)
    return f'<bpmn:userTask id="{id}" name="{id}">{extensions(text)}{inner}</bpmn:userTask>'


def service_task(id: str, *, type: str | None = None, retries: int = 3, inner: str = "") -> str:
    text = f'<zeebe:taskDefinition type="{type or id}" retries="{retries}"/>'
    return f'<bpmn:serviceTask id="{id}" name="{id}">{extensions(text)}{inner}</bpmn:serviceTask>'


def start(id: str = "begin") -> str:
    return f'<bpmn:startEvent id="{id}" name="{id}"/>'


def end(id: str = "finished") -> str:
    return f'<bpmn:endEvent id="{id}" name="{id}"/>'


def form(id: str, *fields: dict[str, object]) -> bytes:
    """A form-js schema with the given components."""
    import json

    return json.dumps({"type": "default", "schemaVersion": 19, "id": id, "components": list(fields)}).encode()


def plain_forms(text: str) -> dict[str, bytes]:
    """Forms with one free text, for the user tasks that name none of their own."""
    import re

    names = set(re.findall(r'formId="(plain\.[a-z0-9_]+)"', text))
    return {name: form(name, text_field("note")) for name in names}


def text_field(key: str, *, required: bool = False) -> dict[str, object]:
    return {"type": "textfield", "key": key, "label": key, "id": key, "validate": {"required": required}}
