"""What a diagram says about its elements, and what cannot be published."""

import pytest

from service.engine.kernel import SUPPORTED_ELEMENTS, UNSUPPORTED, parse
from service.errors import InvalidDefinition, NotFound

CAMUNDA = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">
  <bpmn:collaboration id="c"><bpmn:participant id="pool" name="city" processRef="review"/></bpmn:collaboration>
  <bpmn:process id="review" name="Review" isExecutable="true">
    <bpmn:extensionElements>
      <zeebe:properties><zeebe:property name="searchable" value="a,b"/></zeebe:properties>
    </bpmn:extensionElements>
    <bpmn:laneSet id="ls">
      <bpmn:lane id="pj_unit_clerk" name="Clerk"><bpmn:flowNodeRef>s</bpmn:flowNodeRef><bpmn:flowNodeRef>check</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>sp</bpmn:flowNodeRef></bpmn:lane>
      <bpmn:lane id="system" name="System"><bpmn:flowNodeRef>e</bpmn:flowNodeRef></bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="s"><bpmn:extensionElements><zeebe:formDefinition formId="review.s"/></bpmn:extensionElements>
      <bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="check" name="Check">
      <bpmn:documentation>Read it all.</bpmn:documentation>
      <bpmn:extensionElements>
        <zeebe:userTask/>
        <zeebe:formDefinition formId="review.check"/>
        <zeebe:assignmentDefinition assignee="=clerk" candidateGroups="=&quot;lead@&quot; + unit" candidateUsers="wang"/>
        <zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18&quot;, filed_on)" followUpDate="2026-01-01"/>
        <zeebe:priorityDefinition priority="=50"/>
        <zeebe:properties>
          <zeebe:property name="article" value="pj-2020#18"/><zeebe:property name="article" value="pj-2020#19"/>
          <zeebe:property name="sod" value="s"/>
        </zeebe:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="late" attachedToRef="check" cancelActivity="false">
      <bpmn:timerEventDefinition id="td">
        <bpmn:timeDuration xsi:type="bpmn:tFormalExpression"> P5D </bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:subProcess id="sp"><bpmn:startEvent id="ss"/><bpmn:userTask id="inner"/><bpmn:endEvent id="se"/>
      <bpmn:sequenceFlow id="i1" sourceRef="ss" targetRef="inner"/>
      <bpmn:sequenceFlow id="i2" sourceRef="inner" targetRef="se"/></bpmn:subProcess>
    <bpmn:endEvent id="e"/>
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="check"/>
    <bpmn:sequenceFlow id="f2" name="on" sourceRef="check" targetRef="sp"/>
    <bpmn:sequenceFlow id="f3" sourceRef="sp" targetRef="e"/>
    <bpmn:dataObjectReference id="do" dataObjectRef="dd"/><bpmn:dataObject id="dd"/>
    <bpmn:textAnnotation id="ta"><bpmn:text>x</bpmn:text></bpmn:textAnnotation>
    <bpmn:association id="as" sourceRef="check" targetRef="ta"/>
  </bpmn:process>
