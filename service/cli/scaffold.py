"""The files that `chengxu new` writes, as {path: text}. Open it when what a designer begins with should be better."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A role in a lane, and an account of the demonstration that holds it."""

    role: str
    role_name: str
    account: str


def process(name: str, where: str, title: str, people: tuple[Person, Person]) -> dict[str, str]:
    """A diagram, its two forms, and a scenario that walks every flow."""
    return {
        f"processes/{where}/{name}.bpmn": _diagram(name, title, *people),
        f"forms/{where}/{name}/{name}_filed.form": _form(f"{name}.{name}_filed", [_text("subject", "事由", "Subject")]),
        f"forms/{where}/{name}/review_{name}.form": _form(f"{name}.review_{name}", _decision()),
        f"tests/scenarios/{name}.yaml": _process_scenario(name, title, *people),
    }


def handler(name: str, where: str) -> dict[str, str]:
    """An inline handler with one rule, and a scenario for both sides of it."""
    return {
        f"handlers/{where}/{name}.py": f'''"""What this step does, and when it is opened: say it here."""

from __future__ import annotations

from typing import Any

from service.sdk import Context, handler


@handler("{name}", inline=True)
def {name}(context: Context) -> dict[str, Any]:
    """Refuse an amount that is not above zero. Practice: no article gives this figure."""
    if context.money("amount") <= 0:
        context.block("amount", "R-PRACTICE", "金额应大于零", "The amount must be above zero")
    return {{"amount_checked_on": context.today}}
''',
        f"tests/scenarios/{name}_handler.yaml": f"""title: 处理程序 {name}：边界两侧
cites: []

given:
  clock: 2026-08-20T09:00+08:00

steps:
  - note: 一分钱可以
    handler: {name}
    variables: {{amount: 0.01}}
    expect:
      findings: []
      gives: {{amount_checked_on: 2026-08-20}}

  - note: 零不可以
    handler: {name}
    variables: {{amount: 0.00}}
    expect:
      findings: {{field: amount, rule: R-PRACTICE, level: block, message: 金额应大于零}}
""",
    }


def form(process_id: str, element: str, where: str, title: str, *, used: bool) -> dict[str, str]:
    """A form with a decision and an opinion; the scenario needs a diagram that names the form."""
    id = f"{process_id}.{element}"
    files = {f"forms/{where}/{process_id}/{element}.form": _form(id, _decision())}
    if used:
        files[f"tests/scenarios/{process_id}_{element}_form.yaml"] = f"""title: 表单 {title}
cites: []

steps:
  - note: 同意的，可以不写意见
    who: monitor.zhongxin
    form: {id}
    answers: {{decision: 同意}}
    expect:
      gives: {{decision: 同意}}

  - note: 不同意的，须写意见
    who: monitor.zhongxin
    form: {id}
    answers: {{decision: 不同意}}
    expect:
      refused: {{field: opinion, rule: required}}
"""
    return files


def register(name: str, where: str, title: str, regulation: str | None) -> dict[str, str]:
    """A register with typed fields, and a scenario that finds an entry as it was given."""
    owner = f"regulation: {regulation}\n" if regulation else ""
    return {
        f"processes/{where}/registers/{name}.yaml": f"""# {title}：写明谁登记、谁引用。
# Say who writes it and who reads it.

register: {name}
{owner}zh: {title}
en: {name.replace("_", " ").capitalize()}
article: []
key: {{id: {name}_id, zh: 编号, en: Number, like: "0001"}}
title: name
searchable: [name, unit_id]

fields:
  - {{id: name, type: text, zh: 名称, en: Name, required: true}}
  - {{id: unit_id, type: unit, zh: 单位, en: Unit, required: true}}
  - {{id: entered_on, type: date, zh: 登记日期, en: Entered on}}
""",
        f"tests/scenarios/{name}_register.yaml": f"""title: 台账 {title}
cites: []

given:
  clock: 2026-08-20T09:00+08:00
  registers:
    {name}:
      "0001": {{name: 样例, unit_id: jiaoyu, entered_on: 2026-08-20}}

steps:
  - note: 登记的内容可以查到，没有登记的查不到
    expect:
      register:
        {name}: {{key: "0001", version: 1, data: {{name: 样例, entered_on: 2026-08-20}}}}
  - expect:
      register:
        {name}: {{key: "0002", absent: true}}
""",
    }


