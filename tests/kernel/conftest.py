"""Diagrams drawn as text, and a host for them. `draw` turns lines into BPMN with zeebe extensions:

start s
user a each="=xs" as=x collect=out of="=score"
boundary late on=a duration=P5D alongside
sub part
  start ps
  end pe
  ps > pe
s > a > part
g > a if "=again"        (a sequence flow g_a with a condition; `default` instead of `if` makes it the default)
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from service.clock import SHANGHAI
from service.engine.kernel import PENDING, Element, Pending, Process, Run, parse

KINDS = {
    "start": "startEvent",
    "end": "endEvent",
    "user": "userTask",
    "manual": "manualTask",
    "task": "task",
    "service": "serviceTask",
    "send": "sendTask",
    "receive": "receiveTask",
    "rule": "businessRuleTask",
    "script": "scriptTask",
    "call": "callActivity",
    "sub": "subProcess",
    "eventsub": "subProcess",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "race": "eventBasedGateway",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent",
}
TIMES = {"date": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}


def _tag(name: str, body: str = "", /, **attributes: str | None) -> str:
    given = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items() if value is not None)
    return f"<{name}{given}>{body}</{name}>"


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass
class Drawing:
    """Collects what stands outside of the process: messages, errors, escalations."""

    roots: dict[str, str] = field(default_factory=dict)

    def message(self, name: str, key: str | None) -> str:
        subscription = "" if key is None else _extensions(_tag("zeebe:subscription", correlationKey=key))
        identity = f"m_{len(self.roots)}"
        self.roots[identity] = _tag("bpmn:message", subscription, id=identity, name=name)
        return identity

    def code(self, kind: str, code: str) -> str:
        identity = f"{kind}_{code}"
        attribute = {"error": "errorCode", "escalation": "escalationCode"}[kind]
        self.roots[identity] = _tag(f"bpmn:{kind}", id=identity, name=code, **{attribute: code})
        return identity

    def body(self, lines: list[str], indent: int = 0) -> str:
        out: list[str] = []
        while lines:
            line = lines[0]
            depth = len(line) - len(line.lstrip())
            if depth < indent:
                break
            lines.pop(0)
            out.append(self.flows(line) if " > " in line else self.element(line, lines, depth))
        return "".join(out)

    def flows(self, line: str) -> str:
        words = shlex.split(line)
        names = [word for word in words[: words.index("if")] if word != ">"] if "if" in words else [w for w in words if w != ">"]
        condition = words[words.index("if") + 1] if "if" in words else None
        inner = "" if condition is None else _tag("bpmn:conditionExpression", _text(condition))
        return "".join(_tag("bpmn:sequenceFlow", inner, id=f"{a}_{b}", sourceRef=a, targetRef=b) for a, b in pairwise(names))

    def element(self, line: str, lines: list[str], depth: int) -> str:
        kind, identity, *words = shlex.split(line)
        given = dict(word.split("=", 1) for word in words if "=" in word)
        flags = {word for word in words if "=" not in word}
        body = _extensions(_zeebe(given)) + _loop(given, flags) + self.event(given, flags, kind)
        if kind in ("sub", "eventsub"):
            inner = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
            body += self.body(lines, inner) if inner > depth else ""
        attributes = {"default": given.get("default"), "attachedToRef": given.get("on")}
        if kind == "eventsub":
            attributes["triggeredByEvent"] = "true"
        if "alongside" in flags:
            attributes["cancelActivity" if kind == "boundary" else "isInterrupting"] = "false"
        if kind in ("send", "receive") and "message" in given:
            attributes["messageRef"] = self.message(given["message"], given.get("key"))
        return _tag(f"bpmn:{KINDS[kind]}", body, id=identity, **attributes)

    def event(self, given: Mapping[str, str], flags: set[str], kind: str) -> str:
        if "message" in given and kind not in ("send", "receive"):
            return _tag("bpmn:messageEventDefinition", messageRef=self.message(given["message"], given.get("key")))
        for name, tag in TIMES.items():
            if name in given:
                return _tag("bpmn:timerEventDefinition", _tag(f"bpmn:{tag}", _text(given[name])))
        for name in ("error", "escalation"):
            if name in given:
                ref = self.code(name, given[name]) if given[name] else None
                return _tag(f"bpmn:{name}EventDefinition", **{f"{name}Ref": ref})
        return _tag("bpmn:terminateEventDefinition") if "terminate" in flags else ""


def _extensions(body: str) -> str:
    return _tag("bpmn:extensionElements", body) if body else ""


def _zeebe(given: Mapping[str, str]) -> str:
    mappings = "".join(
        _tag(f"zeebe:{'input' if key.startswith('in.') else 'output'}", source=value, target=key.partition(".")[2])
        for key, value in given.items()
        if key.startswith(("in.", "out."))
    )
    parts = [_tag("zeebe:ioMapping", mappings) if mappings else ""]
    if "type" in given:
        parts.append(_tag("zeebe:taskDefinition", type=given["type"]))
    if "groups" in given:
        parts.append(_tag("zeebe:assignmentDefinition", candidateGroups=given["groups"]))
    if "calls" in given:
        parts.append(
            _tag(
                "zeebe:calledElement",
                processId=given["calls"],
                propagateAllChildVariables=given.get("all_child"),
                propagateAllParentVariables=given.get("all_parent"),
            )
        )
    if "script" in given:
        parts.append(_tag("zeebe:script", expression=given["script"], resultVariable=given["to"]))
    if "decision" in given:
        parts.append(_tag("zeebe:calledDecision", decisionId=given["decision"], resultVariable=given["to"]))
    return "".join(parts)


def _loop(given: Mapping[str, str], flags: set[str]) -> str:
    if "each" not in given and "count" not in given:
        return ""
    extension = _tag(
        "zeebe:loopCharacteristics",
        inputCollection=given.get("each"),
        inputElement=given.get("as"),
        outputCollection=given.get("collect"),
        outputElement=given.get("of"),
    )
    body = _extensions(extension)
    if "count" in given:
        body += _tag("bpmn:loopCardinality", _text(given["count"]))
    if "until" in given:
        body += _tag("bpmn:completionCondition", _text(given["until"]))
    return _tag("bpmn:multiInstanceLoopCharacteristics", body, isSequential="true" if "sequential" in flags else None)


def drawn(text: str, name: str = "drawn") -> bytes:
    lines = [line for line in text.splitlines() if line.strip()]
    drawing = Drawing()
    body = drawing.body(lines)
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">'
        f'{"".join(drawing.roots.values())}<bpmn:process id="{name}" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    ).encode()


NOON = datetime(2026, 3, 2, 12, tzinfo=SHANGHAI)


class FakeHost:
    """A host whose handlers, decisions and names are given by the test. What has no handler becomes a job."""

    def __init__(
        self,
        *,
        handlers: Mapping[str, Callable[[Mapping[str, Any]], Any]] | None = None,
        decisions: Mapping[str, Any] | None = None,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        self.at = NOON
        self.handlers = handlers or {}
        self.decisions = decisions or {}
        self.names = names or {}
        self.seen: list[tuple[str, dict[str, Any]]] = []

    def now(self) -> datetime:
        return self.at

    def inline(self, element: Element, variables: Mapping[str, Any]) -> Mapping[str, Any] | Pending | None:
        self.seen.append((element.id, dict(variables)))
        handler = self.handlers.get(element.task_type or "")
        return PENDING if handler is None else handler(variables)

    def decide(self, decision_id: str, variables: Mapping[str, Any]) -> Any:
        self.seen.append((decision_id, dict(variables)))
        return self.decisions[decision_id]

    def lookup(self, name: str) -> Any | None:
        return self.names.get(name)


class Case:
    """A run that is stored and loaded again before every change, addressed by element ids."""

    def __init__(self, process: Process, variables: Mapping[str, Any], host: FakeHost, start_event: str | None) -> None:
        self.process, self.host = process, host
        self.run = Run.start(process, variables, host, start_event=start_event)

    def reload(self) -> Run:
        state, scopes = self.run.dump()
        self.run = Run.load(self.process, state, scopes, self.host)
        assert self.run.dump() == (state, scopes)
        return self.run

    def token(self, element: str, nth: int = 0) -> str:
        """The nth token that waits at `element`, in the snapshot's order."""
        rows = self.run.snapshot()
        every = (*rows.tasks, *rows.jobs, *rows.children, *rows.timers, *rows.subscriptions)
        return [row.token for row in every if row.element == element][nth]

    def do(self, element: str, nth: int = 0, **answers: Any) -> Case:
        self.reload().complete(self.token(element, nth), answers)
        return self

    def fire(self, element: str, nth: int = 0) -> Case:
        run = self.reload()
        row = [row for row in run.snapshot().timers if row.element == element][nth]
        run.fire_timer(row.token, row.child)
        return self

    def deliver(self, element: str, nth: int = 0, **payload: Any) -> Case:
        run = self.reload()
        row = [row for row in run.snapshot().subscriptions if row.element == element][nth]
        run.deliver(row.token, row.child, payload)
        return self

    @property
    def waits(self) -> list[str]:
        """Elements that wait for people, jobs and children, sorted."""
        rows = self.reload().snapshot()
        return sorted(row.element for row in (*rows.tasks, *rows.jobs, *rows.children))

    @property
    def listens(self) -> list[str]:
        """Elements that wait for times and messages, sorted."""
        rows = self.reload().snapshot()
        return sorted(row.element for row in (*rows.timers, *rows.subscriptions))

    @property
    def ended(self) -> bool:
        return self.reload().snapshot().ended

    @property
    def outcomes(self) -> tuple[str, ...]:
        return self.run.snapshot().outcomes

    def __getitem__(self, name: str) -> Any:
        return self.run.variables()[name]

    def __contains__(self, name: str) -> bool:
        return name in self.run.variables()


Begin = Callable[..., Case]


@pytest.fixture
def draw() -> Callable[[str], Process]:
    """Parse a drawing."""
    return lambda text: parse(drawn(text))


@pytest.fixture
def draw_xml() -> Callable[[str], bytes]:
    """A drawing as the bytes of a BPMN file."""
    return drawn


@pytest.fixture
def make_host() -> type[FakeHost]:
    return FakeHost


@pytest.fixture
def begin() -> Begin:
    """Start a case of a drawing: `begin(text, x=1)`; `host` and `start_event` are taken out of the variables."""

    def start(text: str, *, host: FakeHost | None = None, start_event: str | None = None, **variables: Any) -> Case:
        return Case(parse(drawn(text)), variables, host or FakeHost(), start_event)

    return start