</bpmn:definitions>"""


def test_a_file_of_the_camunda_modeler_is_read_as_it_is():
    process = parse(CAMUNDA)
    check = process.get_element("check")
    assert (process.id, process.name, process.start_events) == ("review", "Review", ("s",))
    assert process.values("searchable") == ("a,b",)
    assert process.lanes == {"pj_unit_clerk": "Clerk", "system": "System"}
    assert (check.kind, check.name, check.lane, check.parent) == ("userTask", "Check", "pj_unit_clerk", None)
    assert (check.form, check.assignee, check.candidate_groups, check.candidate_users) == (
        "review.check",
        "=clerk",
        '="lead@" + unit',
        "wang",
    )
    assert (check.due_date, check.follow_up, check.priority) == ('=deadline("D-PJ-18", filed_on)', "2026-01-01", "=50")
    assert check.values("article") == ("pj-2020#18", "pj-2020#19")
    assert check.values("nothing") == ()
    assert check.documentation == "Read it all."
    late = process.get_element("late")
    assert (late.event, late.attached_to, late.interrupting, late.definition.time) == ("timer", "check", False, "P5D")
    assert process.flows["f2"].name == "on"


def test_elements_of_a_sub_process_know_their_parent_and_share_its_lane():
    inner = parse(CAMUNDA).get_element("inner")
    assert (inner.parent, inner.lane) == ("sp", "pj_unit_clerk")


def test_an_unknown_element_is_not_found():
    with pytest.raises(NotFound):
        parse(CAMUNDA).get_element("nowhere")


def test_messages_carry_their_correlation_key(draw):
    process = draw('start s\nthrow t message=pj.done key="=id"\nend e\ns > t > e')
    assert process.messages == {"pj.done": "=id"}


@pytest.mark.parametrize(
    ("text", "rule", "element"),
    [
        ("start s\nservice j\nend e\ns > j > e", "incomplete-element", "j"),
        ("start s\nscript j\nend e\ns > j > e", "incomplete-element", "j"),
        ("start s\nrule j\nend e\ns > j > e", "incomplete-element", "j"),
        ("start s\ncall j\nend e\ns > j > e", "incomplete-element", "j"),
        ("start s\nreceive j\nend e\ns > j > e", "incomplete-element", "j"),
        ("start s\nsend j\nend e\ns > j > e", "incomplete-element", "j"),
        ("start s\ncatch j\nend e\ns > j > e", "event-kind", "j"),
        ("start s\nuser j\nboundary b on=j\nend e\ns > j > e", "event-kind", "b"),
        ("start s\nuser j\nboundary b on=k duration=P1D\nend e\ns > j > e", "boundary-event", "b"),
        ("start s\nuser j\nboundary b on=j error=E alongside\nend e\ns > j > e\nb > e", "event-kind", "b"),
        ('start s\nuser j groups="=a +"\nend e\ns > j > e', "feel-error", "j"),
        ('start s\nuser j in.x="=("\nend e\ns > j > e', "feel-error", "j"),
        ("start s\nxor g default=g_f\nend e\nend f\ns > g\ng > f\ng > e if 'x > 1'", "flow-condition", "g_e"),
        ("start s\nxor g default=g_f\nend e\nend f\ns > g\ng > f\ng > e if '=x >'", "feel-error", "g_e"),
        ("start s\nxor g\nend e\nend f\ns > g\ng > f\ng > e if =x", "flow-condition", "g_f"),
        ("start s\nuser g\nend e\ns > g\ng > e if =x", "flow-condition", "g_e"),
        ("start s\nend e\ns > e > nowhere", "flow-ends", "e_nowhere"),
        ("start s\nsub p\n  start ps\n  user pu\n  ps > pu\nend e\ns > p > e", "end-event", "p"),
        ("start s\nsub p\n  end pe\nend e\ns > p > e", "start-event", "p"),
        ("user u\nend e\nu > e", "start-event", "drawn"),
        ('start s\nuser j out.a.b="=x"\nend e\ns > j > e', "mapping-target", "j"),
        ("start s\nrace g\nuser u\nend e\ns > g > u > e", "event-gateway", "g"),
        ("start s\nuser u\nuser u\nend e\ns > u > e", "duplicate-id", "u"),
    ],
)
def test_what_the_kernel_cannot_run_is_refused_at_the_element(draw, text, rule, element):
    with pytest.raises(InvalidDefinition) as caught:
        draw(text)
    assert (rule, element) in [(problem.rule, problem.element) for problem in caught.value.problems]


def test_every_problem_is_reported_at_once(draw):
    with pytest.raises(InvalidDefinition) as caught:
        draw('start s\nservice j\nuser u groups="=a +"\nend e\ns > j > u > e')
    assert {problem.element for problem in caught.value.problems} == {"j", "u"}


@pytest.mark.parametrize("key", sorted(UNSUPPORTED))
def test_every_unsupported_thing_is_refused_in_the_designers_words(draw_xml, key):
    name, _, attribute = key.partition("@")
    attribute, _, value = attribute.partition("=")
    given = f' {attribute}="{value or "x"}"' if attribute else ""
    xml = draw_xml("start s\nuser u\nend e\ns > u > e").replace(
        b"</bpmn:process>", f'<bpmn:{name} id="odd"{given}/></bpmn:process>'.encode()
    )
    with pytest.raises(InvalidDefinition) as caught:
        parse(xml)
    assert " ".join(UNSUPPORTED[key]) in [problem.message for problem in caught.value.problems]
    assert key not in SUPPORTED_ELEMENTS


def test_a_file_that_is_no_xml_or_has_no_process_is_refused():
    for xml in (b"", b"<a", b"<a/>", CAMUNDA.replace(b'isExecutable="true"', b'isExecutable="false"')):
        with pytest.raises(InvalidDefinition):
            parse(xml)
    with pytest.raises(InvalidDefinition):
        parse(CAMUNDA, process="another")
    assert parse(CAMUNDA, process="review").id == "review"


def test_entities_are_not_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    xml = CAMUNDA.replace(
        b"<bpmn:definitions ", f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><bpmn:definitions '.encode(), 1
    ).replace(b"Read it all.", b"&e;")
    assert "secret" not in (parse(xml).get_element("check").documentation or "")