def _form(id: str, components: list[dict[str, Any]]) -> str:
    schema = {
        "schemaVersion": 19, "type": "default", "id": id, "executionPlatform": "Camunda Cloud",
        "executionPlatformVersion": "8.6.0", "components": components,
    }  # fmt: skip
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _text(key: str, label: str, label_en: str) -> dict[str, Any]:
    return {
        "type": "textfield", "id": f"field_{key}", "key": key, "label": label,
        "validate": {"required": True, "maxLength": 100}, "properties": {"label_en": label_en},
    }  # fmt: skip


def _decision() -> list[dict[str, Any]]:
    return [
        {
            "type": "radio", "id": "field_decision", "key": "decision", "label": "决定", "validate": {"required": True},
            "values": [{"label": word, "value": word} for word in ("同意", "不同意")], "properties": {"label_en": "Decision"},
        },
        {
            "type": "textarea", "id": "field_opinion", "key": "opinion", "label": "意见",
            "description": "选“同意”时可不填，其余必填。",
            "validate": {"required": '=decision != null and decision != "同意"', "maxLength": 2000},
            "properties": {"label_en": "Opinion"},
        },
    ]  # fmt: skip


def _process_scenario(name: str, title: str, starter: Person, reviewer: Person) -> str:
    return f"""title: {title}：同意与不同意
cites: []
about: 写明依据哪条规定、谁申请、谁决定。

given:
  clock: 2026-08-20T09:00+08:00

steps:
  - note: 没写事由的不能提交
    who: {starter.account}
    start: {name}
    answers: {{}}
    expect:
      refused: {{field: subject, rule: required}}
      cases: unchanged

  - who: {starter.account}
    start: {name}
    answers: {{subject: 第一件}}
    expect:
      cases: 1
      open: [review_{name}]
      tasks: {{task: review_{name}, for: {reviewer.account}, not_for: {starter.account}}}

  - who: {reviewer.account}
    task: review_{name}
    answers: {{decision: 同意}}
    expect: {{status: completed, outcome: {name}_granted}}

  - who: {starter.account}
    start: {name}
    answers: {{subject: 第二件}}

  - note: 不同意的须写意见
    who: {reviewer.account}
    task: review_{name}
    answers: {{decision: 不同意}}
    expect:
      refused: {{field: opinion, rule: required}}
      open: [review_{name}]

  - who: {reviewer.account}
    task: review_{name}
    answers: {{decision: 不同意, opinion: 理由不足。}}
    expect: {{status: completed, outcome: {name}_refused}}
"""


