"""What a rule refuses besides its example, and what it lets pass. The mark stands on the line that must be blamed."""

from __future__ import annotations

from typing import Any

import pytest

from service.engine.lint import Known
from service.engine.lint.rules import RULES

TASK = '<bpmn:task id="file_papers" name="归档"/>'
DECIDED = """<bpmn:message id="message_decided" name="pj.decided"/>"""


def user_task(inside: str = "", mark: str = "") -> str:
    return (
        f'<bpmn:userTask id="check_papers" name="审查">{mark}\n<bpmn:extensionElements>'
        f'<zeebe:formDefinition formId="example.check_papers"/>{inside}</bpmn:extensionElements></bpmn:userTask>'
    )


REFUSED = [
    (
        "a decision table that is not named",
        "unknown-decision",
        '<bpmn:businessRuleTask id="choose_route" name="路径"/> <!-- ✗ choose_route -->',
    ),
    (
        "a decision whose result goes nowhere",
        "unknown-decision",
        """<bpmn:businessRuleTask id="choose_route" name="路径"><bpmn:extensionElements>
        <zeebe:calledDecision decisionId="route"/> <!-- ✗ choose_route -->
        </bpmn:extensionElements></bpmn:businessRuleTask>""",
    ),
    (
        "a service task without a handler",
        "unknown-handler",
        '<bpmn:serviceTask id="check_totals" name="核对"/> <!-- ✗ check_totals -->',
    ),
    (
        "a call activity without a process",
        "unknown-called-process",
        '<bpmn:callActivity id="ask_for_more" name="补正"/> <!-- ✗ ask_for_more -->',
    ),
    (
        "a user task without a form",
        "missing-form",
        '<bpmn:userTask id="check_papers" name="审查"/> <!-- ✗ check_papers -->',
    ),
    (
        "a condition without the equals sign",
        "feel-syntax",
        """<bpmn:exclusiveGateway id="is_complete" name="是否齐全" default="to_publish"/>
        <bpmn:sequenceFlow id="to_return" sourceRef="is_complete" targetRef="return_papers"> <!-- ✗ to_return -->
          <bpmn:conditionExpression>complete</bpmn:conditionExpression>
        </bpmn:sequenceFlow>
        <bpmn:sequenceFlow id="to_publish" sourceRef="is_complete" targetRef="publish"/>
        <bpmn:task id="return_papers" name="退回"/> <bpmn:task id="publish" name="公开"/>""",
    ),
    (
        "a broken expression in a timer",
        "feel-syntax",
        """<bpmn:intermediateCatchEvent id="over" name="届满"><bpmn:timerEventDefinition>
        <bpmn:timeDate>=deadline(</bpmn:timeDate> <!-- ✗ over -->
        </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>""",
    ),
    (
        "a broken correlation key",
        "feel-syntax",
        """<bpmn:message id="message_decided" name="pj.decided">
  <bpmn:extensionElements><zeebe:subscription correlationKey="=(project_id"/></bpmn:extensionElements> <!-- ✗ -->
</bpmn:message>
<bpmn:intermediateCatchEvent id="decided" name="决定">
  <bpmn:messageEventDefinition messageRef="message_decided"/>
</bpmn:intermediateCatchEvent>""",
    ),
    (
        "a broken completion condition of a multi-instance",
        "feel-syntax",
        """<bpmn:task id="file_papers" name="归档"><bpmn:multiInstanceLoopCharacteristics>
        <bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=papers"/></bpmn:extensionElements>
        <bpmn:completionCondition>=count(</bpmn:completionCondition> <!-- ✗ file_papers -->
        </bpmn:multiInstanceLoopCharacteristics></bpmn:task>""",
    ),
    (
        "an expression in the process's start event",
        "feel-syntax",
        """<bpmn:startEvent id="begun"><bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="title" value="=project_name +"/> <!-- ✗ begun -->
        </zeebe:properties></bpmn:extensionElements></bpmn:startEvent>
        <bpmn:sequenceFlow id="to_file" sourceRef="begun" targetRef="file_papers"/>"""
        + TASK,
    ),
    (
        "an unknown role in a literal candidate group",
        "lane-nobody",
        user_task('\n<zeebe:assignmentDefinition candidateGroups="lead, nobdy@center"/> <!-- ✗ check_papers -->\n'),
    ),
    (
        "an unknown role in a group built by FEEL",
        "lane-nobody",
        user_task('\n<zeebe:assignmentDefinition candidateGroups="=&quot;nobdy@&quot; + unit_id"/> <!-- ✗ check_papers -->\n'),
    ),
    (
        "a user task in the system's lane",
        "lane-nobody",
        """<bpmn:laneSet id="lanes">
        <bpmn:lane id="system" name="系统"> <!-- ✗ system -->
        <bpmn:flowNodeRef>visit_site</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
        <bpmn:manualTask id="visit_site" name="现场核查"/>""",
    ),
    (
        "an unknown period as a property",
        "unknown-period",
        """<bpmn:task id="file_papers" name="归档"><bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="deadline" value="D-PJ-99"/> <!-- ✗ file_papers -->
        </zeebe:properties></bpmn:extensionElements></bpmn:task>""",
    ),
    (
        "self on a task that is done once",
        "unknown-sod",
        """<bpmn:manualTask id="visit_site" name="现场核查"><bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="sod" value="self"/> <!-- ✗ visit_site -->
        </zeebe:properties></bpmn:extensionElements></bpmn:manualTask>""",
    ),
    (
        "sending back forbidden at a step that no person does",
        "unknown-return",
        """<bpmn:task id="file_papers" name="归档"><bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="send_back" value="false"/> <!-- ✗ file_papers -->
        </zeebe:properties></bpmn:extensionElements></bpmn:task>""",
    ),
    (
        "a default flow of another gateway",
        "gateway-default",
        """<bpmn:exclusiveGateway id="is_complete" name="是否" default="no_such_flow"/> <!-- ✗ is_complete -->""",
    ),
    (
        "a default flow with a condition",
        "gateway-default",
        """<bpmn:exclusiveGateway id="is_complete" name="是否" default="to_publish"/> <!-- ✗ is_complete -->
        <bpmn:sequenceFlow id="to_publish" sourceRef="is_complete" targetRef="publish">
          <bpmn:conditionExpression>=complete</bpmn:conditionExpression>
        </bpmn:sequenceFlow>
        <bpmn:task id="publish" name="公开"/>""",
    ),
    (
        "a condition after a task",
        "no-implicit-split",
        """<bpmn:task id="file_papers" name="归档"/>
        <bpmn:sequenceFlow id="to_publish" sourceRef="file_papers" targetRef="publish"> <!-- ✗ to_publish -->
          <bpmn:conditionExpression>=complete</bpmn:conditionExpression>
        </bpmn:sequenceFlow>
        <bpmn:task id="publish" name="公开"/>""",
    ),
    (
        "a script in another language",
        "no-python",
        '<bpmn:scriptTask id="add_up" name="合计" scriptFormat="javascript"/> <!-- ✗ add_up -->',
    ),
    (
        "a script without a result variable",
        "no-python",
        """<bpmn:scriptTask id="add_up" name="合计"> <!-- ✗ add_up -->
        <bpmn:extensionElements><zeebe:script expression="=1"/></bpmn:extensionElements></bpmn:scriptTask>""",
    ),
    (
        "a condition in another language",
        "no-python",
        """<bpmn:exclusiveGateway id="is_complete" name="是否" default="to_publish"/>
        <bpmn:sequenceFlow id="to_return" sourceRef="is_complete" targetRef="return_papers">
          <bpmn:conditionExpression language="python">=complete</bpmn:conditionExpression> <!-- ✗ to_return -->
        </bpmn:sequenceFlow>
        <bpmn:sequenceFlow id="to_publish" sourceRef="is_complete" targetRef="publish"/>
        <bpmn:task id="return_papers" name="退回"/> <bpmn:task id="publish" name="公开"/>""",
    ),
    (
        "a duration that is not ISO 8601",
        "timer-without-time",
        """<bpmn:intermediateCatchEvent id="over" name="届满"><bpmn:timerEventDefinition>
        <bpmn:timeDuration>10 days</bpmn:timeDuration> <!-- ✗ over -->
        </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>""",
    ),
    (
        "an empty duration",
        "timer-without-time",
        """<bpmn:intermediateCatchEvent id="over" name="届满"><bpmn:timerEventDefinition>
        <bpmn:timeDuration>P</bpmn:timeDuration> <!-- ✗ over -->
        </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>""",
    ),
    (
        "a cycle where a timer fires once",
        "timer-without-time",
        """<bpmn:intermediateCatchEvent id="over" name="届满"><bpmn:timerEventDefinition>
        <bpmn:timeCycle>R3/PT1H</bpmn:timeCycle> <!-- ✗ over -->
        </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>""",
    ),
    (
        "a receive task without a message",
        "message-without-name",
        '<bpmn:receiveTask id="decided" name="决定"/> <!-- ✗ decided -->',
    ),
    (
        "a message without a name",
        "message-without-name",
        """<bpmn:message id="message_decided"/>
<bpmn:intermediateThrowEvent id="announce" name="通知">
  <bpmn:messageEventDefinition messageRef="message_decided"/> <!-- ✗ announce -->
</bpmn:intermediateThrowEvent>""",
    ),
    (
        "an event sub-process that waits for any case's message",
        "message-correlation",
        DECIDED
        + """
<bpmn:task id="file_papers" name="归档"/>
<bpmn:subProcess id="changed" name="变更" triggeredByEvent="true">
  <bpmn:startEvent id="change_decided">
    <bpmn:messageEventDefinition messageRef="message_decided"/> <!-- ✗ change_decided -->
  </bpmn:startEvent>
  <bpmn:sequenceFlow id="to_noted" sourceRef="change_decided" targetRef="noted"/>
  <bpmn:endEvent id="noted" name="已记录"/>
</bpmn:subProcess>""",
    ),
    (
        "an error event that does not interrupt",
        "event-kind",
        """<bpmn:error id="error_refused" name="拒绝" errorCode="refused"/>
<bpmn:task id="file_papers" name="归档"/>
<bpmn:boundaryEvent id="failed" name="失败" attachedToRef="file_papers" cancelActivity="false"> <!-- ✗ failed -->
  <bpmn:errorEventDefinition errorRef="error_refused"/>
</bpmn:boundaryEvent>""",
    ),
    (
        "an event with two definitions",
        "event-kind",
        """<bpmn:intermediateCatchEvent id="over" name="届满"> <!-- ✗ over -->
        <bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>
        <bpmn:timerEventDefinition><bpmn:timeDuration>P2D</bpmn:timeDuration></bpmn:timerEventDefinition>
        </bpmn:intermediateCatchEvent>""",
    ),
    (
        "a boundary event that is attached to nothing that exists",
        "boundary-attached",
        """<bpmn:task id="file_papers" name="归档"/>
        <bpmn:boundaryEvent id="late" name="超时" attachedToRef="no_such_task"> <!-- ✗ late -->
        <bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>""",
    ),
    (
        "a sub-process that starts by an event of its own",
        "start-event-single-none",
        """<bpmn:subProcess id="inner" name="内部">
        <bpmn:startEvent id="timed"> <!-- ✗ timed -->
        <bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:startEvent>
        <bpmn:sequenceFlow id="to_inner_done" sourceRef="timed" targetRef="inner_done"/>
        <bpmn:endEvent id="inner_done" name="完成"/></bpmn:subProcess>""",
    ),
    (
        "an element in a sub-process to which no path leads",
        "unreachable-element",
        """<bpmn:subProcess id="inner" name="内部"><bpmn:startEvent id="inner_begun"/>
        <bpmn:sequenceFlow id="to_inner_done" sourceRef="inner_begun" targetRef="inner_done"/>
        <bpmn:endEvent id="inner_done" name="完成"/>
        <bpmn:endEvent id="never" name="从不"/> <!-- ✗ never -->
        </bpmn:subProcess>""",
    ),
    (
        "a circle without an exit",
        "end-event-reachable",
        """<bpmn:parallelGateway id="both" name="同时"/>
        <bpmn:sequenceFlow id="to_publish" sourceRef="both" targetRef="publish"/>
        <bpmn:sequenceFlow id="to_ask" sourceRef="both" targetRef="ask"/>
        <bpmn:task id="ask" name="询问"/> <!-- ✗ ask -->
        <bpmn:sequenceFlow id="to_answer" sourceRef="ask" targetRef="answer"/>
        <bpmn:task id="answer" name="答复"/>
        <bpmn:sequenceFlow id="back_to_ask" sourceRef="answer" targetRef="ask"/>
        <bpmn:task id="publish" name="公开"/>""",
    ),
    (
        "a flow across the border of a sub-process",
        "dangling-flow",
        """<bpmn:subProcess id="inner" name="内部"><bpmn:startEvent id="inner_begun"/>
        <bpmn:sequenceFlow id="to_inner_done" sourceRef="both" targetRef="inner_done"/>
        <bpmn:parallelGateway id="both" name="同时"/>
        <bpmn:sequenceFlow id="to_both" sourceRef="inner_begun" targetRef="both"/>
        <bpmn:sequenceFlow id="outward" sourceRef="both" targetRef="auto_end"/> <!-- ✗ outward -->
        <bpmn:endEvent id="inner_done" name="完成"/></bpmn:subProcess>""",
    ),
    (
        "results of a multi-instance that are collected nowhere",
        "multi-instance-collection",
        """<bpmn:task id="file_papers" name="归档"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>
        <zeebe:loopCharacteristics inputCollection="=papers" inputElement="paper" outputElement="=paper"/> <!-- ✗ file_papers -->
        </bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:task>""",
    ),
    (
        "a mapping without a source",
        "io-mapping",
        """<bpmn:task id="file_papers" name="归档"><bpmn:extensionElements><zeebe:ioMapping>
        <zeebe:output target="folder"/> <!-- ✗ file_papers -->
        </zeebe:ioMapping></bpmn:extensionElements></bpmn:task>""",
    ),
    (
        "an extension of Camunda 7",
        "unknown-element",
        """<bpmn:task id="file_papers" name="归档"><bpmn:extensionElements>
        <camunda:formData/> <!-- ✗ file_papers -->
        </bpmn:extensionElements></bpmn:task>""",
    ),
    (
        "a zeebe extension that we do not have",
        "unknown-element",
        """<bpmn:task id="file_papers" name="归档"><bpmn:extensionElements>
        <zeebe:executionListeners/> <!-- ✗ file_papers -->
        </bpmn:extensionElements></bpmn:task>""",
    ),
    (
        "a BPMN element that does not exist",
        "unknown-element",
        """<bpmn:task id="file_papers" name="归档">
        <bpmn:stapler/> <!-- ✗ file_papers -->
        </bpmn:task>""",
    ),
    (
        "a loop marker",
        "unknown-element",
        """<bpmn:task id="file_papers" name="归档">
        <bpmn:standardLoopCharacteristics/> <!-- ✗ file_papers -->
        </bpmn:task>""",
    ),
    (
        "an attribute that is not run",
        "unknown-element",
        """<bpmn:task id="file_papers" name="归档">
        <bpmn:multiInstanceLoopCharacteristics behavior="One"> <!-- ✗ file_papers -->
        <bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=papers"/></bpmn:extensionElements>
        </bpmn:multiInstanceLoopCharacteristics></bpmn:task>""",
    ),
    (
        "an id in capitals",
        "id-snake-case",
        '<bpmn:task id="filePapers" name="归档"/> <!-- ✗ filePapers -->',
    ),
]

