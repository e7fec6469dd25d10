"""More short words for BPMN in tests: branches, votes, insides, timers, messages and calls."""

from __future__ import annotations

from drawing import extensions, user_task

FORMAL = 'xsi:type="bpmn:tFormalExpression"'


def gate(id: str) -> str:
    return f'<bpmn:parallelGateway id="{id}"/>'


def several(id: str, *, sequential: bool = False, collect: str = "", **given: str) -> str:
    """A user task for each of two."""
    output = f' outputCollection="{collect}" outputElement="=note"' if collect else ""
    loop = f"<bpmn:multiInstanceLoopCharacteristics{' isSequential=' + chr(34) + 'true' + chr(34) if sequential else ''}>"
    loop += extensions(f'<zeebe:loopCharacteristics inputCollection="=[1,2]" inputElement="one"{output}/>')
    return user_task(id, inner=loop + "</bpmn:multiInstanceLoopCharacteristics>", **given)


def inside(id: str, body: str) -> str:
    return f'<bpmn:subProcess id="{id}" name="{id}">{body}</bpmn:subProcess>'


def timer(id: str, on: str, *, interrupting: bool = True, duration: str = "P1D", date: str = "") -> str:
    more = "" if interrupting else ' cancelActivity="false"'
    kind, text = ("timeDate", date.replace('"', "&quot;")) if date else ("timeDuration", duration)
    body = f"<bpmn:timerEventDefinition><bpmn:{kind} {FORMAL}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    return f'<bpmn:boundaryEvent id="{id}" attachedToRef="{on}"{more}>{body}</bpmn:boundaryEvent>'


def call(id: str, process: str) -> str:
    return (
        f'<bpmn:callActivity id="{id}" name="{id}">'
        + extensions(f'<zeebe:calledElement processId="{process}" propagateAllChildVariables="false"/>')
        + "</bpmn:callActivity>"
    )