def _diagram(name: str, title: str, starter: Person, reviewer: Person) -> str:
    key = "".join(word[0] for word in name.split("_")).upper()
    begun, review, decided = f"{name}_filed", f"review_{name}", f"{name}_decided"
    granted, refused = f"{name}_granted", f"{name}_refused"

    def member(id: str) -> str:
        return f"        <bpmn:flowNodeRef>{id}</bpmn:flowNodeRef>"

    def flow(id: str, source: str, target: str) -> str:
        return f'    <bpmn:sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}" />'

    def shape(id: str, x: int, y: int, width: int, height: int, label: tuple[int, int, int] | None = None, more: str = "") -> str:
        named = ""
        if label is not None:
            bounds = f'<dc:Bounds x="{label[0]}" y="{label[1]}" width="{label[2]}" height="14" />'
            named = f"\n        <bpmndi:BPMNLabel>{bounds}</bpmndi:BPMNLabel>"
        return (
            f'      <bpmndi:BPMNShape id="{id}_di" bpmnElement="{id}"{more}>\n'
            f'        <dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}" />{named}\n      </bpmndi:BPMNShape>'
        )

    def edge(id: str, *points: tuple[int, int]) -> str:
        drawn = "".join(f'<di:waypoint x="{x}" y="{y}" />' for x, y in points)
        return f'      <bpmndi:BPMNEdge id="{id}_di" bpmnElement="{id}">{drawn}</bpmndi:BPMNEdge>'

    flat = ' isHorizontal="true"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
            ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
            ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0"'
            f' id="{name}_definitions" targetNamespace="http://bpmn.io/schema/bpmn"'
            ' modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.6.0">',
            f'  <bpmn:collaboration id="{name}_collaboration">',
            f'    <bpmn:participant id="{name}_pool" name={quoteattr(title)} processRef="{name}" />',
            "  </bpmn:collaboration>",
            f'  <bpmn:process id="{name}" name={quoteattr(title)} isExecutable="true">',
            f"    <bpmn:documentation>{escape(title)}：写明依据和经过。</bpmn:documentation>",
            f'    <bpmn:laneSet id="{name}_lanes">',
            f'      <bpmn:lane id="{starter.role}" name={quoteattr(starter.role_name)}>',
            member(begun),
            "      </bpmn:lane>",
            f'      <bpmn:lane id="{reviewer.role}" name={quoteattr(reviewer.role_name)}>',
            *map(member, (review, decided, granted, refused)),
            "      </bpmn:lane>",
            "    </bpmn:laneSet>",
            f'    <bpmn:startEvent id="{begun}" name="提出">',
            "      <bpmn:extensionElements>",
            f'        <zeebe:formDefinition formId="{name}.{begun}" />',
            "        <zeebe:properties>",
            '          <zeebe:property name="title" value="=subject" />',
            f'          <zeebe:property name="business_key" value="{key}" />',
            "        </zeebe:properties>",
            "      </bpmn:extensionElements>",
            f"      <bpmn:outgoing>{begun}_to_{review}</bpmn:outgoing>",
            "    </bpmn:startEvent>",
            f'    <bpmn:userTask id="{review}" name="审核">',
            "      <bpmn:extensionElements>",
            "        <zeebe:userTask />",
            f'        <zeebe:formDefinition formId="{name}.{review}" />',
            '        <zeebe:properties><zeebe:property name="sod" value="submitter" /></zeebe:properties>',
            "      </bpmn:extensionElements>",
            f"      <bpmn:incoming>{begun}_to_{review}</bpmn:incoming>",
            f"      <bpmn:outgoing>{review}_to_{decided}</bpmn:outgoing>",
            "    </bpmn:userTask>",
            f'    <bpmn:exclusiveGateway id="{decided}" name="是否同意？" default="{decided}_to_{refused}">',
            f"      <bpmn:incoming>{review}_to_{decided}</bpmn:incoming>",
            f"      <bpmn:outgoing>{decided}_to_{granted}</bpmn:outgoing>",
            f"      <bpmn:outgoing>{decided}_to_{refused}</bpmn:outgoing>",
            "    </bpmn:exclusiveGateway>",
            f'    <bpmn:endEvent id="{granted}" name="已同意">',
            f"      <bpmn:incoming>{decided}_to_{granted}</bpmn:incoming>",
            "    </bpmn:endEvent>",
            f'    <bpmn:endEvent id="{refused}" name="未同意">',
            f"      <bpmn:incoming>{decided}_to_{refused}</bpmn:incoming>",
            "    </bpmn:endEvent>",
            flow(f"{begun}_to_{review}", begun, review),
            flow(f"{review}_to_{decided}", review, decided),
            f'    <bpmn:sequenceFlow id="{decided}_to_{granted}" sourceRef="{decided}" targetRef="{granted}">',
            '      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=decision = "同意"</bpmn:conditionExpression>',
            "    </bpmn:sequenceFlow>",
            flow(f"{decided}_to_{refused}", decided, refused),
            "  </bpmn:process>",
            f'  <bpmndi:BPMNDiagram id="{name}_diagram">',
            f'    <bpmndi:BPMNPlane id="{name}_plane" bpmnElement="{name}_collaboration">',
            shape(f"{name}_pool", 120, 80, 640, 400, more=flat),
            shape(starter.role, 150, 80, 610, 200, more=flat),
            shape(reviewer.role, 150, 280, 610, 200, more=flat),
            shape(begun, 212, 162, 36, 36, (255, 173, 28)),
            shape(review, 300, 340, 100, 80),
            shape(decided, 460, 355, 50, 50, (520, 373, 68), ' isMarkerVisible="true"'),
            shape(granted, 602, 302, 36, 36, (645, 313, 42)),
            shape(refused, 602, 422, 36, 36, (645, 433, 42)),
            edge(f"{begun}_to_{review}", (230, 198), (230, 380), (300, 380)),
            edge(f"{review}_to_{decided}", (400, 380), (460, 380)),
            edge(f"{decided}_to_{granted}", (485, 355), (485, 320), (602, 320)),
            edge(f"{decided}_to_{refused}", (485, 405), (485, 440), (602, 440)),
            "    </bpmndi:BPMNPlane>",
            "  </bpmndi:BPMNDiagram>",
            "</bpmn:definitions>",
            "",
        ]
    )