GATEWAY_LOOP = """<bpmn:task id="ask" name="询问"/>
        <bpmn:sequenceFlow id="to_enough" sourceRef="ask" targetRef="enough"/>
        <bpmn:exclusiveGateway id="enough" name="够了吗" default="to_publish"/> <!-- ✗ enough -->
        <bpmn:sequenceFlow id="to_publish" sourceRef="enough" targetRef="publish"/>
        <bpmn:sequenceFlow id="to_again" sourceRef="enough" targetRef="again">
          <bpmn:conditionExpression>=not(enough)</bpmn:conditionExpression></bpmn:sequenceFlow>
        <bpmn:task id="again" name="再问"/>
        <bpmn:sequenceFlow id="back_to_enough" sourceRef="again" targetRef="enough"/>
        <bpmn:task id="publish" name="公开"/>"""

REFUSED += [
    ("a deciding gateway that also takes a loop back", "gateway-join-fork", GATEWAY_LOOP),
    (
        "two messages of one name",
        "unused-definition",
        """<bpmn:message id="message_decided" name="pj.decided"/>
<bpmn:message id="message_decided_too" name="pj.decided"/> <!-- ✗ message_decided_too -->
<bpmn:intermediateThrowEvent id="decided" name="已决定">
  <bpmn:messageEventDefinition messageRef="message_decided"/></bpmn:intermediateThrowEvent>
<bpmn:sequenceFlow id="to_told" sourceRef="decided" targetRef="told"/>
<bpmn:intermediateThrowEvent id="told" name="已告知">
  <bpmn:messageEventDefinition messageRef="message_decided_too"/></bpmn:intermediateThrowEvent>""",
    ),
    (
        "a lane's role that nobody holds",
        "role-vacant",
        """<bpmn:laneSet id="lanes"><bpmn:lane id="inspector" name="核查员">
        <bpmn:flowNodeRef>visit_site</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
        <bpmn:manualTask id="visit_site" name="现场核查"/> <!-- ✗ visit_site -->""",
    ),
]

ALLOWED = [
    (
        "a step to which a later one returns",
        """<bpmn:task id="ask" name="询问"/>
        <bpmn:sequenceFlow id="to_enough" sourceRef="ask" targetRef="enough"/>
        <bpmn:exclusiveGateway id="enough" name="够了吗" default="to_publish"/>
        <bpmn:sequenceFlow id="to_publish" sourceRef="enough" targetRef="publish"/>
        <bpmn:sequenceFlow id="back_to_ask" sourceRef="enough" targetRef="ask">
          <bpmn:conditionExpression>=not(enough)</bpmn:conditionExpression></bpmn:sequenceFlow>
        <bpmn:startEvent id="begun"/>
        <bpmn:sequenceFlow id="to_ask" sourceRef="begun" targetRef="ask"/>
        <bpmn:task id="publish" name="公开"/>""",
    ),
    (
        "a termination beside a task that goes on",
        """<bpmn:task id="file_papers" name="归档"/>
        <bpmn:boundaryEvent id="withdrawn_by_applicant" name="撤回" attachedToRef="file_papers" cancelActivity="false">
        <bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
        <bpmn:sequenceFlow id="to_filed" sourceRef="file_papers" targetRef="filed"/>
        <bpmn:sequenceFlow id="to_withdrawn" sourceRef="withdrawn_by_applicant" targetRef="withdrawn"/>
        <bpmn:endEvent id="filed" name="已归档"/>
        <bpmn:endEvent id="withdrawn" name="已撤回"><bpmn:terminateEventDefinition/></bpmn:endEvent>""",
    ),
    ("a role that FEEL computes", user_task('<zeebe:assignmentDefinition candidateGroups="=chosen_group"/>')),
    ("a known role at a unit", user_task('<zeebe:assignmentDefinition candidateGroups="=&quot;lead@&quot; + unit_id"/>')),
    (
        "a text in FEEL that is no role",
        user_task('<zeebe:assignmentDefinition candidateGroups="=party(&quot;applicant&quot;)"/>'),
    ),
    ("an assignee instead of a role", user_task('<zeebe:assignmentDefinition assignee="=started_by"/>')),
    (
        "a message start event without a key",
        DECIDED
        + """
<bpmn:startEvent id="decided"><bpmn:messageEventDefinition messageRef="message_decided"/></bpmn:startEvent>
<bpmn:sequenceFlow id="to_file" sourceRef="decided" targetRef="file_papers"/>
<bpmn:task id="file_papers" name="归档"/>""",
    ),
    (
        "a cycle on a boundary event that does not interrupt",
        """<bpmn:task id="file_papers" name="归档"/>
        <bpmn:boundaryEvent id="reminder" name="催办" attachedToRef="file_papers" cancelActivity="false">
        <bpmn:timerEventDefinition><bpmn:timeCycle>R3/P1D</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>""",
    ),
    (
        "a loop with a way out",
        """<bpmn:task id="ask" name="询问"/>
        <bpmn:sequenceFlow id="to_asked" sourceRef="ask" targetRef="asked"/>
        <bpmn:exclusiveGateway id="asked"/>
        <bpmn:sequenceFlow id="to_enough" sourceRef="asked" targetRef="enough"/>
        <bpmn:exclusiveGateway id="enough" name="够了吗" default="to_publish"/>
        <bpmn:sequenceFlow id="to_publish" sourceRef="enough" targetRef="publish"/>
        <bpmn:sequenceFlow id="to_again" sourceRef="enough" targetRef="again">
          <bpmn:conditionExpression>=not(enough)</bpmn:conditionExpression></bpmn:sequenceFlow>
        <bpmn:task id="again" name="再问"/>
        <bpmn:sequenceFlow id="back_to_asked" sourceRef="again" targetRef="asked"/>
        <bpmn:task id="publish" name="公开"/>""",
    ),
    (
        "separation from an element of this process and the submitter",
        """<bpmn:manualTask id="visit_site" name="现场核查"/>
        <bpmn:sequenceFlow id="to_decide" sourceRef="visit_site" targetRef="decide"/>
        <bpmn:manualTask id="decide" name="决定"><bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="sod" value="visit_site, submitter"/></zeebe:properties>
        </bpmn:extensionElements></bpmn:manualTask>""",
    ),
    (
        "an error that is caught whatever its code",
        """<bpmn:task id="file_papers" name="归档"/>
        <bpmn:boundaryEvent id="failed" name="失败" attachedToRef="file_papers">
        <bpmn:errorEventDefinition/></bpmn:boundaryEvent>""",
    ),
    (
        "a task of a lane's role inside a sub-process",
        """<bpmn:subProcess id="inner" name="内部"><bpmn:startEvent id="inner_begun"/>
        <bpmn:sequenceFlow id="to_visit" sourceRef="inner_begun" targetRef="visit_site"/>
        <bpmn:manualTask id="visit_site" name="现场核查"/>
        <bpmn:sequenceFlow id="to_inner_done" sourceRef="visit_site" targetRef="inner_done"/>
        <bpmn:endEvent id="inner_done" name="完成"/></bpmn:subProcess>""",
    ),
]


@pytest.mark.parametrize(("rule", "snippet"), [pytest.param(rule, text, id=name) for name, rule, text in REFUSED])
def test_this_is_refused_at_the_marked_line(rule: str, snippet: str, examples: Any) -> None:
    expected = [(rule, element, line) for element, line in examples.marks(examples.frame(snippet))]

    found = [(problem.rule, problem.element, problem.line) for problem in examples.lint(snippet)]

    assert len(expected) == 1
    assert found == expected


@pytest.mark.parametrize("snippet", [pytest.param(text, id=name) for name, text in ALLOWED])
def test_this_passes(snippet: str, examples: Any) -> None:
    assert examples.lint(snippet) == []


def test_ids_that_the_caller_does_not_know_are_not_checked(examples: Any) -> None:
    snippet = """<bpmn:serviceTask id="anything" name="任意"><bpmn:extensionElements>
        <zeebe:taskDefinition type="whatever"/>
        <zeebe:properties><zeebe:property name="article" value="nowhere#1"/>
        <zeebe:property name="deadline" value="D-0"/></zeebe:properties>
        </bpmn:extensionElements></bpmn:serviceTask>"""

    assert examples.lint(snippet, known=Known()) == []
    assert len(examples.lint(snippet)) == 3


def test_a_feel_fault_names_the_character(examples: Any) -> None:
    snippet = """<bpmn:task id="add" name="合计"><bpmn:extensionElements>
        <zeebe:ioMapping><zeebe:output source="=1 + )" target="total"/></zeebe:ioMapping>
        </bpmn:extensionElements></bpmn:task>"""

    (problem,) = examples.lint(snippet)

    assert "第 6 个字符" in problem.message
    assert "at character 6" in problem.message


@pytest.mark.parametrize(
    "severity_rule",
    [
        "name-missing", "called-element-input", "fake-join", "superfluous-gateway", "superfluous-termination",
        "unused-definition", "unknown-variable", "role-vacant",
    ],
)  # fmt: skip
def test_what_does_not_hinder_a_case_is_a_warning(severity_rule: str, examples: Any) -> None:
    rule = next(rule for rule in RULES if severity_rule == rule.ID)

    assert {problem.severity for problem in examples.lint(rule.INCORRECT)} == {"warning"}
